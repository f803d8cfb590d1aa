import type { ComparisonOperator } from "./ast.ts";
import { parseDate } from "./date-text.ts";
import { cidrRanges, compareIp, type IpBytes, parseIp } from "./ip-address.ts";
import type { Scalar, Value } from "./values.ts";
import { compareVersions } from "./version-order.ts";

const NUMERIC = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const INTEGER = /^[+-]?\d{1,40}$/;

/**
 * `left operator right`, three-valued (semantics 4 and 6): null when either is null, or when an order is asked of values
 * that have none between them; values of different kinds are not equal. Text is converted to the kind of the other
 * side: numeric text to a number, `true`/`false` to a boolean, dates, addresses, versions.
 */
export function compareScalars(operator: ComparisonOperator, left: Scalar, right: Scalar): boolean | null {
  if (left === null || right === null) return null;
  switch (operator) {
    case "==":
      return equalValues(left, right);
    case "!=":
      return !equalValues(left, right);
    case "<":
    case "<=":
    case ">":
    case ">=": {
      const order = orderOf(left, right);
      return order === null ? null : ORDERINGS[operator](order);
    }
  }
}

const ORDERINGS = {
  "<": (order: number): boolean => order < 0,
  "<=": (order: number): boolean => order <= 0,
  ">": (order: number): boolean => order > 0,
  ">=": (order: number): boolean => order >= 0,
};

/** Whether two values are equal after conversion. An address equals a block (as text) that contains it. */
export function equalValues(a: Value, b: Value): boolean {
  if (typeof a === "string" && typeof b === "string") return a === b;
  if (typeof a === "object" && a.kind === "ip" && typeof b === "string") return isInBlock(a.bytes, b);
  if (typeof b === "object" && b.kind === "ip" && typeof a === "string") return isInBlock(b.bytes, a);
  return orderOf(a, b) === 0;
}

function isInBlock(address: IpBytes, block: string): boolean {
  const ranges = cidrRanges(block) ?? [];
  return ranges.some(({ first, last }) => compareIp(address, first) >= 0 && compareIp(address, last) <= 0);
}

/** Negative, zero, positive; null when the two cannot be ordered. */
export function orderOf(a: Value, b: Value): number | null {
  if (typeof a === "string") return typeof b === "string" ? compareStrings(a, b) : negated(orderWithText(b, a));
  if (typeof b === "string") return orderWithText(a, b);
  if (isNumber(a) && isNumber(b)) return orderNumbers(a, b);
  if (typeof a === "boolean" && typeof b === "boolean") return Number(a) - Number(b);
  if (typeof a === "object") {
    if (isNumber(b)) return a.kind === "date" ? orderDateWithMillis(a.ns, b) : null;
    return typeof b === "object" ? orderObjects(a, b) : null;
  }
  return typeof b === "object" && b.kind === "date" && isNumber(a) ? negated(orderDateWithMillis(b.ns, a)) : null;
}

function isNumber(value: Value): value is bigint | number {
  return typeof value === "bigint" || typeof value === "number";
}

/** Exact, also between a bigint and a double. Not a number: no order. */
function orderNumbers(a: bigint | number, b: bigint | number): number | null {
  return a < b ? -1 : a > b ? 1 : a <= b ? 0 : null;
}

function orderWithText(value: Exclude<Value, string>, text: string): number | null {
  if (isNumber(value)) {
    const number = numberOf(text);
    return number === null ? null : orderNumbers(value, number);
  }
  if (typeof value === "boolean")
    return text === "true" || text === "false" ? Number(value) - Number(text === "true") : null;
  if (value.kind === "version") return compareVersions(value.text, text);
  if (value.kind === "date") {
    const ns = parseDate(text);
    return ns === null ? null : orderBigints(value.ns, ns);
  }
  const bytes = parseIp(text);
  return bytes === null ? null : compareIp(value.bytes, bytes);
}

function orderObjects(a: Exclude<Value, string | bigint | number | boolean>, b: typeof a): number | null {
  if (a.kind === "ip" && b.kind === "ip") return compareIp(a.bytes, b.bytes);
  if (a.kind === "date" && b.kind === "date") return orderBigints(a.ns, b.ns);
  return a.kind === "version" && b.kind === "version" ? compareVersions(a.text, b.text) : null;
}

function orderDateWithMillis(ns: bigint, millis: bigint | number): number | null {
  return typeof millis === "bigint" ? orderBigints(ns, millis * 1_000_000n) : orderNumbers(ns, millis * 1_000_000);
}

function orderBigints(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function negated(order: number | null): number | null {
  return order === null ? null : -order;
}

/** The number that a text is, in decimal notation; null when it is none. */
export function numberOf(text: string): bigint | number | null {
  if (INTEGER.test(text)) return BigInt(text.startsWith("+") ? text.slice(1) : text);
  return NUMERIC.test(text) ? Number(text) : null;
}

/** By code point, as the bytes of UTF-8 sort (and SQLite's BINARY): not by UTF-16 unit. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const [x, y] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (x !== y) return codePointRank(x) - codePointRank(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all other units. */
function codePointRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
