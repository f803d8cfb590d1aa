import type { CaseFile } from "./case-file.ts";

/** The distinct ids of a dictionary field, ascending; a scan of the events where the column has no index. */
export function distinctValues(file: CaseFile, table: "column" | "side", field: number): bigint[] {
  const from = table === "column" ? `f${field} AS v FROM event WHERE f${field}` : `v FROM f_${field} WHERE v`;
  return file.db.prepare<[], bigint>(`SELECT DISTINCT ${from} IS NOT NULL ORDER BY 1`).pluck().safeIntegers().all();
}
