import { invariant } from "../base/errors.ts";

/** Parts that grow one after the other, so that growing never needs much more memory than the table itself. */
const PARTS = 16;

interface Part {
  hashes: Int32Array;
  ids: Int32Array;
  count: number;
}

/** 32-bit hashes -> ids (from 1), several per hash, in 8 bytes a slot. The user of an id decides whether it is the one. */
export class HashTable {
  readonly #parts: Part[] = Array.from({ length: PARTS }, () => newPart(1 << 10));
  #part: Part = newPart(1);
  #hash = 0;
  #slot = 0;

  /** Begins to look for a hash; `next` then tells the ids. */
  seek(hash: number): void {
    const part = this.#parts[hash >>> 28] as Part;
    this.#part = part;
    this.#hash = hash;
    this.#slot = slotOf(hash, part.ids.length);
  }

  /** The next id under the hash, in order of insertion; 0: no more. */
  next(): number {
    const { hashes, ids } = this.#part;
    const mask = ids.length - 1;
    for (let slot = this.#slot; ; slot = (slot + 1) & mask) {
      const id = ids[slot] as number;
      if (id !== 0 && hashes[slot] !== this.#hash) continue;
      this.#slot = id === 0 ? slot : (slot + 1) & mask;
      return id;
    }
  }

  add(hash: number, id: number): void {
    const part = this.#parts[hash >>> 28] as Part;
    if (part.count * 4 >= part.ids.length * 3) growPart(part);
    part.count += 1;
    put(part, hash, id);
  }
}

function newPart(size: number): Part {
  return { hashes: new Int32Array(size), ids: new Int32Array(size), count: 0 };
}

function slotOf(hash: number, size: number): number {
  return (hash ^ (hash >>> 15)) & (size - 1);
}

function put({ hashes, ids }: Part, hash: number, id: number): void {
  const mask = ids.length - 1;
  let slot = slotOf(hash, ids.length);
  while (ids[slot] !== 0) slot = (slot + 1) & mask;
  hashes[slot] = hash;
  ids[slot] = id;
}

/** Doubles a part; entries of one hash keep their order, because it starts at the beginning of a run. */
function growPart(part: Part): void {
  const { hashes, ids } = part;
  invariant(ids.length < 1 << 27, "a table has fewer than 2^31 entries");
  part.hashes = new Int32Array(ids.length * 2);
  part.ids = new Int32Array(ids.length * 2);
  let first = 0;
  while (ids[first] !== 0) first += 1;
  for (let step = 0; step < ids.length; step++) {
    const from = (first + step) & (ids.length - 1);
    const id = ids[from] as number;
    if (id !== 0) put(part, hashes[from] as number, id);
  }
}
