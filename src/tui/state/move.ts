/** Cursors and focus. */
import { boxOf, isSlotShown, layoutOf, PANE_EDGE } from "../layout.ts";
import type { ScreenId } from "../keymap.ts";
import { paneView } from "../panes.ts";
import { cursorOf, focusedPane, SLOTS, type Cursor, type PaneId, type State } from "./state.ts";

/** The view of a pane as it stands on the screen, and how many lines its list has. */
export function viewOf(
  state: State,
  pane: PaneId,
): { readonly count: number; readonly height: number; readonly uniform: boolean } {
  const box = boxOf(state, pane) ?? { width: state.columns, height: state.rows };
  const view = paneView(state, pane, box.width - PANE_EDGE);
  return { count: view.count, height: Math.max(1, box.height - 2 - view.head.length), uniform: view.uniform };
}

/** The cursor moved by `by` lines, kept in the list, with the list scrolled no more than needed. */
export function moveBy(state: State, by: number): State {
  const pane = focusedPane(state);
  const { count, height } = viewOf(state, pane);
  const at = Math.min(cursorOf(state, pane).index, count - 1);
  return withCursor(state, pane, at + by, count, height);
}

/** The cursor set to an item. */
export function moveTo(state: State, pane: PaneId, index: number): State {
  const { count, height } = viewOf(state, pane);
  return withCursor(state, pane, index, count, height);
}

/** The cursor at the start of a pane whose content is new. */
export function resetCursor(state: State, pane: PaneId): State {
  return { ...state, cursors: { ...state.cursors, [pane]: { index: 0, top: 0 } } };
}

function withCursor(state: State, pane: PaneId, index: number, count: number, height: number): State {
  const kept = Math.max(0, Math.min(index, count - 1));
  return {
    ...state,
    cursors: { ...state.cursors, [pane]: scrolled({ index: kept, top: cursorOf(state, pane).top }, count, height) },
  };
}

/** A cursor whose list shows it: `top` moves as little as it can. */
export function scrolled(cursor: Cursor, count: number, height: number): Cursor {
  const index = Math.max(0, Math.min(cursor.index, count - 1));
  const lowest = Math.max(0, count - height);
  const top = Math.min(Math.max(cursor.top, index - height + 1), index, lowest);
  return { index, top: Math.max(0, top) };
}

/** Half a page of the focused pane. */
export function halfPage(state: State): number {
  return Math.max(1, Math.floor(viewOf(state, focusedPane(state)).height / 2));
}

/** The next (`step` 1) or previous pane of the screen has the keys; a zoomed screen shows it. */
export function cyclePane(state: State, step: 1 | -1): State {
  const slots = SLOTS[state.screen].flatMap((_, slot) => (isSlotShown(state, slot) ? [slot] : []));
  const at = slots.indexOf(state.focus[state.screen]);
  const next = slots[(at + step + slots.length) % slots.length] ?? 0;
  return focusSlot(state, state.screen, next);
}

/** A slot of a screen has the keys. */
export function focusSlot(state: State, screen: ScreenId, slot: number): State {
  return { ...state, focus: { ...state.focus, [screen]: slot } };
}

/** The next (`step` 1) or previous tab of the focused slot. */
export function cycleTab(state: State, step: 1 | -1): State {
  const slot = state.focus[state.screen];
  const panes = SLOTS[state.screen][slot] ?? SLOTS[state.screen][0];
  const name = `${state.screen}/${String(slot)}`;
  const at = state.tabs[name] ?? 0;
  return { ...state, tabs: { ...state.tabs, [name]: (at + step + panes.length) % panes.length } };
}

/** The tab of the current screen that shows a pane has the keys; unchanged where no slot has it. */
export function showPane(state: State, pane: PaneId): State {
  for (const [slot, panes] of SLOTS[state.screen].entries()) {
    const tab = panes.indexOf(pane);
    if (tab === -1) continue;
    const tabs = { ...state.tabs, [`${state.screen}/${String(slot)}`]: tab };
    return focusSlot({ ...state, tabs }, state.screen, slot);
  }
  return state;
}

/** Another screen; Esc comes back to this one. Diving from a screen to itself adds no step. */
export function dive(state: State, screen: ScreenId): State {
  if (screen === state.screen) return state;
  return { ...state, screen, stack: [...state.stack, state.screen].slice(-20), zoomed: false, search: null };
}

/** The screen that a number key shows: no way back but the number keys. */
export function showScreen(state: State, screen: ScreenId): State {
  return { ...state, screen, stack: [], zoomed: false, search: null };
}

/** All cursors kept within what their panes show after a resize or new data. */
export function settle(state: State): State {
  let cursors = state.cursors;
  for (const { pane } of layoutOf(state).boxes) {
    const current = state.cursors[pane];
    if (current === undefined) continue;
    const { count, height } = viewOf(state, pane);
    // A pane that is still being read keeps its place.
    if (count === 0) continue;
    const next = scrolled(current, count, height);
    if (next.index !== current.index || next.top !== current.top) cursors = { ...cursors, [pane]: next };
  }
  return cursors === state.cursors ? state : { ...state, cursors };
}
