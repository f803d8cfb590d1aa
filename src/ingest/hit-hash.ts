import { ByteHash } from "../store/byte-hash.ts";
import type { HitIdentity } from "./format.ts";

const hash = new ByteHash();

/** The hash of `_index` and `_id` that finds a document again; null unless both are known. */
export function hitHash(identity: HitIdentity | null): { low: number; high: number } | null {
  if (identity === null || identity.index === null || identity.id === null) return null;
  const index = hashText(identity.index);
  const id = hashText(identity.id);
  return combineHit(index.low, index.high, id.low, id.high);
}

/** From the hashes of both texts. */
export function combineHit(
  indexLow: number,
  indexHigh: number,
  idLow: number,
  idHigh: number,
): { low: number; high: number } {
  return {
    low: Math.imul(indexLow ^ idHigh, 0x9e3779b1) ^ idLow,
    high: Math.imul(indexHigh ^ idLow, 0x85ebca77) ^ idHigh,
  };
}

function hashText(text: string): { low: number; high: number } {
  const bytes = Buffer.alloc(text.length * 3 + 4);
  const length = bytes.write(text);
  hash.hash(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, length);
  return { low: hash.low, high: hash.high };
}
