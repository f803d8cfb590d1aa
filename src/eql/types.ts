import { parseDate } from "./date-text.ts";
import { numberOf } from "./compare.ts";
import { cidrRanges } from "./ip-address.ts";
import type { Literal } from "./ast.ts";
import type { ParameterType } from "./functions.ts";

/** The families that field types of a mapping collapse to (semantics 8). */
export type FieldType = "keyword" | "long" | "double" | "boolean" | "date" | "ip" | "version";

/** The type of an expression: `null` is the constant, `any` is not known before the data is seen. */
export type ValueType = FieldType | "null" | "any";

/** How messages name each type, with its article. */
export const TYPE_NAMES: Readonly<Record<ValueType, string>> = {
  keyword: "a string",
  long: "an integer",
  double: "a decimal number",
  boolean: "a boolean",
  date: "a date",
  ip: "an IP address",
  version: "a version",
  null: "null",
  any: "a value of unknown type",
};

/** Which types an argument takes; `null` and `any` are always taken. */
export const ACCEPTED: Readonly<Record<ParameterType, readonly FieldType[]>> = {
  string: ["keyword"],
  number: ["long", "double"],
  integer: ["long"],
  boolean: ["boolean"],
  ip: ["ip"],
  any: ["keyword", "long", "double", "boolean", "date", "ip", "version"],
};

/** How messages name what an argument takes. */
export const PARAMETER_NAMES: Readonly<Record<ParameterType, string>> = {
  string: "a string",
  number: "a number",
  integer: "an integer",
  boolean: "a boolean",
  ip: "an IP address",
  any: "any value",
};

/** With which types each can be compared so that the result can be true: text is converted to the other side's kind. */
const COMPARABLE: Readonly<Record<FieldType, readonly FieldType[]>> = {
  keyword: ["keyword", "long", "double", "boolean", "date", "ip", "version"],
  long: ["long", "double", "date", "keyword"],
  double: ["long", "double", "date", "keyword"],
  boolean: ["boolean", "keyword"],
  date: ["date", "long", "double", "keyword"],
  ip: ["ip", "keyword"],
  version: ["version", "keyword"],
};

/** Whether values of the two types can be equal or ordered. */
export function areComparable(a: ValueType, b: ValueType): boolean {
  if (a === "null" || a === "any" || b === "null" || b === "any") return true;
  return COMPARABLE[a].includes(b);
}

/** Whether a literal text can be converted to the type: a date, a number, an address or block... */
export function isConvertible(text: string, type: ValueType): boolean {
  switch (type) {
    case "long":
    case "double":
      return numberOf(text) !== null;
    case "boolean":
      return text === "true" || text === "false";
    case "date":
      return parseDate(text) !== null;
    case "ip":
      return cidrRanges(text) !== null;
    case "keyword":
    case "version":
    case "null":
    case "any":
      return true;
  }
}

/** The type of a constant. */
export function literalType(value: Literal["value"]): ValueType {
  if (value === null) return "null";
  if (typeof value === "string") return "keyword";
  if (typeof value === "boolean") return "boolean";
  return typeof value === "bigint" ? "long" : "double";
}

/** Whether it may stand where a number is needed. */
export function isNumeric(type: ValueType): boolean {
  return type === "long" || type === "double" || type === "null" || type === "any";
}

/** Whether it may stand as a condition. */
export function isBoolean(type: ValueType): boolean {
  return type === "boolean" || type === "null" || type === "any";
}
