/** Spans of time and points in time as people type them. */

export const MINUTE_NS = 60_000_000_000n;
const UNIT_NS: Readonly<Record<string, bigint>> = {
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: MINUTE_NS,
  h: 60n * MINUTE_NS,
  d: 1440n * MINUTE_NS,
};

/** `90s`, `5m`, `2h` in nanoseconds; null when it is no such text. */
export function parseSpan(text: string): bigint | null {
  const match = /^(\d{1,9})\s*(ms|s|m|h|d)$/.exec(text.trim());
  const unit = UNIT_NS[match?.[2] ?? ""];
  return match?.[1] === undefined || unit === undefined ? null : BigInt(match[1]) * unit;
}

/** A time in UTC, as `2026-03-01`, `2026-03-01 12:34`, `2026-03-01T12:34:56.789Z`, in nanoseconds; null when it is none. */
export function parseTime(text: string): bigint | null {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?Z?$/.exec(text.trim());
  if (match?.[1] === undefined) return null;
  const ms = Date.parse(`${match[1]}T${match[2] ?? "00:00"}:${match[3] ?? "00"}Z`);
  return Number.isNaN(ms) ? null : BigInt(ms) * 1_000_000n + BigInt((match[4] ?? "").padEnd(9, "0"));
}
