import type { CaseFile } from "./case-file.ts";

/** Counting stops here: what selects more is no way into a condition. */
export const COUNT_LIMIT = 200_000;

/**
 * How many events a set of values selects, through the index of a column or side table.
 * @param source what stands behind IN, e.g. `(?, ?)`, with its parameters
 * @returns at most `COUNT_LIMIT`
 */
export function countByIndex(
  file: CaseFile,
  table: "column" | "side",
  field: number,
  source: { readonly sql: string; readonly parameters: readonly unknown[] },
): number {
  const from = table === "column" ? `event WHERE f${field}` : `f_${field} WHERE v`;
  const statement = file.db
    .prepare<unknown[], number>(`SELECT count(*) FROM (SELECT 1 FROM ${from} IN ${source.sql} LIMIT ${COUNT_LIMIT})`)
    .pluck();
  return statement.get(...source.parameters) ?? 0;
}

/** Events in the case. */
export function countEvents(file: CaseFile): number {
  return file.db.prepare<[], number>("SELECT count(*) FROM event").pluck().get() ?? 0;
}

/**
 * Times of the first and the last event, nanoseconds; null when no event has a time.
 * @param until events after it, in the order of loading, do not count; null: all do
 */
export function timeSpan(
  file: CaseFile,
  until: bigint | null = null,
): { readonly first: bigint; readonly last: bigint } | null {
  const read = (order: string): bigint | null =>
    file.db
      .prepare<{ until: bigint | null }, bigint>(
        `SELECT time FROM event WHERE time IS NOT NULL AND (@until IS NULL OR +id <= @until) ORDER BY time ${order} LIMIT 1`,
      )
      .pluck()
      .safeIntegers()
      .get({ until }) ?? null;
  const first = read("ASC");
  const last = read("DESC");
  return first === null || last === null ? null : { first, last };
}
