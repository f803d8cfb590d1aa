import type { CaseFile } from "./case-file.ts";

/** Where a field's values are, as far as reading them needs to know. */
export interface ValuePlace {
  readonly id: number;
  readonly column: boolean;
  readonly side: boolean;
}

/** What one event holds for a field: dictionary ids or numbers, as they are stored; empty where it is missing. */
export function readFieldValues(file: CaseFile, event: bigint, place: ValuePlace | "time"): (bigint | number)[] {
  if (place === "time") return column(file, "time", event);
  const scalar = place.column ? column(file, `f${place.id}`, event) : [];
  return scalar.length > 0 || !place.side ? scalar : readSideValues(file, place.id, event);
}

/** What the side table of a field holds for an event: ids or numbers of a list, or of a field without a column. */
export function readSideValues(file: CaseFile, field: number, event: bigint): (bigint | number)[] {
  return file
    .rows({ sql: `SELECT v FROM f_${field} WHERE event = ?`, parameters: [event] })
    .map(([value]) => value as bigint | number);
}

function column(file: CaseFile, name: string, event: bigint): (bigint | number)[] {
  const [row] = file.rows({ sql: `SELECT ${name} FROM event WHERE id = ?`, parameters: [event] });
  const value = row?.[0];
  return typeof value === "bigint" || typeof value === "number" ? [value] : [];
}
