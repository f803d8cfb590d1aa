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
  const safe = rows.map((row) => row.map(safeText));
  const widths = columns.map((column, index) =>
    safe.reduce((most, row) => Math.max(most, textWidth(row[index] ?? "")), textWidth(column.title)),
  );
  if (width !== null) shrink(columns, widths, width);
  const line = (cells: readonly string[]): string =>
    columns
      .map((column, index) => safeCell(cells[index] ?? "", widths[index] ?? 0, column.align ?? "left"))
      .join(GAP)
      .trimEnd() + "\n";
  return line(columns.map((column) => column.title)) + safe.map(line).join("");
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
