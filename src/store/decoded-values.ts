import { isoTime } from "../base/time-text.ts";
import type { CaseFile } from "./case-file.ts";
import { readSideValues } from "./event-values.ts";
import { fieldByPath, type StoredField } from "./fields.ts";
import { decodeText } from "./text.ts";

/** The texts of a dictionary value: one, or the elements of a list in the order of their first appearance in the case. */
export function decodeValue(file: CaseFile, id: number | bigint): string[] {
  const rows = file.db
    .prepare<[bigint, bigint], { text: string; odd: number }>(
      `SELECT ifnull(text, folded) AS text, ifnull(odd, 0) AS odd FROM value WHERE folded IS NOT NULL
         AND id IN (SELECT ? UNION ALL SELECT item FROM value_item WHERE list = ?) ORDER BY id`,
    )
    .all(BigInt(id), BigInt(id));
  return rows.map(({ text, odd }) => decodeText(text, odd === 1));
}

/**
 * What events hold, as text: per event and path all values (none where missing). Dates are ISO 8601 in UTC. Fields
 * without a column have values only once `ensureSideTables` has made their side table.
 */
export function eventValues(
  file: CaseFile,
  events: readonly (number | bigint)[],
  paths: readonly string[],
): Map<number, Record<string, string[]>> {
  const fields = paths.map((path) => ({ path, field: fieldByPath(file, path) }));
  const columns = fields.flatMap(({ field }) => (field?.column === true ? [`f${field.id}`] : []));
  const select = file.db
    .prepare<[bigint], (bigint | number | null)[]>(
      `SELECT ${["time", "tiebreaker", ...columns].join(", ")} FROM event WHERE id = ?`,
    )
    .raw()
    .safeIntegers();
  const result = new Map<number, Record<string, string[]>>();
  for (const event of events) {
    const row = select.get(BigInt(event));
    if (row === undefined) continue;
    const values: Record<string, string[]> = Object.create(null) as Record<string, string[]>;
    let at = 2;
    for (const { path, field } of fields) {
      if (path === "@timestamp") values[path] = typeof row[0] === "bigint" ? [isoTime(row[0])] : [];
      else if (field === undefined) values[path] = [];
      else values[path] = valuesOf(file, field, field.column ? (row[at++] ?? null) : null, event);
    }
    result.set(Number(event), values);
  }
  return result;
}

function valuesOf(
  file: CaseFile,
  field: StoredField,
  stored: bigint | number | null,
  event: number | bigint,
): string[] {
  const raw = stored !== null ? [stored] : field.side ? readSideValues(file, field.id, BigInt(event)) : [];
  if (field.family !== null) return raw.flatMap((id) => decodeValue(file, id));
  return raw.map((value) => {
    if (field.type === "boolean") return Number(value) === 1 ? "true" : "false";
    return field.type === "date" ? isoTime(BigInt(value)) : String(value);
  });
}
