/**
 * The candidates of all stages of a sequence or sample, column by column: hundreds of thousands of them are looked at one
 * by one, and an object for each would cost more than all the rest.
 */
export class CandidateTable {
  /** Rows in event order (SEMANTICS 10); those of one event stand together. Set by `sort`. */
  order: Uint32Array = new Uint32Array(0);
  private rows = 0;
  private stages = new Int32Array(FIRST_SIZE);
  private ids = new Float64Array(FIRST_SIZE);
  private times = new Float64Array(FIRST_SIZE);
  private nanos = new Int32Array(FIRST_SIZE);
  private tiebreakers = new Float64Array(FIRST_SIZE);
  private keyNumbers = new Int32Array(FIRST_SIZE);
  private readonly lists: (readonly number[])[] = [];
  private readonly large = new Map<number, bigint>();

  /**
   * @param seconds of the event time, whole; null when it is unknown: such an event comes last
   * @param nanos beyond the seconds, same sign
   * @param tiebreaker text where it is beyond 2^53; null comes last
   * @param keys numbers of its join keys, at least one
   */
  add(
    stage: number,
    id: number,
    seconds: number | null,
    nanos: number | null,
    tiebreaker: number | string | null,
    keys: number | readonly number[],
  ): void {
    const row = this.rows;
    if (row === this.ids.length) this.grow();
    this.stages[row] = stage;
    this.ids[row] = id;
    this.times[row] = seconds ?? Infinity;
    this.nanos[row] = nanos ?? 0;
    this.tiebreakers[row] = tiebreaker === null ? Infinity : Number(tiebreaker);
    if (typeof tiebreaker === "string") this.large.set(row, BigInt(tiebreaker));
    this.keyNumbers[row] = typeof keys === "number" ? keys : ~(this.lists.push(keys) - 1);
    this.rows = row + 1;
  }

  /** Puts the rows in event order: time, tiebreaker, missing last in both, then the order of loading. */
  sort(): void {
    this.order = mergeRuns(this.rows, (a, b) => this.compare(a, b));
  }

  stage(row: number): number {
    return this.stages[row] ?? 0;
  }

  /** Id of the event. */
  id(row: number): number {
    return this.ids[row] ?? 0;
  }

  seconds(row: number): number {
    return this.times[row] ?? 0;
  }

  nanosOf(row: number): number {
    return this.nanos[row] ?? 0;
  }

  /** Time of the row's event, nanoseconds since 1970; null when unknown. */
  nanoseconds(row: number): bigint | null {
    const seconds = this.seconds(row);
    return seconds === Infinity ? null : BigInt(seconds) * 1_000_000_000n + BigInt(this.nanosOf(row));
  }

  /** The join key of the row; negative where it has several: see `keys`. */
  key(row: number): number {
    return this.keyNumbers[row] ?? 0;
  }

  /** All join keys of the row. */
  keys(row: number): readonly number[] {
    const key = this.key(row);
    return key >= 0 ? [key] : (this.lists[~key] ?? []);
  }

  private compare(a: number, b: number): number {
    const { times, nanos, tiebreakers, ids } = this;
    return (
      difference(times[a], times[b]) ||
      difference(nanos[a], nanos[b]) ||
      difference(tiebreakers[a], tiebreakers[b]) ||
      this.largeDifference(a, b) ||
      difference(ids[a], ids[b])
    );
  }

  private largeDifference(a: number, b: number): number {
    if (this.large.size === 0) return 0;
    const x = this.large.get(a) ?? 0n;
    const y = this.large.get(b) ?? 0n;
    return x < y ? -1 : x > y ? 1 : 0;
  }

  private grow(): void {
    const size = this.rows * 2;
    this.stages = enlarged(this.stages, new Int32Array(size));
    this.ids = enlarged(this.ids, new Float64Array(size));
    this.times = enlarged(this.times, new Float64Array(size));
    this.nanos = enlarged(this.nanos, new Int32Array(size));
    this.tiebreakers = enlarged(this.tiebreakers, new Float64Array(size));
    this.keyNumbers = enlarged(this.keyNumbers, new Int32Array(size));
  }
}

const FIRST_SIZE = 256;

function enlarged<T extends Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

function difference(a = 0, b = 0): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * The numbers below `count` in order, equal ones as they were. The rows of a stage come nearly in order of time: runs
 * that are in order already are found and merged, which takes as many comparisons as there are rows for each doubling.
 */
function mergeRuns(count: number, compare: (a: number, b: number) => number): Uint32Array<ArrayBuffer> {
  let from = Uint32Array.from({ length: count }, (_, row) => row);
  let starts: number[] = [];
  for (let row = 0; row < count; row++) if (row === 0 || compare(row - 1, row) > 0) starts.push(row);
  let to = new Uint32Array(count);
  while (starts.length > 1) {
    const merged: number[] = [];
    for (let run = 0; run < starts.length; run += 2) {
      const start = starts[run] ?? 0;
      const middle = starts[run + 1] ?? count;
      const end = starts[run + 2] ?? count;
      merged.push(start);
      let left = start;
      let right = middle;
      for (let at = start; at < end; at++) {
        const a = from[left] ?? 0;
        const b = from[right] ?? 0;
        if (left < middle && (right >= end || compare(a, b) <= 0)) {
          to[at] = a;
          left += 1;
        } else {
          to[at] = b;
          right += 1;
        }
      }
    }
    [from, to] = [to, from];
    starts = merged;
  }
  return from;
}
