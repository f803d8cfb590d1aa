/** The one reducer: what happens, and what is to be done about it. Pure. */
import type { EventPage } from "../../triage/types.ts";
import { formatCount } from "../../base/counted.ts";
import { commandForKey } from "../keymap.ts";
import { step, tell, type Action, type Effect, type Step } from "./action.ts";
import { runCommand } from "./commands.ts";
import { dialogKey } from "./dialog.ts";
import { PAGE, withPage } from "./events.ts";
import { saveQuestion } from "./exception.ts";
import { withRows } from "./findings.ts";
import { parseJsonTree } from "./json-tree.ts";
import { moveTo, resetCursor, settle } from "./move.ts";
import { needs } from "./needs.ts";
import { insert } from "./prompt.ts";
import { promptKey, typed } from "./prompt-keys.ts";
import { reopen } from "./reopen.ts";
import { cursorOf, type State } from "./state.ts";
import { withRange } from "./timeline.ts";
import { focusIndex, layTree } from "./tree.ts";

/** The step that an action makes, with everything that the screen then needs. */
export function update(state: State, action: Action): Step {
  const [next, effects] = react(state, action);
  return [next, [...effects, ...needs(state, next)]];
}

function react(state: State, action: Action): Step {
  switch (action.type) {
    case "key":
      return key(state, action.key);
    case "paste":
      return state.prompt === null ? step(state) : typed(state, insert(state.prompt, action.text));
    case "resize":
      return step(settle({ ...state, columns: action.columns, rows: action.rows }));
    case "started":
      return step({ ...state, running: { ...state.running, [action.slot]: action.label } });
    case "ended": {
      const { [action.slot]: _ended, ...running } = state.running;
      return step({ ...state, running });
    }
    case "failed":
      return step(tell(state, action.message, "error"));
    case "told":
      return step(tell(state, action.message));
    case "case-changed":
      return caseChanged(state);
    case "reopen":
      return reopen(state, action.kept);
    default:
      return step(received(state, action));
  }
}

function key(state: State, name: string): Step {
  const rested: State = { ...state, message: null, quitting: false };
  if (rested.dialog !== null) return dialogKey(rested, rested.dialog, name);
  if (rested.prompt !== null) return promptKey(rested, rested.prompt, name);
  // Esc and a key in quick succession look like Alt and the key.
  if (name.startsWith("alt-")) {
    const [first, before] = key(state, "esc");
    const [second, after] = key(first, name.slice(4));
    return [second, [...before, ...after]];
  }
  const command = commandForKey(name, rested.screen, rested.search !== null);
  if (command === null) return step(rested);
  // The reason that w asks for is the last verdict's only right after it; later it is that of what is under the cursor.
  const lastVerdict = command === "why" || command === "prompt" ? state.lastVerdict : null;
  return runCommand({ ...rested, lastVerdict, quitting: command === "cancel" && state.quitting }, command);
}

/** Somebody else wrote, or something was undone: what is on the screen is read again, what is not is forgotten. */
function caseChanged(state: State): Step {
  const { screen, finding } = state;
  const forgotten: State = {
    ...state,
    overview: screen === "overview" ? state.overview : null,
    log: screen === "log" ? state.log : { exceptions: null, hunts: null, ledger: null, journal: null },
  };
  const effects: readonly (Effect | null)[] = [
    { kind: "load-findings", suppressed: state.findings.suppressed },
    finding.id === null || finding.detail === null ? null : { kind: "load-finding", id: finding.id },
    screen === "overview" ? { kind: "load-overview" } : null,
    screen === "log" ? { kind: "load-log" } : null,
  ];
  return step(forgotten, ...effects.filter((effect) => effect !== null));
}

type Received = Exclude<
  Action,
  { readonly type: "key" | "paste" | "resize" | "started" | "ended" | "failed" | "told" | "case-changed" | "reopen" }
>;

/** The state with something that was read. */
function received(state: State, action: Received): State {
  switch (action.type) {
    case "overview":
      return { ...state, overview: action.overview };
    case "findings":
      return keepFinding(state, settle({ ...state, findings: withRows(state.findings, action.rows) }));
    case "finding":
      return action.detail.row.id === state.finding.id
        ? settle({ ...state, finding: { ...state.finding, detail: action.detail } })
        : state;
    case "reasons":
      return action.finding === state.finding.id
        ? { ...state, finding: { ...state.finding, reasons: action.reasons } }
        : state;
    case "suggestions":
      return action.finding === state.finding.id
        ? { ...state, finding: { ...state.finding, suggestions: action.suggestions } }
        : state;
    case "document": {
      const next = { ...state, document: { event: action.event, tree: parseJsonTree(action.json) } };
      return state.document.event === action.event ? next : resetCursor(next, "document");
    }
    case "pivot-counted":
      return {
        ...state,
        finding: { ...state.finding, counts: new Map(state.finding.counts).set(action.pivot, action.count) },
      };
    case "events":
      return withAnswer(state, action);
    case "counted":
      return { ...state, events: { ...state.events, total: action.total, known: action.total } };
    case "found":
      return withFound(state, action);
    case "around":
      return around(state, action.result);
    case "facet":
      return state.events.facet?.field === action.field
        ? { ...state, events: { ...state.events, facet: { field: action.field, values: action.values } } }
        : state;
    case "tree": {
      if (state.tree.entity !== action.entity) return state;
      const tree = layTree({ ...state.tree, root: action.root, missing: action.root === null });
      return moveTo({ ...state, tree }, "tree", focusIndex(tree));
    }
    case "timeline":
      return {
        ...state,
        timeline: withRange({ ...state.timeline, scope: action.scope, all: action.entries }, null, null),
      };
    case "exceptions":
      return settle({ ...state, log: { ...state.log, exceptions: action.exceptions } });
    case "hunts":
      return { ...state, log: { ...state.log, hunts: action.hunts } };
    case "ledger":
      return { ...state, log: { ...state.log, ledger: action.ledger } };
    case "journal":
      return { ...state, log: { ...state.log, journal: action.journal } };
    case "completions":
      return completed(state, action.text, action.words);
    case "blast":
      return { ...state, dialog: saveQuestion(action.draft, action.blast) };
  }
}

/** The cursor of the list stays on its finding when the rows around it change. */
function keepFinding(before: State, after: State): State {
  const item = before.findings.items[cursorOf(before, "findings").index];
  if (item?.kind !== "finding") return after;
  const index = after.findings.items.findIndex((one) => one.kind === "finding" && one.row.id === item.row.id);
  return index === -1 ? after : moveTo(after, "findings", index);
}

function around(state: State, page: EventPage): State {
  const asked = state.events.around;
  if (asked === null) return state;
  // All of it is one page, and stands in as many as the screen keeps them in.
  const rows = Array.from({ length: Math.ceil(page.rows.length / PAGE) }, (_, at) => ({
    ...page,
    start: at * PAGE,
    rows: page.rows.slice(at * PAGE, (at + 1) * PAGE),
  }));
  const pages = new Map(rows.map((one, at) => [at, one.rows]));
  const events = { ...rows.reduce(withPage, state.events), pages };
  const index = page.rows.findIndex((row) => row.id === asked.event);
  return moveTo({ ...state, events }, "events", Math.max(0, index));
}

/** The events with a page; what was looked for gets the cursor. */
function withAnswer(state: State, { at, result }: Extract<Received, { readonly type: "events" }>): State {
  if (!result.ok) return { ...state, events: { ...state.events, problems: result.problems } };
  const next = { ...state, events: withPage(state.events, result.page) };
  return at.kind === "time" || at.kind === "last" ? moveTo(next, "events", result.place) : next;
}

function withFound(state: State, { text, found }: Extract<Received, { readonly type: "found" }>): State {
  if (found === null) return tell(state, `"${text}" is in no event of this answer, in the columns shown`);
  const moved = moveTo({ ...state, events: withPage(state.events, found.page) }, "events", found.place);
  const hits = `${formatCount(found.hits)}${found.hits >= HITS_LIMIT ? "+" : ""}`;
  return tell(moved, `"${text}" is in ${hits} of the events; this is number ${formatCount(found.place + 1)}.`);
}

/** Where the case stops counting what a search finds. */
const HITS_LIMIT = 10_000;

function completed(state: State, text: string, words: readonly string[]): State {
  const { prompt } = state;
  // The text has moved on: another answer is under way.
  if (prompt === null || !prompt.text.endsWith(text)) return state;
  return { ...state, prompt: { ...prompt, completions: words, chosen: -1 } };
}
