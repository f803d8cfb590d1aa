import { isoTime } from "../base/time-text.ts";
import type { CaseFile } from "./case-file.ts";
import { fieldByPath, type StoredField } from "./fields.ts";
import { idList } from "./summary.ts";
import { decodeText } from "./text.ts";

/** The texts of a dictionary value: one, or the elements of a list in the order of their first appearance in the case. */
export function decodeValue(file: CaseFile, id: number | bigint): string[] {
  const rows = file.objects<{ text: string; odd: number }>(
    `SELECT ifnull(text, folded) AS text, ifnull(odd, 0) AS odd FROM value WHERE folded IS NOT NULL
       AND id IN (SELECT ? UNION ALL SELECT item FROM value_item WHERE list = ?) ORDER BY id`,
    BigInt(id),
    BigInt(id),
  );
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
  const ids = idList(events);
  const rows = file.rows({
    sql: `SELECT ${["id", "time", ...columns].join(", ")} FROM event WHERE id IN (SELECT value FROM json_each(?))`,
    parameters: [ids],
  });
  const result = new Map<number, Record<string, string[]>>(
    rows.map(([id]) => [Number(id), Object.create(null) as Record<string, string[]>]),
  );
  let at = 2;
  for (const { path, field } of fields) {
    const stored = new Map<number, (bigint | number)[]>();
    if (field?.column === true) {
      for (const row of rows) {
        const value = row[at] as bigint | number | null;
        if (value !== null) stored.set(Number(row[0]), [value]);
      }
      at += 1;
    }
    if (field?.side === true) addSideValues(file, field.id, ids, stored);
    const flat = [...stored.values()].flat();
    const texts = field === undefined ? [] : textsOf(file, field, flat);
    let next = 0;
    const known = new Map([...stored].map(([id, list]) => [id, texts.slice(next, (next += list.length)).flat()]));
    for (const [id, time] of rows) {
      const values = result.get(Number(id));
      if (values === undefined) continue;
      if (path === "@timestamp") values[path] = typeof time === "bigint" ? [isoTime(time)] : [];
      else values[path] = known.get(Number(id)) ?? [];
    }
  }
  return result;
}

/** Values of a side table for events whose column has none. */
function addSideValues(file: CaseFile, field: number, ids: string, stored: Map<number, (bigint | number)[]>): void {
  const rows = file.rows({
    sql: `SELECT event, v FROM f_${field} WHERE event IN (SELECT value FROM json_each(?))`,
    parameters: [ids],
  });
  const inColumn = new Set(stored.keys());
  for (const [event, value] of rows) {
    const id = Number(event);
    if (inColumn.has(id)) continue;
    const list = stored.get(id);
    if (list === undefined) stored.set(id, [value as bigint | number]);
    else list.push(value as bigint | number);
  }
}

/** Stored values of a field as texts, one list for each. */
export function decodeFieldValues(file: CaseFile, path: string, stored: readonly (bigint | number)[]): string[][] {
  const field = fieldByPath(file, path);
  return field === undefined ? stored.map(() => []) : textsOf(file, field, stored);
}

/** The texts of each stored value; those of the dictionary are read once for all. */
function textsOf(file: CaseFile, field: StoredField, stored: readonly (bigint | number)[]): string[][] {
  if (field.family !== null) {
    const known = decodeValues(file, new Set(stored.map(BigInt)));
    return stored.map((id) => known.get(BigInt(id)) ?? []);
  }
  return stored.map((value) => {
    if (field.type === "boolean") return [Number(value) === 1 ? "true" : "false"];
    return [field.type === "date" ? isoTime(BigInt(value)) : String(value)];
  });
}

/** The texts of many dictionary values, as `decodeValue` has those of one. */
export function decodeValues(file: CaseFile, ids: ReadonlySet<bigint>): Map<bigint, string[]> {
  const list = idList([...ids]);
  const texts = new Map<bigint, string[]>();
  for (const [id, text, odd] of file.rows({
    sql: `SELECT id, ifnull(text, folded), ifnull(odd, 0) FROM value WHERE id IN (SELECT value FROM json_each(?))`,
    parameters: [list],
  })) {
    texts.set(id as bigint, typeof text === "string" ? [decodeText(text, odd === 1n)] : []);
  }
  const lists = [...texts].flatMap(([id, found]) => (found.length === 0 ? [id] : []));
  if (lists.length === 0) return texts;
  for (const [of, text, odd] of file.rows({
    sql: `SELECT i.list, ifnull(v.text, v.folded), ifnull(v.odd, 0) FROM value_item AS i JOIN value AS v ON v.id = i.item
          WHERE i.list IN (SELECT value FROM json_each(?)) AND v.folded IS NOT NULL ORDER BY i.list, i.item`,
    parameters: [idList(lists)],
  })) {
    texts.get(of as bigint)?.push(decodeText(text as string, odd === 1n));
  }
  return texts;
}
