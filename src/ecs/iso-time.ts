import type { CivilTime } from "./civil-time.ts";

const DASH = 0x2d;
const COLON = 0x3a;
const ZERO = 0x30;

/**
 * Reads ISO 8601: a year, a month, a date, or a date with a time (`T` or a space between them; hours, minutes and
 * seconds, of which the last two may be absent; a fraction after `.` or `,`), and the basic form `20220216T234950Z`.
 * Digits of the fraction after the ninth are cut off. Null when the text is something else.
 */
export function parseIsoTime(text: string): CivilTime | null {
  const length = text.length;
  if (length < 10 || text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH) return parseRareIso(text);
  const high = two(text, 0);
  const low = two(text, 2);
  const month = two(text, 5);
  const day = two(text, 8);
  if (high < 0 || low < 0 || month < 0 || day < 0) return null;
  const year = high * 100 + low;
  if (length === 10) return { year, month, day, hour: 0, minute: 0, second: 0, nanos: 0, offset: null };
  const between = text[10];
  if (between !== "T" && between !== " " && between !== "t") return null;
  return parseTimeOfDay(text, between === " " ? skipSpaces(text, 11) : 11, year, month, day);
}

function parseTimeOfDay(text: string, start: number, year: number, month: number, day: number): CivilTime | null {
  let at = start;
  const hour = two(text, at);
  if (hour < 0) return null;
  at += 2;
  let minute = 0;
  let second = 0;
  let nanos = 0;
  if (text.charCodeAt(at) === COLON) {
    minute = two(text, at + 1);
    if (minute < 0) return null;
    at += 3;
    if (text.charCodeAt(at) === COLON) {
      second = two(text, at + 1);
      if (second < 0) return null;
      at += 3;
      const mark = text[at];
      if (mark === "." || mark === ",") {
        const digits = at + 1;
        at = digits;
        let scale = 100_000_000;
        for (let digit = digitAt(text, at); digit >= 0; digit = digitAt(text, ++at)) {
          nanos += digit * scale;
          scale = scale === 1 || scale === 0 ? 0 : scale / 10;
        }
        if (at === digits) return null;
      }
    }
  }
  const offset = parseOffset(text, at);
  return offset === undefined ? null : { year, month, day, hour, minute, second, nanos, offset };
}

/** Seconds east of UTC of what follows `at` up to the end; null when nothing follows; undefined when it is no offset. */
export function parseOffset(text: string, at: number): number | null | undefined {
  if (at === text.length) return null;
  if (at === text.length - 1 && (text[at] === "Z" || text[at] === "z")) return 0;
  const match = /^\s*(?:(Z|UTC|GMT)|([+-])(\d{2})(?::?(\d{2})(?::?(\d{2}))?)?)(?:\s*[[(][\w/+: -]{1,40}[\])])?$/i.exec(
    text.slice(at),
  );
  if (match === null) return undefined;
  if (match[1] !== undefined) return 0;
  const hours = Number(match[3]);
  const minutes = Number(match[4] ?? 0);
  const seconds = Number(match[5] ?? 0);
  if (hours > 18 || minutes > 59 || seconds > 59) return undefined;
  const east = hours * 3600 + minutes * 60 + seconds;
  return match[2] === "-" ? 0 - east : east;
}

function parseRareIso(text: string): CivilTime | null {
  const basic = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})?(?:[.,](\d+))?(.*)$/.exec(text);
  if (basic !== null) {
    const offset = parseOffset(basic[8] ?? "", 0);
    if (offset === undefined) return null;
    return {
      year: Number(basic[1]),
      month: Number(basic[2]),
      day: Number(basic[3]),
      hour: Number(basic[4]),
      minute: Number(basic[5]),
      second: Number(basic[6] ?? 0),
      nanos: fractionToNanos(basic[7] ?? ""),
      offset,
    };
  }
  const short = /^(\d{4})(?:-(\d{2}))?$/.exec(text);
  if (short === null) return null;
  const month = Number(short[2] ?? 1);
  return { year: Number(short[1]), month, day: 1, hour: 0, minute: 0, second: 0, nanos: 0, offset: null };
}

/** The digits after the decimal point as nanoseconds; those after the ninth are cut off. */
export function fractionToNanos(digits: string): number {
  return Number(digits.slice(0, 9).padEnd(9, "0"));
}

function skipSpaces(text: string, at: number): number {
  let next = at;
  while (text[next] === " ") next += 1;
  return next;
}

/** Two digits at `at`, or -1. */
function two(text: string, at: number): number {
  const tens = digitAt(text, at);
  const ones = digitAt(text, at + 1);
  return tens < 0 || ones < 0 ? -1 : tens * 10 + ones;
}

function digitAt(text: string, at: number): number {
  const digit = text.charCodeAt(at) - ZERO;
  return digit >= 0 && digit <= 9 ? digit : -1;
}
