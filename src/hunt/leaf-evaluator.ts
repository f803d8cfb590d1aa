import type { FieldType } from "../ecs/field-type.ts";
import { compileCondition } from "../eql/evaluate.ts";
import { parseIp } from "../eql/ip-address.ts";
import type { Value } from "../eql/values.ts";
import type { ComputedLeaf } from "../plan/plan.ts";

/** A leaf as a test of the values of its fields. */
export interface LeafEvaluator {
  /** @param values per field of the leaf, in its order, the distinct values; empty where it is missing */
  holds(values: readonly (readonly Value[])[]): boolean;
}

/** Compiles a leaf once, to be tested on many events or values. */
export function compileLeaf(leaf: ComputedLeaf): LeafEvaluator {
  const test = compileCondition(leaf.source);
  const positions = new Map(leaf.fields.map((field, index) => [field.path, index]));
  let current: readonly (readonly Value[])[] = [];
  const document = {
    values: (path: string): readonly Value[] => current[positions.get(path) ?? -1] ?? [],
  };
  return {
    holds: (values) => {
      current = values;
      return test(document);
    },
  };
}

/**
 * A stored value as the language sees it: the text of the dictionary or the number of a row, by the type of its field;
 * null for text that does not fit the type.
 */
export function toEqlValue(type: FieldType, stored: string | bigint | number): Value | null {
  switch (type) {
    case "keyword":
      return String(stored);
    case "version":
      return { kind: "version", text: String(stored) };
    case "ip": {
      const bytes = parseIp(String(stored));
      return bytes === null ? null : { kind: "ip", bytes };
    }
    case "boolean":
      return stored === 1n || stored === "true" ? true : stored === 0n || stored === "false" ? false : null;
    case "date":
      return typeof stored === "bigint" ? { kind: "date", ns: stored } : null;
    case "long":
    case "double":
      return typeof stored === "string" ? toNumber(stored) : stored;
  }
}

function toNumber(text: string): bigint | number | null {
  if (/^-?\d+$/.test(text)) return BigInt(text);
  const number = Number(text);
  return text.trim() === "" || Number.isNaN(number) ? null : number;
}
