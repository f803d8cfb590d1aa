import type { CivilTime } from "./civil-time.ts";
import { fractionToNanos, parseOffset } from "./iso-time.ts";

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** `10:56:18.799 PM`: hours, minutes, seconds, fraction, half of the day. */
const CLOCK = String.raw`(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?(?:\s*([AaPp])\.?[Mm]\.?)?`;
const DAY_NAME = String.raw`(?:[A-Za-z]{3,9},?\s+)?`;
const MONTH_NAME = String.raw`([A-Za-z]{3,9})\.?`;

interface Form {
  readonly pattern: RegExp;
  /** Groups of year, month, day, and the first of the five of the clock; the rest of the text is the zone. */
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly clock: number;
}

/** Forms people read, in the order they are tried. The zone, if any, is what follows the match. */
const FORMS: readonly Form[] = [
  // Kibana: Feb 16, 2022 @ 23:49:50.502
  {
    pattern: new RegExp(`^${MONTH_NAME}\\s+(\\d{1,2}),?\\s+(\\d{4})\\s*(?:@|,|at)?\\s+${CLOCK}`),
    year: 3,
    month: 1,
    day: 2,
    clock: 4,
  },
  // United States: 10/18/2020 10:56:18 AM, also with a comma after the date
  {
    pattern: new RegExp(`^(\\d{1,2})/(\\d{1,2})/(\\d{4}),?\\s+${CLOCK}`),
    year: 3,
    month: 1,
    day: 2,
    clock: 4,
  },
  // Slashes, year first: 2020/10/18 10:56:18
  {
    pattern: new RegExp(`^(\\d{4})/(\\d{1,2})/(\\d{1,2})[\\sT]+${CLOCK}`),
    year: 1,
    month: 2,
    day: 3,
    clock: 4,
  },
  // Web servers: 16/Feb/2022:23:49:50 +0000
  { pattern: new RegExp(`^(\\d{1,2})/${MONTH_NAME}/(\\d{4}):${CLOCK}`), year: 3, month: 2, day: 1, clock: 4 },
  // Mail and HTTP: Wed, 16 Feb 2022 23:49:50 GMT
  {
    pattern: new RegExp(`^${DAY_NAME}(\\d{1,2})[\\s-]${MONTH_NAME}[\\s-](\\d{4})\\s+${CLOCK}`),
    year: 3,
    month: 2,
    day: 1,
    clock: 4,
  },
];

/** C's asctime, and date(1) with its zone before the year: Thu Mar 16 03:08:58 2023 UTC, Thu Mar 16 03:08:58 UTC 2023. */
const ASCTIME = new RegExp(
  `^[A-Za-z]{3},?\\s+${MONTH_NAME}\\s+(\\d{1,2})\\s+${CLOCK}(?:\\s+(UTC|GMT|Z|[+-]\\d{2}:?\\d{2}))?\\s+(\\d{4})`,
);

/**
 * Reads times written for people: Kibana's `Feb 16, 2022 @ 23:49:50.502`, United States dates with AM and PM (month
 * before day, unless the first number is above 12), `2020/10/18 10:56:18`, asctime, mail, web server logs, and .NET's
 * `/Date(1604994496155)/`. Null when the text is none of these.
 */
export function parseDisplayTime(text: string): CivilTime | null {
  const net = /^\/Date\((-?\d{1,15})(?:[+-]\d{4})?\)\/$/.exec(text);
  if (net?.[1] !== undefined) return fromMilliseconds(Number(net[1]));
  const asctime = ASCTIME.exec(text);
  if (asctime !== null) {
    const rest = (asctime[8] ?? "") + text.slice(asctime[0].length);
    return civil(asctime, { year: 9, month: 1, day: 2, clock: 3 }, rest);
  }
  for (const form of FORMS) {
    const match = form.pattern.exec(text);
    if (match !== null) return civil(match, form, text.slice(match[0].length));
  }
  return null;
}

function civil(match: RegExpExecArray, form: Omit<Form, "pattern">, zone: string): CivilTime | null {
  const offset = parseOffset(zone, 0);
  const hour = toHour(Number(match[form.clock]), match[form.clock + 4]);
  let month = monthOf(match[form.month] ?? "");
  let day = Number(match[form.day]);
  if (offset === undefined || hour === null || month === null) return null;
  if (month > 12 && day <= 12) [month, day] = [day, month];
  return {
    year: Number(match[form.year]),
    month,
    day,
    hour,
    minute: Number(match[form.clock + 1]),
    second: Number(match[form.clock + 2] ?? 0),
    nanos: fractionToNanos(match[form.clock + 3] ?? ""),
    offset,
  };
}

function toHour(hour: number, half: string | undefined): number | null {
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return null;
  return (hour % 12) + (half.toLowerCase() === "p" ? 12 : 0);
}

/** 1 to 12 of a month's number or English name; null when it is none. */
function monthOf(text: string): number | null {
  if (/^\d/.test(text)) return Number(text);
  const index = MONTHS.indexOf(text.slice(0, 3).toLowerCase());
  return index < 0 ? null : index + 1;
}

function fromMilliseconds(milliseconds: number): CivilTime {
  const date = new Date(milliseconds);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    nanos: date.getUTCMilliseconds() * 1_000_000,
    offset: 0,
  };
}
