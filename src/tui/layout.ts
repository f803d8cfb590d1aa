/** Where the panes of a screen stand: beside each other from 100 columns on, above each other below that. */
import type { ScreenId } from "./keymap.ts";
import { paneOf, SLOTS, type PaneId, type State } from "./state/state.ts";

export interface PaneBox {
  readonly slot: number;
  readonly pane: PaneId;
  readonly width: number;
  readonly height: number;
  readonly focused: boolean;
}

export interface Layout {
  readonly direction: "row" | "column";
  readonly boxes: readonly PaneBox[];
}

/** Narrowest screen with panes beside each other. */
export const WIDE = 100;
/** Lines above and below the panes: title; message or prompt; hints. */
const CHROME = 3;
/** Most lines of completions over the prompt. */
export const COMPLETION_LINES = 6;
/** Columns of a pane that are not its text: border, cursor sign. */
export const PANE_EDGE = 4;
/** Share of the first slot, in hundredths, beside and above the second. */
const SHARE: Readonly<Record<ScreenId, readonly [row: number, column: number]>> = {
  overview: [60, 58],
  findings: [64, 66],
  finding: [50, 45],
  events: [68, 60],
  tree: [66, 62],
  timeline: [100, 100],
  log: [100, 100],
};

/** The boxes of the current screen. At least a line of text fits in each, whatever the terminal says. */
export function layoutOf(state: State): Layout {
  const { screen } = state;
  const width = Math.max(20, state.columns);
  const height = Math.max(4, state.rows - CHROME - completionLines(state));
  const focus = state.focus[screen];
  const slots = SLOTS[screen].flatMap((_, slot) => (isSlotShown(state, slot) ? [slot] : []));
  const shown = state.zoomed || slots.length === 1 ? [slots.includes(focus) ? focus : 0] : slots;
  const direction = width >= WIDE ? "row" : "column";
  const whole = direction === "row" ? width : height;
  const share = SHARE[screen][direction === "row" ? 0 : 1];
  const first = shown.length === 1 ? whole : Math.max(4, Math.round((whole * share) / 100));
  const boxes = shown.map((slot, at): PaneBox => {
    const size = at === 0 ? first : whole - first;
    return {
      slot,
      pane: paneOf(state, screen, slot),
      width: direction === "row" ? size : width,
      height: direction === "row" ? height : size,
      focused: slot === focus,
    };
  });
  return { direction, boxes };
}

/** Lines that the completions of the prompt take. */
export function completionLines(state: State): number {
  return Math.min(COMPLETION_LINES, state.prompt?.completions.length ?? 0);
}

/** Whether a slot has anything to say: the second one of the events screen opens on demand. */
export function isSlotShown(state: State, slot: number): boolean {
  if (state.screen !== "events" || slot === 0) return true;
  return state.events.facet !== null || state.focus.events === slot;
}

/** The box of a pane on the current screen; null where it is not shown. */
export function boxOf(state: State, pane: PaneId): PaneBox | null {
  return layoutOf(state).boxes.find((box) => box.pane === pane) ?? null;
}
