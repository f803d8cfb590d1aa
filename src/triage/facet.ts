import type { Engine } from "../hunt/engine.ts";
import { eventValues } from "../store/decoded-values.ts";
import { idList } from "../store/summary.ts";
import type { FacetValue } from "./types.ts";

/** Distinct stored values that are looked at, most frequent first. */
const MAX_GROUPS = 20_000;

/** The most frequent values of a field among events; of a list every element counts. */
export function facetOf(engine: Engine, events: readonly number[], path: string, limit: number): FacetValue[] {
  const field = engine.evidence.field(path);
  if (field === undefined) return [];
  const counts = new Map<string, number>();
  const add = (value: string, count: number): void => void counts.set(value, (counts.get(value) ?? 0) + count);
  if (field.values === "dictionary" && field.column) {
    const rows = engine.file.rows({
      sql: `SELECT f${field.id}, count(*) FROM event WHERE id IN (SELECT value FROM json_each(?)) AND f${field.id} IS NOT NULL
            GROUP BY 1 ORDER BY 2 DESC LIMIT ${MAX_GROUPS}`,
      parameters: [idList(events)],
    });
    for (const [value, count] of rows) {
      for (const text of new Set(engine.values.texts(value as bigint))) add(text, Number(count));
    }
  } else {
    for (const values of eventValues(engine.file, events, [path]).values()) {
      for (const text of new Set(values[path])) add(text, 1);
    }
  }
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
    .slice(0, limit);
}
