import { invariant } from "../base/errors.ts";

/** Bytes of recently used values that are kept in memory; the others are read from the case when they must be compared. */
const ARENA_BYTES = 64 * 1024 * 1024;
const HEADER = 8;

/** Whether the value `id` of the case has these bytes; `key` is family and flags. */
export type Compare = (id: number, key: number, data: Uint8Array, start: number, length: number) => boolean;

/**
 * The dictionary of the case as the loader sees it: bytes -> value id. It holds hashes of all values, and the bytes of
 * the recent ones; equality is always decided on bytes.
 */
export class ValueIndex {
  #hash = new Int32Array(1 << 16);
  #ids = new Int32Array(1 << 16);
  /** Where the bytes are in the arena: units of 8 bytes from its beginning of time, plus 1; 0: not in the arena. */
  #places = new Uint32Array(1 << 16);
  #count = 0;
  #arena = Buffer.allocUnsafeSlow(ARENA_BYTES);
  #words = new Int32Array(this.#arena.buffer);
  #head = 0;
  /** What lies after it is not in the case yet, and must not be overwritten. */
  #unsaved = 0;
  readonly #compare: Compare;

  constructor(compare: Compare) {
    this.#compare = compare;
  }

  get count(): number {
    return this.#count;
  }

  /** The id of a value, or 0. `hash` is any hash of its bytes, the same every time. */
  find(key: number, data: Uint8Array, start: number, length: number, hash: number): number {
    const mask = this.#ids.length - 1;
    const mixed = mix(hash, key);
    for (let slot = (mixed ^ (mixed >>> 16)) & mask; ; slot = (slot + 1) & mask) {
      const id = this.#ids[slot] as number;
      if (id === 0) return 0;
      if (this.#hash[slot] === mixed && this.#equals(slot, id, key, data, start, length)) return id;
    }
  }

  #equals(slot: number, id: number, key: number, data: Uint8Array, start: number, length: number): boolean {
    const place = ((this.#places[slot] as number) - 1) * 8;
    if (place < 0 || place < this.#head - this.#arena.length) {
      if (!this.#compare(id, key, data, start, length)) return false;
      this.#places[slot] = this.#keep(key, data, start, length);
      return true;
    }
    const at = place % this.#arena.length;
    const word = at >> 2;
    if (this.#words[word] !== key || this.#words[word + 1] !== length) return false;
    const arena = this.#arena;
    for (let index = 0, from = at + HEADER; index < length; index++) {
      if (arena[from + index] !== data[start + index]) return false;
    }
    return true;
  }

  /** Adds a value that `find` did not find. */
  add(key: number, data: Uint8Array, start: number, length: number, hash: number, id: number): void {
    this.#insert(mix(hash, key), id, this.#keep(key, data, start, length));
  }

  /** Adds a value that is in the case already, without its bytes. */
  addStored(key: number, hash: number, id: number): void {
    this.#insert(mix(hash, key), id, 0);
  }

  #insert(mixed: number, id: number, place: number): void {
    if (this.#count * 3 >= this.#ids.length * 2) this.#grow();
    const mask = this.#ids.length - 1;
    let slot = (mixed ^ (mixed >>> 16)) & mask;
    while (this.#ids[slot] !== 0) slot = (slot + 1) & mask;
    this.#hash[slot] = mixed;
    this.#ids[slot] = id;
    this.#places[slot] = place;
    this.#count += 1;
  }

  /** Copies a value into the arena, over the oldest ones; returns its place. */
  #keep(key: number, data: Uint8Array, start: number, length: number): number {
    const size = (HEADER + length + 7) & ~7;
    while (this.#head + size - this.#unsaved > this.#arena.length / 2) this.#growArena();
    let at = this.#head % this.#arena.length;
    if (at + size > this.#arena.length) {
      this.#head += this.#arena.length - at;
      at = 0;
    }
    this.#words[at >> 2] = key;
    this.#words[(at >> 2) + 1] = length;
    if (length < 48) {
      const arena = this.#arena;
      for (let index = 0, to = at + HEADER; index < length; index++) arena[to + index] = data[start + index] as number;
    } else this.#arena.set(data.subarray(start, start + length), at + HEADER);
    const place = this.#head / 8 + 1;
    this.#head += size;
    return place;
  }

  /** All values that were added are in the case now. */
  saved(): void {
    this.#unsaved = this.#head;
    if (this.#arena.length === ARENA_BYTES) return;
    this.#arena = Buffer.allocUnsafeSlow(ARENA_BYTES);
    this.#words = new Int32Array(this.#arena.buffer);
    this.#places.fill(0);
  }

  /** Twice the arena, what is in it at the same places. */
  #growArena(): void {
    const old = this.#arena;
    const grown = Buffer.allocUnsafeSlow(old.length * 2);
    const from = Math.max(0, this.#head - old.length);
    for (let place = from; place < this.#head;) {
      const count = Math.min(old.length - (place % old.length), this.#head - place);
      old.copy(grown, place % grown.length, place % old.length, (place % old.length) + count);
      place += count;
    }
    this.#arena = grown;
    this.#words = new Int32Array(grown.buffer);
  }

  #grow(): void {
    const { length } = this.#ids;
    invariant(length < 1 << 30, "the dictionary has fewer than 2^29 values");
    const [hashes, ids, places] = [this.#hash, this.#ids, this.#places];
    this.#hash = new Int32Array(length * 2);
    this.#ids = new Int32Array(length * 2);
    this.#places = new Uint32Array(length * 2);
    const mask = length * 2 - 1;
    for (let from = 0; from < length; from++) {
      if (ids[from] === 0) continue;
      const mixed = hashes[from] as number;
      let slot = (mixed ^ (mixed >>> 16)) & mask;
      while (this.#ids[slot] !== 0) slot = (slot + 1) & mask;
      this.#hash[slot] = mixed;
      this.#ids[slot] = ids[from] as number;
      this.#places[slot] = places[from] as number;
    }
  }
}

function mix(hash: number, key: number): number {
  const mixed = Math.imul(hash ^ Math.imul(key + 1, 0x9e3779b1), 0x85ebca6b);
  return mixed ^ (mixed >>> 13);
}
