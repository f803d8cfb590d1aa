/**
 * The lists of values that one worker has met: family and ascending value ids -> local list id, from 1. Cleared together
 * with the dictionary whose ids it holds.
 */
export class LocalLists {
  #slots = new Int32Array(1 << 12);
  /** Where each list lies in `#words`: family, count, ids. */
  #starts = new Int32Array(1 << 11);
  #words = new Int32Array(1 << 14);
  #used = 0;
  #count = 0;
  #sent = 0;

  get count(): number {
    return this.#count;
  }

  /** The id of the list `ids[0, count)`, which ascends. */
  intern(family: number, ids: Int32Array, count: number): number {
    let hash = family;
    for (let index = 0; index < count; index++) {
      hash = Math.imul(hash ^ (ids[index] as number), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const id = this.#slots[slot] as number;
      if (id === 0) break;
      if (this.#is(id, family, ids, count)) return id;
      slot = (slot + 1) & mask;
    }
    return this.#add(family, ids, count, slot);
  }

  #is(id: number, family: number, ids: Int32Array, count: number): boolean {
    const words = this.#words;
    let at = this.#starts[id] as number;
    if (words[at] !== family || words[at + 1] !== count) return false;
    at += 2;
    for (let index = 0; index < count; index++) if (words[at + index] !== ids[index]) return false;
    return true;
  }

  #add(family: number, ids: Int32Array, count: number, slot: number): number {
    const id = ++this.#count;
    if (id >= this.#starts.length) this.#starts = grow(this.#starts, id * 2);
    if (this.#used + count + 2 > this.#words.length) this.#words = grow(this.#words, (this.#used + count + 2) * 2);
    this.#starts[id] = this.#used;
    this.#words[this.#used++] = family;
    this.#words[this.#used++] = count;
    for (let index = 0; index < count; index++) this.#words[this.#used++] = ids[index] as number;
    this.#slots[slot] = id;
    if (id * 2 > this.#slots.length) this.#growSlots();
    return id;
  }

  #growSlots(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    const words = this.#words;
    for (let id = 1; id <= this.#count; id++) {
      const start = this.#starts[id] as number;
      let hash = words[start] as number;
      for (let index = 0; index < (words[start + 1] as number); index++) {
        hash = Math.imul(hash ^ (words[start + 2 + index] as number), 0x9e3779b1);
        hash ^= hash >>> 15;
      }
      let slot = hash & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = id;
    }
    this.#slots = slots;
  }

  /** The lists that are new since the last call: per list family, count, ids. */
  takeNew(): Int32Array<ArrayBuffer> {
    const from = this.#sent < this.#count ? (this.#starts[this.#sent + 1] as number) : this.#used;
    this.#sent = this.#count;
    return this.#words.slice(from, this.#used);
  }

  clear(): void {
    this.#slots.fill(0);
    this.#used = 0;
    this.#count = 0;
    this.#sent = 0;
  }
}

function grow(words: Int32Array<ArrayBuffer>, size: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(size);
  grown.set(words);
  return grown;
}
