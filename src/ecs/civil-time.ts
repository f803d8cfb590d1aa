import { UTC, type TimeZone } from "./time-zone.ts";

/** A point in time, exact to the nanosecond. */
export interface Timestamp {
  /** Whole seconds since 1970 UTC, negative before. */
  readonly seconds: number;
  /** 0 to 999,999,999, always added to `seconds`. */
  readonly nanos: number;
  /** True when the text named no zone: it was read in the zone of the load, or as UTC. */
  readonly zoneless: boolean;
}

/** The parts of a time as written. `offset`: seconds east of UTC, null when the text names no zone. */
export interface CivilTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanos: number;
  readonly offset: number | null;
}

/** What an int64 of nanoseconds holds: 1677-09-21 to 2262-04-11. */
const MAX_SECONDS = 9_223_372_036;

const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * The time that civil parts mean; null where no such day or time exists, or where nanoseconds do not fit an int64.
 * Second 60 is the first of the next minute, 24:00:00 the next day.
 */
export function civilToTimestamp(civil: CivilTime, zone: TimeZone = UTC): Timestamp | null {
  const { year, month, day, hour, minute, second, nanos, offset } = civil;
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  if (minute > 59 || second > 60 || hour > 24 || (hour === 24 && (minute > 0 || second > 0 || nanos > 0))) return null;
  const local = daysSince1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
  return timestamp(local - (offset ?? zone.offsetOfLocal(local)), nanos, offset === null);
}

/** A timestamp within the range of an int64 of nanoseconds, or null. */
export function timestamp(seconds: number, nanos: number, zoneless: boolean): Timestamp | null {
  if (!(seconds >= -MAX_SECONDS && seconds < MAX_SECONDS)) return null;
  return { seconds, nanos, zoneless };
}

function daysInMonth(year: number, month: number): number {
  if (month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)) return 29;
  return DAYS_IN_MONTH[month - 1] ?? 0;
}

/** Days since 1970-01-01 of a date of the Gregorian calendar, by counting years from March. */
function daysSince1970(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
