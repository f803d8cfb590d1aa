/** Commands that move: cursor, panes, tabs, screens. */
import type { ScreenId } from "../../keymap.ts";
import { step, tell, type Step } from "../action.ts";
import { arrange, undeterminedIndex } from "../findings.ts";
import { toggleFold } from "../json-tree.ts";
import { cyclePane, cycleTab, dive, halfPage, moveBy, moveTo, showScreen, viewOf } from "../move.ts";
import { cursorOf, focusedPane, type State } from "../state.ts";
import { layTree } from "../tree.ts";
import type { Handler } from "./handler.ts";
import { openFinding } from "./open.ts";
import { ask, askTimeline, askTree, queryEffect } from "./ask.ts";

const screen =
  (id: ScreenId): Handler =>
  (state) =>
    step(showScreen(state, id));

function sideways(state: State, by: 1 | -1): Step {
  const pane = focusedPane(state);
  if (pane === "events" && state.events.columns.length > 0) {
    const column = Math.max(0, Math.min(state.events.column + by, state.events.columns.length - 1));
    return step({ ...state, events: { ...state.events, column } });
  }
  if (pane === "tree") return step(foldTree(state, by === -1));
  // Where nothing folds the arrows lead on to the next tab, as in the panes beside it.
  if (pane === "document") return step(foldDocument(state, by === -1) ?? cycleTab(state, by));
  if (pane === "findings") return step(foldGroup(state, by === -1));
  return step(cycleTab(state, by));
}

function foldTree(state: State, fold: boolean): State {
  const line = state.tree.lines[cursorOf(state, "tree").index];
  if (line === undefined) return state;
  const folded = new Set(state.tree.folded);
  if (fold) folded.add(line.node.entity);
  else folded.delete(line.node.entity);
  return { ...state, tree: layTree({ ...state.tree, folded }) };
}

/** Null where there is nothing to fold or unfold. */
function foldDocument(state: State, fold: boolean): State | null {
  const { tree } = state.document;
  const line = tree?.lines[cursorOf(state, "document").index];
  if (tree === null || line === undefined || line.kind === "leaf" || tree.folded.has(line.id) === fold) return null;
  return { ...state, document: { ...state.document, tree: toggleFold(tree, line) } };
}

/** Folds or unfolds the group under the cursor, or the group of the finding under it. */
export function foldGroup(state: State, fold: boolean): State {
  const { items } = state.findings;
  for (let index = cursorOf(state, "findings").index; index >= 0; index -= 1) {
    const item = items[index];
    if (item?.kind !== "group") continue;
    const folded = new Set(state.findings.folded);
    if (fold) folded.add(item.key);
    else folded.delete(item.key);
    return moveTo({ ...state, findings: arrange({ ...state.findings, folded, anchor: null }) }, "findings", index);
  }
  return state;
}

function undetermined(state: State, by: 1 | -1): Step {
  const from = cursorOf(state, "findings").index;
  const index = undeterminedIndex(state.findings, from, by);
  if (index === -1) return step(tell(state, "Every finding shown has a verdict."));
  const moved = moveTo(state, "findings", index);
  const item = moved.findings.items[index];
  return state.screen === "finding" && item?.kind === "finding" ? openFinding(moved, item.row.id) : step(moved);
}

/** One step back: what is special about the screen first, then the screen before, then the findings; null when there is none. */
export function back(state: State): State | null {
  if (state.search !== null) return { ...state, search: null };
  if (state.findings.anchor !== null && state.screen === "findings") {
    return { ...state, findings: { ...state.findings, anchor: null } };
  }
  if (state.zoomed) return { ...state, zoomed: false };
  const previous = state.stack.at(-1);
  if (previous !== undefined) return { ...state, screen: previous, stack: state.stack.slice(0, -1) };
  return state.screen === "findings" ? null : { ...state, screen: "findings" };
}

export const MOVE = {
  down: (state) => step(moveBy(state, 1)),
  up: (state) => step(moveBy(state, -1)),
  left: (state) => sideways(state, -1),
  right: (state) => sideways(state, 1),
  "page-down": (state) => step(moveBy(state, halfPage(state))),
  "page-up": (state) => step(moveBy(state, -halfPage(state))),
  top: (state) => step(moveTo(state, focusedPane(state), 0)),
  bottom: (state) => {
    const isOpen = focusedPane(state) === "events" && state.events.known > 0 && state.events.total === null;
    if (isOpen) return step(state, queryEffect(state, { kind: "last" }));
    return step(moveTo(state, focusedPane(state), viewOf(state, focusedPane(state)).count - 1));
  },
  "next-pane": (state) => step(cyclePane(state, 1)),
  "previous-pane": (state) => step(cyclePane(state, -1)),
  "next-tab": (state) => step(cycleTab(state, 1)),
  "previous-tab": (state) => step(cycleTab(state, -1)),
  "next-undetermined": (state) => undetermined(state, 1),
  "previous-undetermined": (state) => undetermined(state, -1),
  "screen-overview": screen("overview"),
  "screen-findings": screen("findings"),
  "screen-finding": (state, arg) => {
    if (arg === "") return step(showScreen(state, "finding"));
    const id = Number(arg);
    return Number.isInteger(id)
      ? openFinding(state, id)
      : step(tell(state, `"${arg}" is no number of a finding`, "error"));
  },
  "screen-events": (state) => {
    // Nothing was asked yet: all there is.
    return state.events.asked
      ? step(showScreen(state, "events"))
      : ask({ ...state, stack: [] }, "any where true", null, null);
  },
  "screen-tree": (state, arg) => (arg === "" ? step(showScreen(state, "tree")) : askTree(state, arg)),
  "screen-timeline": (state, arg) => {
    if (arg === "") return step(showScreen(state, "timeline"));
    return askTimeline(state, /^\d+$/.test(arg) ? { incident: Number(arg) } : { host: arg });
  },
  "screen-log": (state) => step(dive({ ...state, stack: [] }, "log")),
} satisfies Record<string, Handler>;
