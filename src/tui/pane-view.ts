/** What a pane shows, before it is painted: the shape that every screen's panes share. */
import type { Line } from "./line.ts";
import type { State } from "./state/state.ts";

export interface PaneView {
  readonly title: string;
  /** At the right end of the title line. */
  readonly note: string;
  /** Lines above the list that do not scroll. */
  readonly head: readonly Line[];
  /** Items that the cursor can stand on. */
  readonly count: number;
  /** The lines of an item; exactly one where `uniform`. Called for visible items only. */
  block(index: number): readonly Line[];
  readonly uniform: boolean;
  /** What is said when there is no item. */
  readonly empty: string;
  /** What `y` copies of an item. */
  copy(index: number): string | null;
}

/** Makes a pane for the columns inside its border and beside its cursor sign. */
export type PaneBuilder = (state: State, width: number) => PaneView;

/** A pane of ready lines: the cursor walks over them one by one. */
export function linesPane(title: string, lines: readonly Line[], options: Partial<PaneView> = {}): PaneView {
  return {
    title,
    note: "",
    head: [],
    count: lines.length,
    block: (index) => [lines[index] ?? []],
    uniform: true,
    empty: "nothing here",
    copy: (index) =>
      (lines[index] ?? [])
        .map((part) => part.text)
        .join("")
        .trim(),
    ...options,
  };
}

/** A pane of blocks of lines: the cursor walks from block to block. */
export function blocksPane(
  title: string,
  blocks: readonly { readonly lines: readonly Line[]; readonly copy?: string | null }[],
  options: Partial<PaneView> = {},
): PaneView {
  return {
    title,
    note: "",
    head: [],
    count: blocks.length,
    block: (index) => blocks[index]?.lines ?? [],
    uniform: false,
    empty: "nothing here",
    copy: (index) => blocks[index]?.copy ?? null,
    ...options,
  };
}
