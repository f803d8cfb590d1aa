import { HugeNumber } from "../base/exact-json.ts";
import type { LeafValue } from "./field-value.ts";

/**
 * Version of the rules by which documents become fields; stored with each source, because a change would make a resumed
 * load differ from an undisturbed one.
 */
export const NORMALISER_VERSION = 1;

/** Longer paths are not fields: their values stay in the original only, and the load counts them. */
export const MAX_PATH_LENGTH = 1024;

/**
 * Calls `visit` for every value of a document, in document order. Nested, dotted and mixed keys of one path are the same
 * field; objects in lists are flattened; null, `[]`, `[null]` and absent are the same: no call. A key that holds dots is
 * a path: `{"a.b":1}` and `{"a":{"b":1}}` are both `a.b`.
 */
export function forEachLeaf(document: Record<string, unknown>, visit: (path: string, value: LeafValue) => void): void {
  for (const key of Object.keys(document)) walk(key, document[key], visit);
}

function walk(path: string, value: unknown, visit: (path: string, value: LeafValue) => void): void {
  switch (typeof value) {
    case "string":
    case "number":
    case "bigint":
    case "boolean":
      visit(path, value);
      return;
    case "object":
      if (value === null) return;
      if (value instanceof HugeNumber) visit(path, value);
      else if (Array.isArray(value)) for (const item of value) walk(path, item, visit);
      else for (const [key, item] of Object.entries(value)) walk(`${path}.${key}`, item, visit);
      return;
    default:
      return;
  }
}
