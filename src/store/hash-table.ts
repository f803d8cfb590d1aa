/** Parts that grow one after the other, so that growing never needs much more memory than the table itself. */
const PARTS = 16;
const SMALLEST = 256;

interface Part {
  hashes: Int32Array;
  ids: Int32Array;
  count: number;
}

/**
 * 32-bit hashes -> ids (from 1), several per hash, in some 12 bytes an entry. The user of an id decides whether it is the
 * one. Slots are in the order of the hashes, so that the table can be written out sorted.
 */
export class HashTable {
  readonly #parts: Part[] = Array.from({ length: PARTS }, () => newPart(SMALLEST));
  #part: Part = newPart(1);
  #hash = 0;
  #slot = 0;
  count = 0;

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
    const size = ids.length;
    for (let slot = this.#slot; ; slot = slot + 1 === size ? 0 : slot + 1) {
      const id = ids[slot] as number;
      if (id === 0) return 0;
      if (hashes[slot] !== this.#hash) continue;
      this.#slot = slot + 1 === size ? 0 : slot + 1;
      return id;
    }
  }

  add(hash: number, id: number): void {
    const part = this.#parts[hash >>> 28] as Part;
    if (part.count * 4 >= part.ids.length * 3) growPart(part);
    part.count += 1;
    this.count += 1;
    put(part, hash, id);
  }

  /** All entries in the order of their unsigned hashes, those of one hash in order of insertion. */
  sorted(): { hashes: Int32Array; ids: Int32Array } {
    const hashes = new Int32Array(this.count);
    const ids = new Int32Array(this.count);
    let count = 0;
    for (const part of this.#parts) {
      const from = count;
      forEachInOrder(part, (hash, id) => {
        let to = count++;
        for (; to > from && (hashes[to - 1] as number) >>> 0 > hash >>> 0; to--) {
          hashes[to] = hashes[to - 1] as number;
          ids[to] = ids[to - 1] as number;
        }
        hashes[to] = hash;
        ids[to] = id;
      });
    }
    return { hashes, ids };
  }

  /** Forgets everything; keeps the memory. */
  clear(): void {
    this.count = 0;
    for (const part of this.#parts) {
      part.count = 0;
      part.ids.fill(0);
    }
  }
}

function newPart(size: number): Part {
  return { hashes: new Int32Array(size), ids: new Int32Array(size), count: 0 };
}

/** The share of the slots that the hash has of all hashes of its part. */
function slotOf(hash: number, size: number): number {
  return (((hash << 4) >>> 0) * (size / 4_294_967_296)) | 0;
}

function put({ hashes, ids }: Part, hash: number, id: number): void {
  const size = ids.length;
  let slot = slotOf(hash, size);
  while (ids[slot] !== 0) slot = slot + 1 === size ? 0 : slot + 1;
  hashes[slot] = hash;
  ids[slot] = id;
}

/**
 * Hands out the entries from the first gap on, around the end: nearly in the order of their hashes, those of one hash in
 * order of insertion. Entries that went around the end come last, as their hashes want it.
 */
function forEachInOrder({ hashes, ids }: Part, use: (hash: number, id: number) => void): void {
  let first = 0;
  while (ids[first] !== 0) first += 1;
  for (let step = 0, at = first; step < ids.length; step++, at = at + 1 === ids.length ? 0 : at + 1) {
    const id = ids[at] as number;
    if (id !== 0) use(hashes[at] as number, id);
  }
}

/** Makes a part larger by half. */
function growPart(part: Part): void {
  const { hashes, ids, count } = part;
  const size = Math.ceil(ids.length * 1.5);
  part.hashes = new Int32Array(size);
  part.ids = new Int32Array(size);
  forEachInOrder({ hashes, ids, count }, (hash, id) => put(part, hash, id));
}
