import { timestamp, type Timestamp } from "./civil-time.ts";

/** 100 ns ticks from 1601 to 1970. */
const FILETIME_OF_1970 = 116_444_736_000_000_000n;
/** FILETIMEs end here (2107); as nanoseconds since 1970 the range from 1970's FILETIME would be 1973 to 1975. */
const FILETIME_END = 160_000_000_000_000_000n;

/**
 * A number as a time, its unit told by magnitude:
 *
 * | absolute value | unit | covers |
 * |---|---|---|
 * | below 10^11 | seconds | 1970 to 5138 |
 * | below 10^14 | milliseconds | 1973 to 5138 |
 * | below 1.16 * 10^17 | microseconds | 1973 to 5659 |
 * | below 1.6 * 10^17 | FILETIME: 100 ns since 1601 | 1970 to 2107 |
 * | above | nanoseconds | 1975 to 2262 |
 *
 * `text` is a decimal number as JSON writes it, sign, fraction and exponent included. Null when it is none or too large.
 */
export function parseEpoch(text: string): Timestamp | null {
  const number = /^(-?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text);
  if (number === null) return null;
  const exponent = Number(number[4] ?? 0);
  let whole = number[2] ?? "";
  let fraction = number[3] ?? "";
  if (whole.length + fraction.length > 60 || Math.abs(exponent) > 40) return null;
  if (exponent > 0) {
    const digits = fraction.padEnd(exponent, "0");
    whole += digits.slice(0, exponent);
    fraction = digits.slice(exponent);
  } else if (exponent < 0) {
    const digits = whole.padStart(1 - exponent, "0");
    fraction = digits.slice(digits.length + exponent) + fraction;
    whole = digits.slice(0, digits.length + exponent);
  }
  return fromDecimal(number[1] === "-", whole.replace(/^0+(?=\d)/, ""), fraction);
}

function fromDecimal(negative: boolean, whole: string, fraction: string): Timestamp | null {
  if (whole.length > 19) return null;
  const ticks = BigInt(whole);
  if (ticks >= FILETIME_OF_1970 && ticks < FILETIME_END && !negative) {
    return fromNanos((ticks - FILETIME_OF_1970) * 100n);
  }
  const scale = whole.length <= 11 ? 9 : whole.length <= 14 ? 6 : ticks < FILETIME_OF_1970 ? 3 : 0;
  const nanos = BigInt(whole + fraction.slice(0, scale).padEnd(scale, "0"));
  return fromNanos(negative ? -nanos : nanos);
}

function fromNanos(total: bigint): Timestamp | null {
  let seconds = total / 1_000_000_000n;
  let nanos = total % 1_000_000_000n;
  if (nanos < 0n) {
    seconds -= 1n;
    nanos += 1_000_000_000n;
  }
  return timestamp(Number(seconds), Number(nanos), false);
}
