import { HugeNumber } from "../base/exact-json.ts";
import type { LeafValue } from "../ecs/field-value.ts";
import type { TimeZone } from "../ecs/time-zone.ts";
import { parseTimestamp } from "../ecs/timestamp.ts";

/** Reads times to int64 nanoseconds in two halves: the usual form from bytes, every other from its value. */
export class TimeReader {
  readonly #zone: TimeZone | undefined;
  /** A day that was seen, and its first second. */
  #day = -1;
  #daySeconds = 0;
  /** What was read last. */
  low = 0;
  high = 0;
  zoneless = false;

  /** @param zone for times that name none */
  constructor(zone: TimeZone | undefined) {
    this.#zone = zone;
  }

  /** Any form that `parseTimestamp` reads; false when it is no time. */
  read(value: LeafValue): boolean {
    const time = typeof value === "boolean" || value instanceof HugeNumber ? null : parseTimestamp(value, this.#zone);
    if (time === null) return false;
    this.zoneless = time.zoneless;
    this.set(time.seconds, time.nanos);
    return true;
  }

  /** Seconds and nanoseconds to an int64 of nanoseconds in `low` and `high`. Both products are exact in a double. */
  set(seconds: number, nanos: number): void {
    const upper = Math.floor(seconds / 65_536);
    const lower = seconds - upper * 65_536;
    const high = upper * 1e9;
    const low = lower * 1e9 + nanos;
    const highWord = Math.floor(high / 65_536);
    const sum = (high - highWord * 65_536) * 65_536 + low;
    const carry = Math.floor(sum / 4_294_967_296);
    this.low = (sum - carry * 4_294_967_296) | 0;
    this.high = (highWord + carry) | 0;
  }

  /** `2022-02-16T23:49:50.502Z` with 0 to 9 digits; leaves every other form to the general reader. */
  readIso(data: Buffer, start: number, end: number): boolean {
    const length = end - start;
    if (length < 20 || length > 30 || data[end - 1] !== 0x5a) return false;
    if (data[start + 10] !== 0x54 || data[start + 13] !== 0x3a || data[start + 16] !== 0x3a) return false;
    const high = digits2(data, start);
    const low = digits2(data, start + 2);
    const month = digits2(data, start + 5);
    const date = digits2(data, start + 8);
    const hour = digits2(data, start + 11);
    const minute = digits2(data, start + 14);
    const second = digits2(data, start + 17);
    if ((high | low | month | date | hour | minute | second) < 0) return false;
    if (data[start + 4] !== 0x2d || data[start + 7] !== 0x2d || hour > 23 || minute > 59 || second > 59) return false;
    const day = ((high * 100 + low) * 100 + month) * 100 + date;
    if (day !== this.#day) {
      const year = high * 100 + low;
      const at = new Date(Date.UTC(year, month - 1, date));
      if (year < 1700 || year > 2200 || at.getUTCMonth() !== month - 1 || at.getUTCDate() !== date) return false;
      this.#day = day;
      this.#daySeconds = at.getTime() / 1000;
    }
    let nanos = 0;
    if (length > 20) {
      if (data[start + 19] !== 0x2e || length === 21) return false;
      let scale = 100_000_000;
      for (let at = start + 20; at < end - 1; at++) {
        const digit = (data[at] as number) - 48;
        if (digit < 0 || digit > 9) return false;
        nanos += digit * scale;
        scale /= 10;
      }
    }
    this.zoneless = false;
    this.set(this.#daySeconds + hour * 3600 + minute * 60 + second, nanos);
    return true;
  }
}

function digits2(data: Buffer, at: number): number {
  const tens = (data[at] as number) - 48;
  const ones = (data[at + 1] as number) - 48;
  return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? -1 : tens * 10 + ones;
}
