import type { Engine } from "../hunt/engine.ts";
import { compileFacet, compileSideFacet } from "../sql/compile-page.ts";
import type { Fragment } from "../sql/fragments.ts";
import { decodeFieldValues } from "../store/decoded-values.ts";
import type { FacetValue } from "./types.ts";

/** Distinct stored values that are looked at, most frequent first. */
const MAX_GROUPS = 20_000;

/**
 * The most frequent values of a field among the events of a scope (`FROM ... WHERE ...` over `e`); of a list every element
 * counts, once for each event. The field has storage.
 */
export function facetOf(engine: Engine, scope: Fragment, path: string, limit: number): FacetValue[] {
  const { file, evidence } = engine;
  const field = evidence.field(path);
  if (field === undefined) return [];
  const rows = [
    ...(field.column ? file.rows(compileFacet(scope, `f${field.id}`, MAX_GROUPS)) : []),
    ...(field.side ? file.rows(compileSideFacet(scope, `f_${field.id}`, MAX_GROUPS)) : []),
  ];
  const texts = decodeFieldValues(
    file,
    path,
    rows.map(([value]) => value as bigint | number),
  );
  const counts = new Map<string, number>();
  rows.forEach(([, count], at) => {
    for (const text of new Set(texts[at])) counts.set(text, (counts.get(text) ?? 0) + Number(count));
  });
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
    .slice(0, limit);
}
