import { UserError, EXIT } from "../base/errors.ts";

/** A zone for times that name none: what `--timezone` means. */
export interface TimeZone {
  /** As the user wrote it. */
  readonly name: string;
  /** Seconds east of UTC of a local time, given in seconds since 1970 as if it were UTC. */
  offsetOfLocal(localSeconds: number): number;
}

export const UTC: TimeZone = { name: "UTC", offsetOfLocal: () => 0 };

const HOUR = 3600;

/**
 * Reads `--timezone`: `UTC`, `Z`, an offset (`+02:00`, `-0530`, `+9`) or a name of the IANA database (`Europe/Berlin`).
 * Throws a `UserError` (exit code 2) for anything else.
 */
export function parseTimeZone(text: string): TimeZone {
  const name = text.trim();
  if (/^(?:utc|gmt|z)$/i.test(name)) return { ...UTC, name };
  const offset = /^([+-])(\d{1,2})(?::?(\d{2}))?$/.exec(name);
  if (offset !== null) {
    const seconds = Number(offset[2]) * HOUR + Number(offset[3] ?? 0) * 60;
    if (seconds <= 18 * HOUR && Number(offset[3] ?? 0) < 60) {
      const east = offset[1] === "-" ? -seconds : seconds;
      return { name, offsetOfLocal: () => east };
    }
  } else if (/^[A-Za-z]/.test(name)) {
    const zone = ianaZone(name);
    if (zone !== null) return zone;
  }
  throw new UserError("time-zone-unknown", `'${text}' is no time zone`, {
    hint: "Give an offset such as +02:00, or a name such as Europe/Berlin.",
    exitCode: EXIT.usage,
  });
}

/**
 * A zone with daylight saving. A local time that occurs twice is taken as the first; one that never occurs is read with
 * the offset before the change, so that it lands after it.
 */
function ianaZone(name: string): TimeZone | null {
  const format = formatter(name);
  if (format === null) return null;
  const cache = new Map<number, number>();
  const offsetAt = (utcSeconds: number): number => {
    const quarter = Math.floor(utcSeconds / 900);
    const known = cache.get(quarter);
    if (known !== undefined) return known;
    const offset = measureOffset(format, quarter * 900);
    if (cache.size > 100_000) cache.clear();
    cache.set(quarter, offset);
    return offset;
  };
  return {
    name,
    offsetOfLocal(localSeconds) {
      const before = offsetAt(localSeconds - 14 * HOUR);
      if (offsetAt(localSeconds - before) === before) return before;
      const after = offsetAt(localSeconds + 14 * HOUR);
      if (offsetAt(localSeconds - after) === after) return after;
      return before;
    },
  };
}

function formatter(name: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat("en-US", {
      timeZone: name,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function measureOffset(format: Intl.DateTimeFormat, utcSeconds: number): number {
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(utcSeconds * 1000)) part[type] = Number(value);
  const local = Date.UTC(
    part["year"] ?? 1970,
    (part["month"] ?? 1) - 1,
    part["day"] ?? 1,
    part["hour"] ?? 0,
    part["minute"] ?? 0,
    part["second"] ?? 0,
  );
  return local / 1000 - utcSeconds;
}
