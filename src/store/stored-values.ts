import type { CaseFile } from "./case-file.ts";
import type { ValuePlace } from "./event-values.ts";
import { idList } from "./summary.ts";

/** Values of a field as they are stored: ids of the dictionary (of a list: one id) or numbers. */
export type StoredValues = readonly (bigint | number)[];

const CHUNK = 10_000;
const NOTHING: StoredValues = [];

/** What many events hold for some fields, in the order of the events: per event and field; empty where it is missing. */
export function* readStoredValues(
  file: CaseFile,
  events: readonly number[],
  places: readonly (ValuePlace | "time")[],
): Generator<{ readonly event: number; readonly values: readonly StoredValues[] }> {
  for (let start = 0; start < events.length; start += CHUNK) {
    const chunk = events.slice(start, start + CHUNK);
    const fields = places.map((place) => readChunk(file, chunk, place));
    for (const event of chunk) yield { event, values: fields.map((field) => field.get(event) ?? NOTHING) };
  }
}

function readChunk(file: CaseFile, events: readonly number[], place: ValuePlace | "time"): Map<number, StoredValues> {
  const found = new Map<number, (bigint | number)[]>();
  const collect = (sql: string): void => {
    for (const [event, value] of file.rows({ sql, parameters: [idList(events)] })) {
      const id = Number(event);
      const values = found.get(id);
      if (values === undefined) found.set(id, [value as bigint | number]);
      else values.push(value as bigint | number);
    }
  };
  const wanted = "IN (SELECT value FROM json_each(?))";
  const column = place === "time" ? "time" : place.column ? `f${place.id}` : null;
  if (column !== null) collect(`SELECT id, ${column} FROM event WHERE id ${wanted} AND ${column} IS NOT NULL`);
  if (place !== "time" && place.side) collect(`SELECT event, v FROM f_${place.id} WHERE event ${wanted}`);
  return found;
}
