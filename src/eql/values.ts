import { formatDate } from "./date-text.ts";
import { formatIp, type IpBytes } from "./ip-address.ts";

/** An address of an `ip` field. */
export interface IpValue {
  readonly kind: "ip";
  readonly bytes: IpBytes;
}

/** An instant of a `date` field: nanoseconds since 1970 UTC. */
export interface DateValue {
  readonly kind: "date";
  readonly ns: bigint;
}

/** A value of a `version` field, as it was written. */
export interface VersionValue {
  readonly kind: "version";
  readonly text: string;
}

/**
 * One value of a field, or of an expression that is not null. The JavaScript type tells numbers apart: a bigint is an
 * integer (long), a number is a double, also where it has no fraction.
 */
export type Value = string | bigint | number | boolean | IpValue | DateValue | VersionValue;

/** The result of an expression; null is EQL's null. */
export type Scalar = Value | null;

/** What conditions read of an event: the distinct non-null values of a field, in any order; empty when it is missing. */
export interface DocumentValues {
  readonly values: (field: string) => readonly Value[];
}

/** A value as text, as `string()` and `concat()` give it (semantics 9). */
export function stringForm(value: Value): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return doubleText(value);
  if (typeof value !== "object") return String(value);
  if (value.kind === "version") return value.text;
  return value.kind === "ip" ? formatIp(value.bytes) : formatDate(value.ns);
}

/** A double as Java writes it: always with a fraction, with an exponent below 0.001 and from 10,000,000 on. */
function doubleText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e7) return Number.isInteger(value) ? `${value}.0` : String(value);
  const [mantissa = "", exponent = ""] = value.toExponential().split("e");
  return `${mantissa.includes(".") ? mantissa : `${mantissa}.0`}E${Number(exponent)}`;
}
