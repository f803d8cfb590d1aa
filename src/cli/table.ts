import { safeCell, safeText, textWidth } from "../base/safe-text.ts";

/** A column of a printed table. */
export interface TableColumn {
  readonly title: string;
  readonly align?: "left" | "right";
  /** Gives way first, down to this width, when the terminal is too narrow. */
  readonly shrinkTo?: number;
}

const GAP = "  ";

/**
 * Rows as aligned text, each line ended; every cell on one line and safe for a terminal. With a width, shrinkable
 * columns are cut to fit (`…`); without one (a pipe) nothing is cut.
 */
export function renderTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  width: number | null,
): string {
  return [...tableLines(columns, () => rows, width)].join("");
}

/** As `renderTable`, line by line. @param rows gives all of them each time it is called: first they are measured */
export function* tableLines(
  columns: readonly TableColumn[],
  rows: () => Iterable<readonly string[]>,
  width: number | null,
): Generator<string> {
  const widths = columns.map(({ title }) => textWidth(title));
  for (const row of rows()) {
    row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, textWidth(safeText(cell)))));
  }
  if (width !== null) shrink(columns, widths, width);
  const line = (cells: readonly string[]): string =>
    columns
      .map((column, index) => safeCell(safeText(cells[index] ?? ""), widths[index] ?? 0, column.align ?? "left"))
      .join(GAP)
      .trimEnd() + "\n";
  yield line(columns.map((column) => column.title));
  for (const row of rows()) yield line(row);
}

function shrink(columns: readonly TableColumn[], widths: number[], width: number): void {
  let surplus = widths.reduce((sum, each) => sum + each, 0) + GAP.length * (columns.length - 1) - width;
  while (surplus > 0) {
    let widest = -1;
    columns.forEach((column, index) => {
      if (column.shrinkTo === undefined || (widths[index] ?? 0) <= column.shrinkTo) return;
      if (widest < 0 || (widths[index] ?? 0) > (widths[widest] ?? 0)) widest = index;
    });
    if (widest < 0) return;
    widths[widest] = (widths[widest] ?? 0) - 1;
    surplus -= 1;
  }
}
