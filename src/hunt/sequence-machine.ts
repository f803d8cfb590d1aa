import type { CandidateTable } from "./candidate-table.ts";

/**
 * The state machine of sequences (SEMANTICS 11): one machine per join key, in each state at most one pending partial,
 * a newer one overwrites. Linear in the number of candidates, whatever maxspan is.
 */

export interface SequenceShape {
  /** For each term in written order: the index of its distinct stage, and whether it is `![ ]`. */
  readonly terms: readonly { readonly stage: number; readonly missing: boolean }[];
  /** Index of the distinct stage of `until`, or null. */
  readonly until: number | null;
  readonly maxspanNs: bigint | null;
  /**
   * For conditions that read earlier stages: decides whether an event belongs to the positive stage `position`, given
   * the ids of the events matched so far. Null where no stage does.
   */
  readonly accepts: ((position: number, event: number, earlier: readonly number[]) => boolean) | null;
}

export interface SequenceMatch {
  /** One per term; null for a missing event. */
  readonly events: readonly (number | null)[];
  /** Number of the join key. */
  readonly key: number;
}

/** A sequence begun: its events from the last to the first. */
interface Partial {
  readonly key: number;
  readonly event: number;
  /** Milliseconds of the event; 0 where no missing events are asked for. */
  readonly ms: number;
  readonly previous: Partial | null;
  /** Time of the first event. */
  readonly seconds: number;
  readonly nanos: number;
}

function eventsOf(partial: Partial): number[] {
  const events: number[] = [];
  for (let at: Partial | null = partial; at !== null; at = at.previous) events.push(at.event);
  return events.reverse();
}

function millisecondsOf(partial: Partial): number[] {
  const times: number[] = [];
  for (let at: Partial | null = partial; at !== null; at = at.previous) times.push(at.ms);
  return times.reverse();
}

/** The partial that missed maxspan by least: "the closest pair is 74 s apart". */
export interface NearMiss {
  readonly position: number;
  readonly events: readonly number[];
  readonly next: number;
  readonly spanNs: bigint;
}

/** What a sequence's stages saw: for "why not". */
export interface SequenceStatistics {
  /** Partials that reached each positive stage; null when the window chain ran. */
  readonly reached: readonly number[] | null;
  readonly nearMisses: readonly (NearMiss | null)[];
}

export interface SequenceOutcome {
  readonly matches: readonly SequenceMatch[];
  /** Partials that reached each positive stage. */
  readonly reached: readonly number[];
  /** Per positive stage the smallest overrun of maxspan seen, or null. */
  readonly nearMisses: readonly (NearMiss | null)[];
}

/** Runs the machine over candidates. The matches are ordered by their last event. */
export function runSequence(shape: SequenceShape, candidates: CandidateTable): SequenceOutcome {
  return new SequenceMachine(shape, candidates).run();
}

class SequenceMachine {
  private readonly shape: SequenceShape;
  private readonly table: CandidateTable;
  private readonly last: number;
  /** Positive positions of each distinct stage, the last first. */
  private readonly positionsOfStage: readonly (readonly number[])[];
  private readonly states: Map<number, Partial>[];
  private readonly missing: MissingEvents | null;
  private readonly completed: Partial[] = [];
  private readonly reached: number[];
  private readonly nearest: (Nearest | null)[];
  private readonly spanSeconds: number;
  private readonly spanNanos: number;

  constructor(shape: SequenceShape, table: CandidateTable) {
    this.shape = shape;
    this.table = table;
    const positive = shape.terms.filter((term) => !term.missing).map((term) => term.stage);
    this.last = positive.length - 1;
    const positions: number[][] = [];
    positive.forEach((stage, position) => (positions[stage] ??= []).unshift(position));
    this.positionsOfStage = positions;
    this.missing = shape.terms.some((term) => term.missing) ? new MissingEvents(shape) : null;
    this.states = positive.map(() => new Map<number, Partial>());
    this.reached = positive.map(() => 0);
    this.nearest = positive.map(() => null);
    this.spanSeconds = shape.maxspanNs === null ? Infinity : Number(shape.maxspanNs / 1_000_000_000n);
    this.spanNanos = shape.maxspanNs === null ? 0 : Number(shape.maxspanNs % 1_000_000_000n);
  }

  run(): SequenceOutcome {
    const { table, missing } = this;
    const { order } = table;
    for (let start = 0; start < order.length;) {
      const event = table.id(order[start] ?? 0);
      let end = start + 1;
      while (end < order.length && table.id(order[end] ?? 0) === event) end++;
      if (end === start + 1) this.feedRow(order[start] ?? 0);
      else this.feedRows([...order.subarray(start, end)]);
      start = end;
    }
    const kept = missing === null ? this.completed : this.completed.filter((partial) => missing.allow(partial));
    return {
      matches: kept.map((partial) => ({ events: this.withMissing(eventsOf(partial)), key: partial.key })),
      reached: this.reached,
      nearMisses: this.nearest.map((miss, position) => (miss === null ? null : this.toNearMiss(miss, position))),
    };
  }

  /** An event of one stage. */
  private feedRow(row: number): void {
    const stage = this.table.stage(row);
    for (const position of this.positionsOfStage[stage] ?? []) this.advanceAll(row, position);
    this.missing?.add(this.table, row);
    if (stage === this.shape.until) this.expire(row);
  }

  /** An event of several stages. The last first: it never extends a partial it has just created; `until` comes after. */
  private feedRows(rows: readonly number[]): void {
    const steps = rows.flatMap((row) =>
      (this.positionsOfStage[this.table.stage(row)] ?? []).map((position) => ({ row, position })),
    );
    steps.sort((a, b) => b.position - a.position);
    for (const { row, position } of steps) this.advanceAll(row, position);
    for (const row of rows) {
      this.missing?.add(this.table, row);
      if (this.table.stage(row) === this.shape.until) this.expire(row);
    }
  }

  private expire(row: number): void {
    for (const key of this.table.keys(row)) for (const state of this.states) state.delete(key);
  }

  private advanceAll(row: number, position: number): void {
    const key = this.table.key(row);
    if (key >= 0) this.advance(row, position, key);
    else for (const each of this.table.keys(row)) this.advance(row, position, each);
  }

  private advance(row: number, position: number, key: number): void {
    const next = position === 0 ? this.start(row, key) : this.extend(row, position, key);
    if (next === null) return;
    this.reached[position] = (this.reached[position] ?? 0) + 1;
    if (position === this.last) this.completed.push(next);
    else this.states[position]?.set(key, next);
  }

  private start(row: number, key: number): Partial | null {
    const { table } = this;
    const event = table.id(row);
    if (this.shape.accepts?.(0, event, []) === false) return null;
    return { key, event, ms: this.ms(row), previous: null, seconds: table.seconds(row), nanos: table.nanosOf(row) };
  }

  /** The pending partial of the previous state is consumed even if maxspan then rejects it. */
  private extend(row: number, position: number, key: number): Partial | null {
    const state = this.states[position - 1];
    const partial = state?.get(key);
    if (state === undefined || partial === undefined) return null;
    const event = this.table.id(row);
    if (this.shape.accepts?.(position, event, eventsOf(partial)) === false) return null;
    state.delete(key);
    if (this.exceedsMaxspan(partial, row, position)) return null;
    return { key, event, ms: this.ms(row), previous: partial, seconds: partial.seconds, nanos: partial.nanos };
  }

  private ms(row: number): number {
    return this.missing === null ? 0 : milliseconds(this.table, row);
  }

  /** Measured from the first event, inclusive, to the nanosecond (SEMANTICS 11.4). */
  private exceedsMaxspan(partial: Partial, row: number, position: number): boolean {
    if (this.spanSeconds === Infinity) return false;
    let seconds = this.table.seconds(row) - partial.seconds;
    let nanos = this.table.nanosOf(row) - partial.nanos;
    if (nanos < 0) {
      seconds -= 1;
      nanos += 1_000_000_000;
    } else if (nanos >= 1_000_000_000) {
      seconds += 1;
      nanos -= 1_000_000_000;
    }
    if (seconds < this.spanSeconds || (seconds === this.spanSeconds && nanos <= this.spanNanos)) return false;
    const known = this.nearest[position] ?? null;
    if (known === null || seconds < known.seconds || (seconds === known.seconds && nanos < known.nanos)) {
      this.nearest[position] = { partial, next: this.table.id(row), seconds, nanos };
    }
    return true;
  }

  private toNearMiss({ partial, next, seconds, nanos }: Nearest, position: number): NearMiss {
    return { position, events: eventsOf(partial), next, spanNs: BigInt(seconds) * 1_000_000_000n + BigInt(nanos) };
  }

  private withMissing(ids: readonly number[]): (number | null)[] {
    let index = 0;
    return this.shape.terms.map((term) => (term.missing ? null : (ids[index++] ?? null)));
  }
}

/** A partial and the event that came too late for it. */
interface Nearest {
  readonly partial: Partial;
  readonly next: number;
  readonly seconds: number;
  readonly nanos: number;
}

/** Whole milliseconds since 1970, rounded towards the past. */
function milliseconds(table: CandidateTable, row: number): number {
  return table.seconds(row) * 1000 + Math.floor(table.nanosOf(row) / 1_000_000);
}

/** Events of `![ ]` terms, and the check of a completed sequence against them (SEMANTICS 11.6), in whole milliseconds. */
class MissingEvents {
  /** Per distinct stage of a missing term, per key, the times in ascending order. */
  private readonly times = new Map<number, Map<number, number[]>>();
  private readonly shape: SequenceShape;
  private readonly spanMs: number;

  constructor(shape: SequenceShape) {
    this.shape = shape;
    this.spanMs = Number((shape.maxspanNs ?? 0n) / 1_000_000n);
    for (const { stage, missing } of shape.terms) if (missing) this.times.set(stage, new Map());
  }

  /** Called in event order. */
  add(table: CandidateTable, row: number): void {
    const byKey = this.times.get(table.stage(row));
    if (byKey === undefined) return;
    const ms = milliseconds(table, row);
    for (const key of table.keys(row)) {
      const times = byKey.get(key);
      if (times === undefined) byKey.set(key, [ms]);
      else times.push(ms);
    }
  }

  allow(partial: Partial): boolean {
    const { terms } = this.shape;
    const ms = millisecondsOf(partial);
    const last = terms.findLastIndex((term) => !term.missing);
    const firstMs = ms[0] ?? 0;
    const lastMs = ms.at(-1) ?? 0;
    let before: number | null = null;
    let after: number | null = null;
    let matched = 0;
    for (const [index, term] of terms.entries()) {
      if (!term.missing) {
        matched++;
        continue;
      }
      const times = this.times.get(term.stage)?.get(partial.key) ?? [];
      if (matched === 0) {
        const time = times[lowerBound(times, firstMs) - 1];
        if (time !== undefined) before = before === null ? time : Math.max(before, time);
      } else if (index > last) {
        const time = times[lowerBound(times, lastMs + 1)];
        if (time !== undefined) after = after === null ? time : Math.min(after, time);
      } else {
        const time = times[lowerBound(times, (ms[matched - 1] ?? 0) + 1)];
        if (time !== undefined && time < (ms[matched] ?? 0)) return false;
      }
    }
    if (terms[0]?.missing === true && terms.at(-1)?.missing === true) {
      return before === null || after === null || after - before > this.spanMs;
    }
    if (terms[0]?.missing === true) return before === null || lastMs - before > this.spanMs;
    if (terms.at(-1)?.missing === true) return after === null || after - firstMs > this.spanMs;
    return true;
  }
}

/** Index of the first element >= `value` of an ascending list. */
function lowerBound(values: readonly number[], value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
