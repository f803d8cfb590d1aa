/** Columns of a list: which of them fit, how wide each becomes, and the line of a row. */
import { safeCell } from "../../base/safe-text.ts";
import type { Line, Span } from "../line.ts";
import { span } from "../line.ts";
import type { Style } from "../theme.ts";

export interface Column<Row> {
  readonly title: string;
  /** Least columns it is of use with. */
  readonly min: number;
  /** Most columns it can use. */
  readonly max: number;
  /** Share of the spare room; 0 stays at `min`. */
  readonly grow: number;
  /** Columns with the highest number go first where room is short. */
  readonly drop: number;
  readonly align?: "left" | "right";
  cell(row: Row): Span;
}

export interface FittedColumn<Row> {
  readonly column: Column<Row>;
  readonly width: number;
}

/** The columns that fit into `width` with one space between, and their widths. */
export function fitColumns<Row>(columns: readonly Column<Row>[], width: number): readonly FittedColumn<Row>[] {
  let kept = [...columns];
  const needed = (): number => kept.reduce((sum, column) => sum + column.min + 1, -1);
  while (kept.length > 1 && needed() > width) {
    const worst = kept.reduce((a, b) => (b.drop >= a.drop ? b : a));
    kept = kept.filter((column) => column !== worst);
  }
  const widths = kept.map((column) => Math.min(column.min, width));
  let spare = width - needed();
  while (spare > 0) {
    const growing = kept.flatMap((column, at) => (column.grow > 0 && (widths[at] ?? 0) < column.max ? [at] : []));
    if (growing.length === 0) break;
    const shares = growing.reduce((sum, at) => sum + (kept[at]?.grow ?? 0), 0);
    const before = spare;
    for (const at of growing) {
      const column = kept[at];
      const current = widths[at];
      if (column === undefined || current === undefined) continue;
      const given = Math.min(Math.max(1, Math.floor((before * column.grow) / shares)), column.max - current, spare);
      widths[at] = current + given;
      spare -= given;
    }
  }
  return kept.map((column, at) => ({ column, width: widths[at] ?? 0 }));
}

/** The titles over the columns; `sorted` gets an arrow. */
export function headerLine<Row>(fitted: readonly FittedColumn<Row>[], sorted: string, descending: boolean): Line {
  return fitted.flatMap(({ column, width }, at) => {
    const text = column.title === sorted ? `${column.title}${descending ? "↓" : "↑"}` : column.title;
    return [...gap(at), span(safeCell(text, width, column.align), "dim")];
  });
}

/** A row as a line: every cell cut and padded to its column. */
export function rowLine<Row>(fitted: readonly FittedColumn<Row>[], row: Row): Line {
  return fitted.flatMap(({ column, width }, at) => {
    const cell = column.cell(row);
    return [...gap(at), span(safeCell(cell.text, width, column.align), cell.style)];
  });
}

function gap(at: number): readonly Span[] {
  return at === 0 ? [] : [span(" ")];
}

/** A column from a few of its parts. */
export function column<Row>(
  title: string,
  room: {
    readonly min: number;
    readonly max?: number;
    readonly grow?: number;
    readonly drop?: number;
    readonly align?: "left" | "right";
  },
  cell: (row: Row) => Span | string,
  style: Style = "plain",
): Column<Row> {
  return {
    title,
    min: room.min,
    max: room.max ?? (room.grow === undefined ? room.min : 500),
    grow: room.grow ?? 0,
    drop: room.drop ?? 0,
    align: room.align ?? "left",
    cell: (row) => {
      const made = cell(row);
      return typeof made === "string" ? span(made, style) : made;
    },
  };
}
