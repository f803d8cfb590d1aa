import { HugeNumber, numberText } from "../base/exact-json.ts";
import { formatIp, parseIp } from "./ip.ts";
import type { TimeZone } from "./time-zone.ts";
import { parseTimestamp, toNanoseconds } from "./timestamp.ts";

/** One value of a field: a leaf of a document, never null. */
export type LeafValue = string | number | bigint | boolean | HugeNumber;

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);
const DECIMAL = /^[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?$/;

/** As a `long`: numbers and numeric text, fractions cut off, within int64; null when the value does not fit. */
export function toLong(value: LeafValue): bigint | null {
  let integer: bigint;
  if (typeof value === "bigint") integer = value;
  else if (typeof value === "number") integer = BigInt(Math.trunc(value));
  else if (typeof value === "string" && value.length <= 64 && DECIMAL.test(value)) {
    if (/^[+-]?\d+$/.test(value)) integer = BigInt(value.replace(/^\+/, ""));
    else if (Number.isFinite(Number(value))) integer = BigInt(Math.trunc(Number(value)));
    else return null;
  } else return null;
  return integer < INT64_MIN || integer > INT64_MAX ? null : integer;
}

/** As a `double`: finite numbers and numeric text; null when the value does not fit. */
export function toDouble(value: LeafValue): number | null {
  if (typeof value === "boolean" || value instanceof HugeNumber) return null;
  if (typeof value === "string" && (value.length > 64 || !DECIMAL.test(value))) return null;
  const double = Number(value);
  return Number.isFinite(double) ? double : null;
}

/** As a `boolean`: true and false, as text too; an empty text is false, as in Elasticsearch. */
export function toBoolean(value: LeafValue): boolean | null {
  if (typeof value === "boolean") return value;
  if (value === "true") return true;
  if (value === "false" || value === "") return false;
  return null;
}

/** As a `date`: nanoseconds since 1970 UTC within int64. */
export function toDate(value: LeafValue, zone?: TimeZone): bigint | null {
  if (typeof value === "boolean" || value instanceof HugeNumber) return null;
  const time = parseTimestamp(value, zone);
  if (time === null) return null;
  const ns = toNanoseconds(time);
  return ns < INT64_MIN || ns > INT64_MAX ? null : ns;
}

/** As an `ip`: the 16 bytes and the canonical text; two spellings of one address are one value. */
export function toIp(value: LeafValue): { readonly bytes: Uint8Array; readonly text: string } | null {
  if (typeof value !== "string") return null;
  const bytes = parseIp(value);
  return bytes === null ? null : { bytes, text: formatIp(bytes) };
}

/** As text of the dictionary: strings as they are, numbers in canonical decimal, `true`, `false`. */
export function toText(value: LeafValue): string {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "true" : "false";
  return numberText(value);
}
