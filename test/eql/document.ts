import type { DocumentValues, Value } from "../../src/eql/values.ts";

/** A JSON document as conditions read it: paths flattened, arrays spread, integers as bigint. Types are those of the JSON. */
export function documentOf(source: unknown): DocumentValues {
  const values = new Map<string, Value[]>();
  collect(source, "", values);
  return { values: (field) => values.get(field) ?? [] };
}

function collect(node: unknown, path: string, values: Map<string, Value[]>): void {
  if (node === null || node === undefined) return;
  if (Array.isArray(node)) {
    for (const item of node) collect(item, path, values);
    return;
  }
  if (typeof node === "object") {
    for (const [key, value] of Object.entries(node)) collect(value, path === "" ? key : `${path}.${key}`, values);
    return;
  }
  const value = toValue(node);
  const known = values.get(path) ?? [];
  if (!known.includes(value)) values.set(path, [...known, value]);
}

/** A JSON scalar as a value. */
export function toValue(node: unknown): Value {
  if (typeof node === "number") return Number.isInteger(node) ? BigInt(node) : node;
  if (typeof node === "string" || typeof node === "boolean" || typeof node === "bigint") return node;
  throw new Error(`not a JSON scalar: ${typeof node}`);
}
