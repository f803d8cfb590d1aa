/**
 * The candidates of all stages of a sequence or sample, column by column: hundreds of thousands of them are looked at one
 * by one, and an object for each would cost more than all the rest.
 */
export class CandidateTable {
  /** Rows in event order (SEMANTICS 10); those of one event stand together. Set by `sort`. */
  order: readonly number[] = [];
  private readonly stages: number[] = [];
  private readonly ids: number[] = [];
  private readonly times: number[] = [];
  private readonly nanos: number[] = [];
  private readonly tiebreakers: number[] = [];
  private readonly keyNumbers: number[] = [];
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
    const row = this.ids.length;
    this.stages.push(stage);
    this.ids.push(id);
    this.times.push(seconds ?? Infinity);
    this.nanos.push(nanos ?? 0);
    this.tiebreakers.push(tiebreaker === null ? Infinity : Number(tiebreaker));
    if (typeof tiebreaker === "string") this.large.set(row, BigInt(tiebreaker));
    this.keyNumbers.push(typeof keys === "number" ? keys : ~(this.lists.push(keys) - 1));
  }

  /** Puts the rows in event order: time, tiebreaker, missing last in both, then the order of loading. */
  sort(): void {
    const { times, nanos, tiebreakers, ids } = this;
    const order = ids.map((_, row) => row);
    this.order = order.sort(
      (a, b) =>
        difference(times[a], times[b]) ||
        difference(nanos[a], nanos[b]) ||
        difference(tiebreakers[a], tiebreakers[b]) ||
        this.largeDifference(a, b) ||
        difference(ids[a], ids[b]),
    );
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

  /** The join key of the row; negative where it has several: see `keys`. */
  key(row: number): number {
    return this.keyNumbers[row] ?? 0;
  }

  /** All join keys of the row. */
  keys(row: number): readonly number[] {
    const key = this.key(row);
    return key >= 0 ? [key] : (this.lists[~key] ?? []);
  }

  private largeDifference(a: number, b: number): number {
    if (this.large.size === 0) return 0;
    const x = this.large.get(a) ?? 0n;
    const y = this.large.get(b) ?? 0n;
    return x < y ? -1 : x > y ? 1 : 0;
  }
}

function difference(a = 0, b = 0): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
