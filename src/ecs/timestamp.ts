import { civilToTimestamp, type Timestamp } from "./civil-time.ts";
import { parseDisplayTime } from "./display-time.ts";
import { parseEpoch } from "./epoch-time.ts";
import { parseIsoTime } from "./iso-time.ts";
import type { TimeZone } from "./time-zone.ts";

export type { Timestamp } from "./civil-time.ts";

/**
 * Reads a time in any form that evidence has: ISO 8601 (0-9 fraction digits, more are cut off; `T` or a space; any
 * offset, or none; a date alone), epoch seconds, milliseconds, microseconds, nanoseconds and FILETIME as number or text
 * (told apart by magnitude: see `parseEpoch`), `audit(s.ms:serial)`, and the display forms of `parseDisplayTime`.
 *
 * A number beyond 2^53 is exact only as text or bigint. Null when the value is no time, or lies outside 1677 to 2262.
 * @param zone for times that name none; UTC when absent. Such a time is marked `zoneless`.
 */
export function parseTimestamp(value: string | number | bigint, zone?: TimeZone): Timestamp | null {
  if (typeof value === "string") return parseText(value, zone);
  if (typeof value === "bigint") return parseEpoch(value.toString());
  return Number.isFinite(value) ? parseEpoch(numberText(value)) : null;
}

/** Nanoseconds since 1970, as the case file keeps them. */
export function toNanoseconds(time: Timestamp): bigint {
  return BigInt(time.seconds) * 1_000_000_000n + BigInt(time.nanos);
}

/** The shortest text that reads back as the number: the digits as they were written, up to 17. */
function numberText(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? BigInt(value).toString() : String(value);
}

function parseText(text: string, zone: TimeZone | undefined): Timestamp | null {
  const iso = parseIsoTime(text);
  if (iso !== null) return civilToTimestamp(iso, zone);
  if (text.length > 100) return null;
  const trimmed = text.trim();
  if (trimmed !== text) return parseText(trimmed, zone);
  const audit = /^(?:msg=)?audit\((\d+\.\d+):\d+\):?$/.exec(text);
  if (audit?.[1] !== undefined) return parseEpoch(audit[1]);
  const epoch = parseEpoch(text);
  if (epoch !== null) return epoch;
  const display = parseDisplayTime(text);
  return display === null ? null : civilToTimestamp(display, zone);
}
