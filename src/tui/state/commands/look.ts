/** Commands that change how things are shown: search, filter, order, groups, zoom, help. */
import { lineText } from "../../line.ts";
import { boxOf, PANE_EDGE } from "../../layout.ts";
import { paneView } from "../../panes.ts";
import { step, tell, type Step } from "../action.ts";
import { arrange, invertFilter } from "../findings.ts";
import { moveTo, resetCursor } from "../move.ts";
import { openPrompt } from "../prompt.ts";
import { cursorOf, focusedPane, GROUPS, SORTS, type FindingsState, type State } from "../state.ts";
import { eventAt } from "../events.ts";
import { findEffect, zoomTimeline } from "./ask.ts";
import type { Handler } from "./handler.ts";

/** The next (`by` 1) or previous item of the focused pane that shows the searched text, from one on, going round. */
export function searchOn(state: State, by: 1 | -1, from: number): Step {
  const text = state.search;
  if (text === null) return step(tell(state, "Nothing is searched for: / does."));
  const pane = focusedPane(state);
  // The rest of a long answer is not here: the case looks through all of it.
  if (pane === "events" && state.events.around === null && state.events.known > 0)
    return step(state, findEffect(state, text, eventAt(state.events, from - by)?.id ?? null, by === -1));
  const view = paneView(state, pane, (boxOf(state, pane)?.width ?? state.columns) - PANE_EDGE);
  const wanted = text.toLowerCase();
  for (let distance = 0; distance < view.count; distance += 1) {
    const index = (((from + by * distance) % view.count) + view.count) % view.count;
    const shown = view.block(index).map(lineText).join("\n").toLowerCase();
    // What is copied holds what the line had no room for.
    if (shown.includes(wanted) || (view.copy(index) ?? "").toLowerCase().includes(wanted))
      return step(moveTo(state, pane, index));
  }
  return step(tell(state, `"${text}" is not in this list`));
}

/** Other settings of the findings list, with the cursor back at its start. */
export function rearrange(state: State, change: Partial<FindingsState>): State {
  return resetCursor({ ...state, findings: arrange({ ...state.findings, ...change, anchor: null }) }, "findings");
}

function nextOf<Value>(values: readonly Value[], value: Value): Value {
  return values[(values.indexOf(value) + 1) % values.length] ?? value;
}

function choice<Value extends string>(values: readonly Value[], arg: string): Value | null {
  return values.find((value) => value === arg) ?? null;
}

const sort: Handler = (state, arg) => {
  const chosen = arg === "" ? nextOf(SORTS, state.findings.sort) : choice(SORTS, arg);
  if (chosen === null) return step(tell(state, `findings are sorted by ${SORTS.join(", ")}`, "error"));
  return step(tell(rearrange(state, { sort: chosen, descending: false }), `sorted by ${chosen}`));
};

const group: Handler = (state, arg) => {
  const chosen = arg === "" ? nextOf(GROUPS, state.findings.group) : choice(GROUPS, arg);
  if (chosen === null) return step(tell(state, `findings are grouped by ${GROUPS.join(", ")}`, "error"));
  return step(tell(rearrange(state, { group: chosen }), chosen === "none" ? "not grouped" : `grouped by ${chosen}`));
};

const filter: Handler = (state, arg) => {
  if (arg !== "") return step(rearrange(state, { filter: arg }));
  const { filter: text } = state.findings;
  return step({
    ...state,
    prompt: openPrompt("filter", "filter", { text, history: state.history["filter"], target: text }),
  });
};

export const LOOK = {
  zoom: (state) => step({ ...state, zoomed: true }),
  unzoom: (state) => step({ ...state, zoomed: false }),
  search: (state) => step({ ...state, prompt: openPrompt("search", "/", { history: state.history["search"] }) }),
  "search-next": (state) => searchOn(state, 1, cursorOf(state, focusedPane(state)).index + 1),
  "search-previous": (state) => searchOn(state, -1, cursorOf(state, focusedPane(state)).index - 1),
  filter,
  "invert-filter": (state) =>
    state.findings.filter === ""
      ? step(tell(state, "There is no filter to invert: F sets one."))
      : step(rearrange(state, { filter: invertFilter(state.findings.filter) })),
  sort,
  reverse: (state) => step(rearrange(state, { descending: !state.findings.descending })),
  group,
  suppressed: (state) => {
    const suppressed = !state.findings.suppressed;
    const next = { ...state, findings: { ...state.findings, suppressed } };
    return step(
      tell(next, suppressed ? "findings hidden by exceptions are shown" : "findings hidden by exceptions are hidden"),
      { kind: "load-findings", suppressed },
    );
  },
  "histogram-in": (state) => zoomTimeline(state, true),
  "histogram-out": (state) => zoomTimeline(state, false),
  help: (state) => step({ ...state, dialog: { kind: "help", top: 0 } }),
} satisfies Record<string, Handler>;
