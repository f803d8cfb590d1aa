/**
 * The strings that one worker has met: bytes -> local id, from 1. What is new since the last chunk is sent to the
 * writer, which knows the ids of the case. Bounded: when it is full it starts again from nothing.
 */
export class LocalDictionary {
  /** Entries and bytes after which `full` is true. */
  static readonly MAX_ENTRIES = 400_000;
  static readonly MAX_BYTES = 32 * 1024 * 1024;

  #slots = new Int32Array(1 << 12);
  #hash = new Int32Array(1 << 11);
  #hash2 = new Int32Array(1 << 11);
  #family = new Int32Array(1 << 11);
  #start = new Int32Array(1 << 11);
  #length = new Int32Array(1 << 11);
  #bytes: Buffer = Buffer.allocUnsafeSlow(1 << 16);
  #used = 0;
  #count = 0;
  #sent = 0;

  get full(): boolean {
    return this.#count >= LocalDictionary.MAX_ENTRIES || this.#used >= LocalDictionary.MAX_BYTES;
  }

  /** The id of `data[start, end)` in a family; `family` holds the flags of `protocol.ts` too. Hashes are the bytes'. */
  intern(data: Uint8Array, start: number, end: number, low: number, high: number, family: number): number {
    const mask = this.#slots.length - 1;
    const length = end - start;
    const hash = Math.imul(low ^ family, 0x9e3779b1);
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (;;) {
      const id = this.#slots[slot] as number;
      if (id === 0) break;
      if (
        this.#hash[id] === low &&
        this.#hash2[id] === high &&
        this.#length[id] === length &&
        this.#family[id] === family &&
        this.#same(data, start, id, length)
      ) {
        return id;
      }
      slot = (slot + 1) & mask;
    }
    return this.#add(data, start, length, low, high, family, slot);
  }

  #same(data: Uint8Array, start: number, id: number, length: number): boolean {
    const bytes = this.#bytes;
    const from = this.#start[id] as number;
    for (let index = 0; index < length; index++) if (bytes[from + index] !== data[start + index]) return false;
    return true;
  }

  #add(
    data: Uint8Array,
    start: number,
    length: number,
    low: number,
    high: number,
    family: number,
    slot: number,
  ): number {
    const id = ++this.#count;
    if (id >= this.#hash.length) this.#growEntries();
    if (this.#used + length > this.#bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#used + length));
      grown.set(this.#bytes.subarray(0, this.#used));
      this.#bytes = grown;
    }
    if (length < 48) {
      const bytes = this.#bytes;
      for (let index = 0; index < length; index++) bytes[this.#used + index] = data[start + index] as number;
    } else this.#bytes.set(data.subarray(start, start + length), this.#used);
    this.#slots[slot] = id;
    this.#hash[id] = low;
    this.#hash2[id] = high;
    this.#family[id] = family;
    this.#start[id] = this.#used;
    this.#length[id] = length;
    this.#used += length;
    if (id * 2 > this.#slots.length) this.#growSlots();
    return id;
  }

  #growEntries(): void {
    const grow = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const grown = new Int32Array(old.length * 2);
      grown.set(old);
      return grown;
    };
    this.#hash = grow(this.#hash);
    this.#hash2 = grow(this.#hash2);
    this.#family = grow(this.#family);
    this.#start = grow(this.#start);
    this.#length = grow(this.#length);
  }

  #growSlots(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let id = 1; id <= this.#count; id++) {
      const hash = Math.imul((this.#hash[id] as number) ^ (this.#family[id] as number), 0x9e3779b1);
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = id;
    }
    this.#slots = slots;
  }

  /**
   * What is new since the last call: per entry family, length and both hashes in `meta`, and the bytes one after the
   * other.
   */
  takeNew(): { meta: Int32Array<ArrayBuffer>; bytes: Uint8Array<ArrayBuffer> } {
    const first = this.#sent + 1;
    const meta = new Int32Array((this.#count - this.#sent) * 4);
    for (let id = first, at = 0; id <= this.#count; id++, at += 4) {
      meta[at] = this.#family[id] as number;
      meta[at + 1] = this.#length[id] as number;
      meta[at + 2] = this.#hash[id] as number;
      meta[at + 3] = this.#hash2[id] as number;
    }
    const from = first <= this.#count ? (this.#start[first] as number) : this.#used;
    const bytes = new Uint8Array(this.#used - from);
    bytes.set(this.#bytes.subarray(from, this.#used));
    this.#sent = this.#count;
    return { meta, bytes };
  }

  /** Forgets everything. */
  clear(): void {
    this.#slots.fill(0);
    this.#used = 0;
    this.#count = 0;
    this.#sent = 0;
  }
}
