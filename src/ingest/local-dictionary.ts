/** Words of an entry: both hashes, family and flags, length, start of its bytes in words. */
const ENTRY = 8;
const LOW = 0;
const HIGH = 1;
const FAMILY = 2;
const LENGTH = 3;
const START = 4;

/** What is new in a dictionary, for the writer. */
export interface NewValues {
  /** Per entry family and flags, length, both hashes. */
  readonly meta: Int32Array<ArrayBuffer>;
  /** The bytes one after the other, each padded with zeros to a multiple of 4. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * The strings that one worker has met: bytes -> local id, from 1. What is new since the last chunk is sent to the
 * writer, which knows the ids of the case. Bounded: when it is full it starts again from nothing.
 */
export class LocalDictionary {
  /** Entries and words of bytes after which `full` is true. */
  static readonly MAX_ENTRIES = 150_000;
  static readonly MAX_WORDS = 3 * 1024 * 1024;

  /** Per slot an id (0: free) and the first hash of its entry. */
  #slots = new Int32Array(1 << 13);
  #entries = new Int32Array(ENTRY << 11);
  #words = new Int32Array(1 << 14);
  #used = 0;
  #count = 0;
  #sent = 0;
  /** Changes whenever ids lose their meaning. */
  epoch = 1;

  get full(): boolean {
    return this.#count >= LocalDictionary.MAX_ENTRIES || this.#used >= LocalDictionary.MAX_WORDS;
  }

  /**
   * The id of the bytes `[start, end)` of a view, with the hashes of `ByteHash`. At least 3 more bytes of the view can
   * be read. `family` holds the flags of `row-batch.ts` too.
   */
  intern(view: DataView, start: number, end: number, low: number, high: number, family: number): number {
    const slots = this.#slots;
    const mask = slots.length - 2;
    const hash = Math.imul(low ^ family, 0x9e3779b1);
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (;;) {
      const id = slots[slot] as number;
      if (id === 0) break;
      if (slots[slot + 1] === low && this.is(id, view, start, end, low, high, family)) return id;
      slot = (slot + 2) & mask;
    }
    return this.#add(view, start, end, low, high, family, slot);
  }

  /** Whether the entry `id` is that string. */
  is(id: number, view: DataView, start: number, end: number, low: number, high: number, family: number): boolean {
    const entries = this.#entries;
    const entry = id * ENTRY;
    const length = end - start;
    if (entries[entry] !== low || entries[entry + HIGH] !== high) return false;
    if (entries[entry + FAMILY] !== family || entries[entry + LENGTH] !== length) return false;
    const words = this.#words;
    let word = entries[entry + START] as number;
    let at = start;
    for (const last = end - 4; at <= last; at += 4) if (words[word++] !== view.getInt32(at, true)) return false;
    const rest = end - at;
    return rest === 0 || words[word] === (view.getInt32(at, true) & ((1 << (8 * rest)) - 1));
  }

  #add(view: DataView, start: number, end: number, low: number, high: number, family: number, slot: number): number {
    const id = ++this.#count;
    const length = end - start;
    const size = (length + 3) >> 2;
    if ((id + 1) * ENTRY > this.#entries.length) this.#entries = grow(this.#entries, this.#entries.length * 2);
    if (this.#used + size > this.#words.length) {
      this.#words = grow(this.#words, Math.max(this.#words.length * 2, this.#used + size));
    }
    const entries = this.#entries;
    const entry = id * ENTRY;
    entries[entry + LOW] = low;
    entries[entry + HIGH] = high;
    entries[entry + FAMILY] = family;
    entries[entry + LENGTH] = length;
    entries[entry + START] = this.#used;
    const words = this.#words;
    let word = this.#used;
    let at = start;
    for (const last = end - 4; at <= last; at += 4) words[word++] = view.getInt32(at, true);
    if (at < end) words[word] = view.getInt32(at, true) & ((1 << (8 * (end - at))) - 1);
    this.#used += size;
    this.#slots[slot] = id;
    this.#slots[slot + 1] = low;
    if (id * 4 > this.#slots.length) this.#growSlots();
    return id;
  }

  #growSlots(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 2;
    const entries = this.#entries;
    for (let id = 1; id <= this.#count; id++) {
      const low = entries[id * ENTRY] as number;
      const hash = Math.imul(low ^ (entries[id * ENTRY + FAMILY] as number), 0x9e3779b1);
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (slots[slot] !== 0) slot = (slot + 2) & mask;
      slots[slot] = id;
      slots[slot + 1] = low;
    }
    this.#slots = slots;
  }

  /** What is new since the last call. */
  takeNew(): NewValues {
    const first = this.#sent + 1;
    const entries = this.#entries;
    const meta = new Int32Array((this.#count - this.#sent) * 4);
    for (let id = first, at = 0; id <= this.#count; id++, at += 4) {
      const entry = id * ENTRY;
      meta[at] = entries[entry + FAMILY] as number;
      meta[at + 1] = entries[entry + LENGTH] as number;
      meta[at + 2] = entries[entry + LOW] as number;
      meta[at + 3] = entries[entry + HIGH] as number;
    }
    const from = first <= this.#count ? (entries[first * ENTRY + START] as number) : this.#used;
    const words = this.#words.slice(from, this.#used);
    this.#sent = this.#count;
    return { meta, bytes: new Uint8Array(words.buffer) };
  }

  /** Forgets everything. */
  clear(): void {
    this.#slots.fill(0);
    this.#used = 0;
    this.#count = 0;
    this.#sent = 0;
    this.epoch += 1;
  }
}

function grow(words: Int32Array<ArrayBuffer>, size: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(size);
  grown.set(words);
  return grown;
}
