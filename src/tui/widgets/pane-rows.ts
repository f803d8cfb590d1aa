/** A pane as painted rows: its border with title, tabs and note, its head, and the part of its list around the cursor. */
import { safeText, textWidth } from "../../base/safe-text.ts";
import { formatCount } from "../../base/counted.ts";
import { PANE_EDGE, type PaneBox } from "../layout.ts";
import { type Line, paintLine, span } from "../line.ts";
import { PANE_TITLE, paneView } from "../panes.ts";
import type { PaneView } from "../pane-view.ts";
import { cursorOf, SLOTS, type Cursor, type State } from "../state/state.ts";
import { scrolled } from "../state/move.ts";
import type { Theme } from "../theme.ts";

const LIGHT = { topLeft: "┌", topRight: "┐", bottomLeft: "└", bottomRight: "┘", across: "─", down: "│" } as const;
/** The pane that has the keys has a heavy border: weight, not only colour. */
const HEAVY = { topLeft: "┏", topRight: "┓", bottomLeft: "┗", bottomRight: "┛", across: "━", down: "┃" } as const;

/** To an absolute column, counted from 0: a border stands in its place even where the terminal measures the text before it otherwise. */
function toColumn(column: number): string {
  return `\x1b[${String(column + 1)}G`;
}

/** The pane of a box whose left edge is at a column of the screen: exactly `box.height` rows of `box.width` columns. */
export function paneRows(state: State, box: PaneBox, left: number, theme: Theme): readonly string[] {
  const width = box.width - PANE_EDGE + 1;
  const view = paneView(state, box.pane, width - 1);
  const inside = Math.max(0, box.height - 2);
  const cursor = cursorOf(state, box.pane);
  const edge = box.focused ? HEAVY : LIGHT;
  const style = box.focused ? "accent" : "dim";
  const find = state.prompt?.kind === "search" && box.focused ? state.prompt.text : state.search;
  const head = view.head.slice(0, inside).map((line): Placed => ({ line, at: "none" }));
  const right = toColumn(left + box.width - 1) + paintLine([span(edge.down, style)], 1, theme);
  const start = left === 0 ? "" : toColumn(left);
  const borders = signs((sign) => start + paintLine([span(edge.down + sign, style)], 2, theme));
  const rows = [...head, ...bodyLines(view, cursor, inside - head.length)].map(({ line, at }) => {
    const reverse = at === "cursor" && box.focused;
    return borders[at] + paintLine(line, width, theme, { reverse, find }) + right;
  });
  return [start + topLine(state, box, view, edge, theme), ...rows, start + bottomLine(view, cursor, box, edge, theme)];
}

/** The sign beside a line, with what is made of it. */
function signs(make: (sign: string) => string): Readonly<Record<Placed["at"], string>> {
  const blank = make(" ");
  return { cursor: make("▸"), under: make("▏"), list: blank, none: blank };
}

interface Placed {
  readonly line: Line;
  /** `cursor`: the first line of what is under the cursor; `under`: its other lines. */
  readonly at: "cursor" | "under" | "list" | "none";
}

function bodyLines(view: PaneView, cursor: Cursor, room: number): readonly Placed[] {
  const lines =
    view.count === 0
      ? [{ line: [span(view.empty, "dim")], at: "none" } as const]
      : view.uniform
        ? rowLines(view, cursor, room)
        : blockLines(view, cursor, room);
  const blank = Math.max(0, room - lines.length);
  return [...lines.slice(0, room), ...Array.from({ length: blank }, (): Placed => ({ line: [], at: "none" }))];
}

function rowLines(view: PaneView, cursor: Cursor, room: number): readonly Placed[] {
  const { index, top } = scrolled(cursor, view.count, room);
  return Array.from({ length: Math.min(room, view.count - top) }, (_, at) => ({
    line: view.block(top + at)[0] ?? [],
    at: top + at === index ? "cursor" : "list",
  }));
}

/** Blocks around the cursor, until the room is full: the block under the cursor starts in the upper third when all do not fit. */
function blockLines(view: PaneView, cursor: Cursor, room: number): readonly Placed[] {
  const index = Math.max(0, Math.min(cursor.index, view.count - 1));
  const placed = (at: number): readonly Placed[] =>
    view.block(at).map((line, row) => ({ line, at: at !== index ? "list" : row === 0 ? "cursor" : "under" }));
  let lines: Placed[] = [...placed(index)];
  const third = Math.max(0, Math.floor(room / 3));
  let above = 0;
  let first = index;
  let last = index;
  while (first > 0 && above < third) {
    first -= 1;
    const more = placed(first);
    lines = [...more, ...lines];
    above += more.length;
  }
  let skip = Math.max(0, above - third);
  while (last < view.count - 1 && lines.length - skip < room) {
    last += 1;
    lines.push(...placed(last));
  }
  // At the end of the list the room below is filled from above.
  skip = Math.min(skip, Math.max(0, lines.length - room));
  while (first > 0 && lines.length < room) {
    first -= 1;
    lines = [...placed(first), ...lines];
    skip = Math.max(0, lines.length - room);
  }
  return lines.slice(skip, skip + room);
}

type Edge = typeof LIGHT | typeof HEAVY;

function topLine(state: State, box: PaneBox, view: PaneView, edge: Edge, theme: Theme): string {
  const style = box.focused ? "accent" : "dim";
  const slot = SLOTS[state.screen][box.slot] ?? [box.pane];
  const titles: Line =
    slot.length === 1
      ? [span(view.title, box.focused ? "title" : "strong")]
      : slot.flatMap((pane, at) => [
          span(at === 0 ? "" : "│", "dim"),
          pane === box.pane
            ? span(`[${PANE_TITLE[pane]}]`, box.focused ? "title" : "strong")
            : span(PANE_TITLE[pane], "dim"),
        ]);
  const titleWidth = titles.reduce((sum, part) => sum + textWidth(safeText(part.text)), 0);
  const note = safeText(view.note);
  const spare = box.width - 6 - titleWidth - textWidth(note) - 3;
  const shownNote: Line = note === "" || spare < 0 ? [] : [span(` ${note} `, "dim")];
  const noteWidth = shownNote.length === 0 ? 0 : textWidth(note) + 2;
  const fill = Math.max(0, box.width - 4 - titleWidth - noteWidth - 2);
  const line: Line = [
    span(`${edge.topLeft}${edge.across} `, style),
    ...titles,
    span(` ${edge.across.repeat(fill)}`, style),
    ...shownNote,
    span(edge.across, style),
  ];
  return paintLine(line, box.width - 1, theme) + paintLine([span(edge.topRight, style)], 1, theme);
}

function bottomLine(view: PaneView, cursor: Cursor, box: PaneBox, edge: Edge, theme: Theme): string {
  const style = box.focused ? "accent" : "dim";
  const place =
    view.count === 0 ? "" : ` ${formatCount(Math.min(cursor.index + 1, view.count))}/${formatCount(view.count)} `;
  const line: Line = [
    span(edge.bottomLeft, style),
    span(edge.across.repeat(Math.max(0, box.width - 3 - place.length)), style),
    span(place, "dim"),
    span(`${edge.across}${edge.bottomRight}`, style),
  ];
  return paintLine(line, box.width, theme);
}
