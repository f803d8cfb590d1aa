/** Same identity hash more often than this: no more documents are compared, the next ones count as conflicts. */
const MAX_SAME = 8;

/** Which events have an identity: 64-bit hash -> event ids, at most `MAX_SAME` each. */
export class IdentityIndex {
  #low = new Int32Array(1 << 14);
  #high = new Int32Array(1 << 14);
  #events = new Int32Array(1 << 14);
  #count = 0;
  readonly #found: number[] = [];

  /** Events added under the hash, in order. Valid until the next call. */
  find(low: number, high: number): readonly number[] {
    const found = this.#found;
    found.length = 0;
    const mask = this.#events.length - 1;
    for (let slot = slotOf(low, high) & mask; ; slot = (slot + 1) & mask) {
      const event = this.#events[slot] as number;
      if (event === 0) return found;
      if (this.#low[slot] === low && this.#high[slot] === high) found.push(event);
    }
  }

  /** Adds an event, unless there are `limit` under the hash already. */
  add(low: number, high: number, event: number, limit = MAX_SAME): void {
    if (this.#count * 3 >= this.#events.length * 2) this.#grow();
    const mask = this.#events.length - 1;
    let same = 0;
    let slot = slotOf(low, high) & mask;
    for (; this.#events[slot] !== 0; slot = (slot + 1) & mask) {
      if (this.#low[slot] === low && this.#high[slot] === high && ++same >= limit) return;
    }
    this.#low[slot] = low;
    this.#high[slot] = high;
    this.#events[slot] = event;
    this.#count += 1;
  }

  #grow(): void {
    const [lows, highs, events] = [this.#low, this.#high, this.#events];
    const size = events.length * 2;
    this.#low = new Int32Array(size);
    this.#high = new Int32Array(size);
    this.#events = new Int32Array(size);
    const mask = size - 1;
    // In order of insertion per hash: runs of the old table are copied from the start of a run.
    let first = 0;
    while (events[first] !== 0) first += 1;
    for (let step = 0; step < events.length; step++) {
      const from = (first + step) & (events.length - 1);
      if (events[from] === 0) continue;
      const low = lows[from] as number;
      const high = highs[from] as number;
      let slot = slotOf(low, high) & mask;
      while (this.#events[slot] !== 0) slot = (slot + 1) & mask;
      this.#low[slot] = low;
      this.#high[slot] = high;
      this.#events[slot] = events[from] as number;
    }
  }
}

function slotOf(low: number, high: number): number {
  const mixed = Math.imul(low ^ (high >>> 7), 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
