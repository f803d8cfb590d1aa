import type { HashRuns } from "./hash-runs.ts";

/** Bytes of recently used values that are kept in memory; the others are read from the case when they must be compared. */
const ARENA_BYTES = 32 * 1024 * 1024;
const HEADER = 8;
/** Values whose place in the arena is known: by the low bits of their id. */
const PLACES = 1 << 19;

/** Whether the value `id` of the case has these bytes; `key` is family and flags. */
export type Compare = (id: number, key: number, data: Uint8Array, start: number, length: number) => boolean;

/**
 * The dictionary of the case as the loader sees it: bytes -> value id. It holds hashes of all values, and the bytes of
 * the recent ones; equality is always decided on bytes.
 */
export class ValueIndex {
  readonly #table: HashRuns;
  #placeIds = new Int32Array(PLACES);
  /** In units of 8 bytes since the arena's beginning of time. */
  #places = new Uint32Array(PLACES);
  #arena = Buffer.allocUnsafeSlow(ARENA_BYTES);
  #words = new Int32Array(this.#arena.buffer);
  #head = 0;
  /** What lies after it is not in the case yet, and must not be overwritten. */
  #unsaved = 0;
  /** Ids from here on are not in the case yet. */
  #firstUnsaved: number;
  #lastId: number;
  readonly #compare: Compare;

  /** @param nextId the id of the first value that will be new */
  constructor(table: HashRuns, nextId: number, compare: Compare) {
    this.#table = table;
    this.#compare = compare;
    this.#firstUnsaved = nextId;
    this.#lastId = nextId - 1;
  }

  /** The id of a value, or 0. `hash` is any hash of its bytes, the same every time. */
  find(key: number, data: Uint8Array, start: number, length: number, hash: number): number {
    const table = this.#table;
    const mixed = mix(hash, key);
    table.seek(mixed);
    for (let id = table.next(); id !== 0; id = table.next()) {
      if (!this.#equals(id, key, data, start, length)) continue;
      // What is used again will be used again: next time it is found in memory.
      if (table.fromRun) table.add(mixed, id);
      return id;
    }
    return 0;
  }

  #equals(id: number, key: number, data: Uint8Array, start: number, length: number): boolean {
    const slot = id & (this.#placeIds.length - 1);
    const place = (this.#places[slot] as number) * 8;
    if (this.#placeIds[slot] !== id || place < this.#head - this.#arena.length) {
      if (!this.#compare(id, key, data, start, length)) return false;
      if ((this.#placeIds[slot] as number) < this.#firstUnsaved) this.#keep(id, key, data, start, length);
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

  /** Adds a value that `find` did not find; ids ascend. */
  add(key: number, data: Uint8Array, start: number, length: number, hash: number, id: number): void {
    this.#table.add(mix(hash, key), id);
    this.#lastId = id;
    if (id - this.#firstUnsaved >= this.#placeIds.length) this.#growPlaces();
    this.#keep(id, key, data, start, length);
  }

  /** Adds a value that is in the case already, without its bytes. */
  addStored(key: number, hash: number, id: number): void {
    this.#table.add(mix(hash, key), id);
  }

  /** All values that were added are in the case now. */
  saved(): void {
    this.#unsaved = this.#head;
    this.#firstUnsaved = this.#lastId + 1;
    if (this.#arena.length > ARENA_BYTES || this.#placeIds.length > PLACES) {
      this.#arena = Buffer.allocUnsafeSlow(ARENA_BYTES);
      this.#words = new Int32Array(this.#arena.buffer);
      this.#placeIds = new Int32Array(PLACES);
      this.#places = new Uint32Array(PLACES);
    }
  }

  /** Copies a value into the arena, over the oldest ones. */
  #keep(id: number, key: number, data: Uint8Array, start: number, length: number): void {
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
    const slot = id & (this.#placeIds.length - 1);
    this.#placeIds[slot] = id;
    this.#places[slot] = this.#head / 8;
    this.#head += size;
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

  #growPlaces(): void {
    const [ids, places] = [this.#placeIds, this.#places];
    this.#placeIds = new Int32Array(ids.length * 2);
    this.#places = new Uint32Array(ids.length * 2);
    for (let slot = 0; slot < ids.length; slot++) {
      const id = ids[slot] as number;
      if (id === 0) continue;
      const to = id & (this.#placeIds.length - 1);
      this.#placeIds[to] = id;
      this.#places[to] = places[slot] as number;
    }
  }
}

function mix(hash: number, key: number): number {
  const mixed = Math.imul(hash ^ Math.imul(key + 1, 0x9e3779b1), 0x85ebca6b);
  return mixed ^ (mixed >>> 13);
}
