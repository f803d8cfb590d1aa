/**
 * A 64-bit hash of bytes in two 32-bit lanes, four bytes a step. It finds values and documents again; equality is always
 * checked on the bytes themselves. Part of the case format: `event.identity` and `event.hit` are made of it.
 */
export class ByteHash {
  low = 0;
  high = 0;

  /** Hashes `data[start, end)`. `view` covers the same bytes as `data`, and at least 3 more. */
  hash(view: DataView, start: number, end: number): void {
    let a = SEED_LOW;
    let b = SEED_HIGH;
    let at = start;
    for (; at + 4 <= end; at += 4) {
      const word = view.getInt32(at, true);
      a = Math.imul(a ^ word, PRIME_LOW);
      a = (a << 13) | (a >>> 19);
      b = Math.imul(((b << 5) | (b >>> 27)) ^ word, PRIME_HIGH);
    }
    const rest = end - at;
    const tail = rest === 0 ? 0 : view.getInt32(at, true) & ((1 << (8 * rest)) - 1);
    this.finish(a, b, tail, end - start);
  }

  /** Mixes in the last bytes (fewer than 4, in the low bytes of `tail`) and the length. */
  finish(a: number, b: number, tail: number, length: number): void {
    let low = Math.imul(a ^ tail, PRIME_LOW) ^ length;
    let high = Math.imul(((b << 5) | (b >>> 27)) ^ tail, PRIME_HIGH) + length;
    low = Math.imul(low ^ (low >>> 16) ^ high, 0x85ebca6b);
    high = Math.imul(high ^ (high >>> 15) ^ low, 0xc2b2ae35);
    low ^= low >>> 13;
    high ^= high >>> 16;
    this.low = (low + high) | 0;
    this.high = high | 0;
  }
}

export const SEED_LOW = 0x2545f491;
export const SEED_HIGH = 0x1b873593;
export const PRIME_LOW = 0x9e3779b1 | 0;
export const PRIME_HIGH = 0x85ebca77 | 0;

/** One lane of a hash of two hashes, in order. */
export function combine(first: number, second: number): number {
  const mixed = Math.imul(((first << 7) | (first >>> 25)) ^ second, PRIME_HIGH);
  return Math.imul(mixed ^ (mixed >>> 15), PRIME_LOW) | 0;
}
