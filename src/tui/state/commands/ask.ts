/** Commands that ask the evidence: queries, neighbourhoods, trees, timelines. */
import { parseSpan, parseTime, MINUTE_NS } from "../duration.ts";
import type { PagePlace } from "../../../triage/types.ts";
import { step, tell, type Asked, type Effect, type Step } from "../action.ts";
import { dive, focusSlot, moveTo, resetCursor } from "../move.ts";
import { openPrompt } from "../prompt.ts";
import { cursorOf, emptyEvents, focusedPane, type State, type TimelineScope } from "../state.ts";
import { subjectOf } from "../subject.ts";
import { timeRange, withRange } from "../timeline.ts";
import { catalogueField } from "../../../ecs/catalogue.ts";
import type { Handler } from "./handler.ts";

/** The events screen with the answer of an EQL text; null times are open ends. */
export function ask(state: State, eql: string, from: bigint | null, to: bigint | null): Step {
  const events = { ...emptyEvents(), query: eql, from, to, wanted: state.events.wanted, column: 0, asked: true };
  const shown = resetCursor(focusSlot(dive({ ...state, events }, "events"), "events", 0), "events");
  return step(
    { ...shown, tabs: { ...shown.tabs, "events/1": 0 } },
    { kind: "cancel", slot: "total" },
    queryEffect(shown, { kind: "first" }),
  );
}

/** The effect that reads a page of the current query. */
export function queryEffect(state: State, at: PagePlace): Effect {
  return { kind: "query", ...asked(state), at };
}

/** The effect that counts all events of the current query. */
export function countEffect(state: State): Effect {
  return { kind: "count-events", ...asked(state) };
}

/** The effect that looks for a text beyond an event of the current query. */
export function findEffect(state: State, text: string, beyond: number | null, backward: boolean): Effect {
  return { kind: "find", ...asked(state), text, beyond, backward };
}

function asked({ events }: State): Asked {
  return { eql: events.query, from: events.from, to: events.to, columns: events.wanted };
}

/** Events of the same host around an event. */
export function askAround(state: State, event: number, spanNs: bigint): Step {
  const events = { ...emptyEvents(), query: `around event ${String(event)}`, around: { event, spanNs }, asked: true };
  const shown = resetCursor(focusSlot(dive({ ...state, events }, "events"), "events", 0), "events");
  return step(shown, { kind: "around", event, spanNs });
}

export function askTree(state: State, entity: string): Step {
  const tree = { entity, root: null, missing: false, folded: new Set<string>(), lines: [] };
  return step(resetCursor(dive({ ...state, tree }, "tree"), "tree"), { kind: "tree", entity });
}

export function askTimeline(state: State, scope: TimelineScope): Step {
  const timeline = { scope, all: null, entries: [], from: null, to: null };
  return step(resetCursor(dive({ ...state, timeline }, "timeline"), "timeline"), { kind: "timeline", scope });
}

/** `field == value` in EQL, quoted so that no value can end the text. */
export function equals(field: string, value: string): string {
  const name = /^[A-Za-z_@][\w@]*(\.[A-Za-z_@][\w@]*)*$/.test(field) ? field : `\`${field.replaceAll("`", "``")}\``;
  const type = catalogueField(field)?.type;
  if ((type === "long" || type === "double") && /^-?\d+(\.\d+)?$/.test(value)) return `${name} == ${value}`;
  if (type === "boolean" && (value === "true" || value === "false")) return `${name} == ${value}`;
  return `${name} == "${quoted(value)}"`;
}

function quoted(value: string): string {
  const escapes: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };
  return value
    .replace(/[\\"]/g, "\\$&")
    .replace(/[\n\r\t]/g, (character) => escapes[character] ?? "")
    .replace(/[\p{Cc}]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** Events with the value under the cursor; from the top values of a query, the query with that condition added. */
export function refine(state: State): Step {
  const { field, value } = subjectOf(state);
  if (field === null || value === null) return step(tell(state, "There is no value under the cursor."));
  const condition = equals(field, value);
  const { query, from, to, around } = state.events;
  const narrow =
    focusedPane(state) === "facets" &&
    around === null &&
    / where /.test(query) &&
    !/^\s*(sequence|sample)\b/.test(query) &&
    !query.includes("|");
  if (!narrow) return ask(state, `any where ${condition}`, null, null);
  const [category, rest] = splitWhere(query);
  return ask(
    state,
    rest === "true" ? `${category} where ${condition}` : `${category} where (${rest}) and ${condition}`,
    from,
    to,
  );
}

function splitWhere(query: string): readonly [category: string, condition: string] {
  const at = query.search(/ where /);
  return [query.slice(0, at).trim(), query.slice(at + 7).trim()];
}

function here(state: State, spanNs: bigint): Step {
  const { event, finding } = subjectOf(state);
  if (event !== null) return askAround(state, event, spanNs);
  const first =
    finding === null ? null : (state.finding.detail?.events.find((one) => one.event !== null)?.event?.id ?? null);
  return first === null ? step(tell(state, "There is no event under the cursor.")) : askAround(state, first, spanNs);
}

const query: Handler = (state, arg) => {
  if (arg !== "") return ask(state, arg, null, null);
  const text = state.events.around === null ? state.events.query : "";
  return step({ ...state, prompt: openPrompt("query", "EQL", { text, history: state.history["query"] }) });
};

const facet: Handler = (state, arg) => {
  const field = arg === "" ? state.events.columns[state.events.column] : arg;
  if (field === undefined || !state.events.asked || state.events.around !== null)
    return step(tell(state, "Ask a query first: i"));
  const events = { ...state.events, facet: { field, values: null } };
  const shown = resetCursor(
    focusSlot({ ...state, events, tabs: { ...state.tabs, "events/1": 0 } }, "events", 1),
    "facets",
  );
  return step(shown, { kind: "facet", ...asked(state), field });
};

const columns: Handler = (state, arg) => {
  if (arg === "") {
    const text = state.events.columns.filter((field) => field !== "@timestamp").join(", ");
    return step({ ...state, prompt: openPrompt("columns", "columns", { text, history: state.history["columns"] }) });
  }
  const wanted = arg.split(/[\s,]+/).filter((field) => field !== "");
  const next = { ...state, events: { ...state.events, wanted } };
  if (!state.events.asked || state.events.around !== null) return step(next);
  return ask(next, state.events.query, state.events.from, state.events.to);
};

const jump: Handler = (state, arg) => {
  if (arg === "") return step({ ...state, prompt: openPrompt("time", "time", { history: state.history["time"] }) });
  const time = parseTime(arg);
  if (time === null) return step(tell(state, `"${arg}" is no time: 2026-03-01T12:34:56`, "error"));
  if (state.screen !== "timeline") return jumpInEvents(state, time);
  const index = state.timeline.entries.findIndex((entry) => entry.time !== null && entry.time >= time);
  return step(moveTo(state, "timeline", index === -1 ? state.timeline.entries.length - 1 : index));
};

/** To the first event at or after a time: of the answer on the screen, else of all events. */
function jumpInEvents(state: State, time: bigint): Step {
  if (state.events.around !== null) {
    const rows = state.events.pages.get(0) ?? [];
    const index = rows.findIndex((row) => row.time !== null && row.time >= time);
    return step(moveTo(state, "events", index === -1 ? rows.length - 1 : index));
  }
  const [shown, effects] = state.events.asked ? step(state) : ask(state, "any where true", null, null);
  return [shown, [...effects.filter((effect) => effect.kind !== "query"), queryEffect(shown, { kind: "time", time })]];
}

/** The range of the timeline a quarter or four times as long, around the cursor. */
export function zoomTimeline(state: State, closer: boolean): Step {
  const { timeline } = state;
  const entry = timeline.entries[cursorOf(state, "timeline").index];
  const whole = timeRange(timeline.all ?? []);
  if (whole === null) return step(state);
  const centre = entry?.time ?? whole[0];
  const from = timeline.from ?? whole[0];
  const to = timeline.to ?? whole[1];
  const length = closer ? (to - from) / 4n : (to - from) * 4n;
  const half = length < 2_000_000n ? 1_000_000n : length / 2n;
  const all = centre - half <= whole[0] && centre + half >= whole[1];
  const next = withRange(timeline, all ? null : centre - half, all ? null : centre + half);
  const index = entry === undefined ? 0 : Math.max(0, next.entries.indexOf(entry));
  return step(moveTo({ ...state, timeline: next }, "timeline", index));
}

export const ASK = {
  query,
  refine: (state) => refine(state),
  "tree-here": (state) => {
    const { entity } = subjectOf(state);
    return entity === null
      ? step(tell(state, "What is under the cursor has no process entity."))
      : askTree(state, entity);
  },
  "timeline-here": (state) => {
    const { finding, entity, host } = subjectOf(state);
    if (finding !== null)
      return askTimeline(state, finding.incident === null ? { finding: finding.id } : { incident: finding.incident });
    if (entity !== null) return askTimeline(state, { entity });
    return host === null
      ? step(tell(state, "There is nothing to make a timeline of under the cursor."))
      : askTimeline(state, { host });
  },
  "around-minute": (state) => here(state, MINUTE_NS),
  "around-quarter": (state, arg) => {
    const span = arg === "" ? 15n * MINUTE_NS : parseSpan(arg);
    return span === null ? step(tell(state, `"${arg}" is no span of time: 90s, 5m, 2h`, "error")) : here(state, span);
  },
  facet,
  columns,
  "jump-time": jump,
} satisfies Record<string, Handler>;
