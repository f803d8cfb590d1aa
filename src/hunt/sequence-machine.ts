/**
 * The state machine of sequences (SEMANTICS 11): one machine per join key, in each state at most one pending partial,
 * a newer one overwrites. Linear in the number of candidates, whatever maxspan is.
 */

/** The value of one key position: comparable with `===` among all stages; null only for optional keys. */
export type KeyPart = string | number | null;

/** One event that satisfies one or more distinct stages. */
export interface Candidate {
  readonly id: number;
  /** Time of the event: whole seconds and the nanoseconds beyond (same sign), both exact. */
  readonly seconds: number;
  readonly nanos: number;
  /** The distinct stages it satisfies, each with its join keys (several for multi-valued keys, none when a key is missing). */
  readonly stages: readonly CandidateStageKeys[];
}

export interface CandidateStageKeys {
  /** Index of the distinct stage. */
  readonly stage: number;
  readonly keys: readonly (readonly KeyPart[])[];
}

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
  readonly key: readonly KeyPart[];
}

interface Partial {
  readonly key: readonly KeyPart[];
  readonly ids: readonly number[];
  readonly seconds: number;
  readonly nanos: number;
  /** Milliseconds of every event so far; kept only where missing events are asked for. */
  readonly ms: readonly number[];
}

/** The most recent partial that could not be completed, per stage: "the closest pair is 74 s apart". */
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

/** Runs the machine over candidates in event order. The matches are ordered by their last event. */
export function runSequence(shape: SequenceShape, candidates: Iterable<Candidate>): SequenceOutcome {
  return new SequenceMachine(shape).run(candidates);
}

class SequenceMachine {
  private readonly shape: SequenceShape;
  private readonly positive: readonly number[];
  private readonly positionsOfStage = new Map<number, number[]>();
  private readonly missingStages: ReadonlySet<number>;
  private readonly states: Map<unknown, Partial>[];
  private readonly missing: MissingEvents | null;
  private readonly completed: Partial[] = [];
  private readonly reached: number[];
  private readonly nearMisses: (NearMiss | null)[];
  private readonly spanSeconds: number;
  private readonly spanNanos: number;

  constructor(shape: SequenceShape) {
    this.shape = shape;
    this.positive = shape.terms.filter((term) => !term.missing).map((term) => term.stage);
    this.positive.forEach((stage, position) => {
      const positions = this.positionsOfStage.get(stage) ?? [];
      positions.unshift(position);
      this.positionsOfStage.set(stage, positions);
    });
    this.missingStages = new Set(shape.terms.filter((term) => term.missing).map((term) => term.stage));
    this.missing = this.missingStages.size > 0 ? new MissingEvents(shape) : null;
    this.states = this.positive.map(() => new Map<unknown, Partial>());
    this.reached = this.positive.map(() => 0);
    this.nearMisses = this.positive.map(() => null);
    this.spanSeconds = shape.maxspanNs === null ? Infinity : Number(shape.maxspanNs / 1_000_000_000n);
    this.spanNanos = shape.maxspanNs === null ? 0 : Number(shape.maxspanNs % 1_000_000_000n);
  }

  run(candidates: Iterable<Candidate>): SequenceOutcome {
    for (const candidate of candidates) this.feed(candidate);
    const missing = this.missing;
    const kept = missing === null ? this.completed : this.completed.filter((partial) => missing.allow(partial));
    return {
      matches: kept.map((partial) => ({
        events: this.withMissing(partial.ids),
        key: partial.key,
      })),
      reached: this.reached,
      nearMisses: this.nearMisses,
    };
  }

  /** Last stage first: an event never extends a partial that it has itself just created. `until` comes after. */
  private feed(candidate: Candidate): void {
    const steps: { position: number; keys: CandidateStageKeys["keys"] }[] = [];
    let until: CandidateStageKeys["keys"] | null = null;
    for (const { stage, keys } of candidate.stages) {
      for (const position of this.positionsOfStage.get(stage) ?? []) steps.push({ position, keys });
      if (this.missingStages.has(stage)) this.missing?.add(stage, keys, milliseconds(candidate));
      if (stage === this.shape.until) until = keys;
    }
    if (steps.length > 1) steps.sort((a, b) => b.position - a.position);
    for (const { position, keys } of steps) {
      for (const key of keys) this.advance(candidate, position, key);
    }
    if (until !== null) {
      for (const key of until) for (const state of this.states) state.delete(keyIdentity(key));
    }
  }

  private advance(candidate: Candidate, position: number, key: readonly KeyPart[]): void {
    const identity = keyIdentity(key);
    const next = position === 0 ? this.start(candidate, key) : this.extend(candidate, position, identity);
    if (next === null) return;
    this.reached[position] = (this.reached[position] ?? 0) + 1;
    if (position === this.positive.length - 1) this.completed.push(next);
    else this.states[position]?.set(identity, next);
  }

  private start(candidate: Candidate, key: readonly KeyPart[]): Partial | null {
    if (this.shape.accepts?.(0, candidate.id, []) === false) return null;
    const { seconds, nanos } = candidate;
    return { key, ids: [candidate.id], seconds, nanos, ms: this.missing === null ? [] : [milliseconds(candidate)] };
  }

  /** The pending partial of the previous state is consumed even if maxspan then rejects it. */
  private extend(candidate: Candidate, position: number, identity: unknown): Partial | null {
    const previous = this.states[position - 1];
    const partial = previous?.get(identity);
    if (previous === undefined || partial === undefined) return null;
    if (this.shape.accepts?.(position, candidate.id, partial.ids) === false) return null;
    previous.delete(identity);
    if (this.exceedsMaxspan(partial, candidate)) {
      this.noteNearMiss(partial, candidate, position);
      return null;
    }
    return {
      key: partial.key,
      ids: [...partial.ids, candidate.id],
      seconds: partial.seconds,
      nanos: partial.nanos,
      ms: this.missing === null ? partial.ms : [...partial.ms, milliseconds(candidate)],
    };
  }

  /** Measured from the first event, inclusive, to the nanosecond (SEMANTICS 11.4). */
  private exceedsMaxspan(partial: Partial, candidate: Candidate): boolean {
    if (this.spanSeconds === Infinity) return false;
    let seconds = candidate.seconds - partial.seconds;
    let nanos = candidate.nanos - partial.nanos;
    if (nanos < 0) {
      seconds -= 1;
      nanos += 1_000_000_000;
    } else if (nanos >= 1_000_000_000) {
      seconds += 1;
      nanos -= 1_000_000_000;
    }
    return seconds > this.spanSeconds || (seconds === this.spanSeconds && nanos > this.spanNanos);
  }

  private noteNearMiss(partial: Partial, candidate: Candidate, position: number): void {
    const spanNs =
      BigInt(candidate.seconds - partial.seconds) * 1_000_000_000n + BigInt(candidate.nanos - partial.nanos);
    const known = this.nearMisses[position];
    if (known !== null && known !== undefined && known.spanNs <= spanNs) return;
    this.nearMisses[position] = { position, events: partial.ids, next: candidate.id, spanNs };
  }

  private withMissing(ids: readonly number[]): (number | null)[] {
    let index = 0;
    return this.shape.terms.map((term) => (term.missing ? null : (ids[index++] ?? null)));
  }
}

/** What tells keys apart; a single position needs no text. */
function keyIdentity(key: readonly KeyPart[]): unknown {
  if (key.length === 1) return key[0];
  if (key.length === 0) return "";
  return key
    .map((part) => (part === null ? "0" : typeof part === "number" ? `n${part}` : `s${part.length}:${part}`))
    .join(",");
}

/** Whole milliseconds since 1970, rounded towards the past. */
function milliseconds(candidate: Candidate): number {
  return candidate.seconds * 1000 + Math.floor(candidate.nanos / 1_000_000);
}

/** Events of `![ ]` terms, and the check of a completed sequence against them (SEMANTICS 11.6), in whole milliseconds. */
class MissingEvents {
  private readonly times = new Map<number, Map<unknown, number[]>>();
  private readonly shape: SequenceShape;
  private readonly spanMs: number;

  constructor(shape: SequenceShape) {
    this.shape = shape;
    this.spanMs = Number((shape.maxspanNs ?? 0n) / 1_000_000n);
  }

  /** Called in event order, so that the times of a key ascend. */
  add(stage: number, keys: CandidateStageKeys["keys"], ms: number): void {
    const byKey = this.times.get(stage) ?? new Map<unknown, number[]>();
    this.times.set(stage, byKey);
    for (const key of keys) {
      const identity = keyIdentity(key);
      const times = byKey.get(identity);
      if (times === undefined) byKey.set(identity, [ms]);
      else times.push(ms);
    }
  }

  allow(partial: Partial): boolean {
    const { terms } = this.shape;
    const identity = keyIdentity(partial.key);
    const last = terms.findLastIndex((term) => !term.missing);
    const firstMs = partial.ms[0] ?? 0;
    const lastMs = partial.ms.at(-1) ?? 0;
    let before: number | null = null;
    let after: number | null = null;
    let matched = 0;
    for (const [index, term] of terms.entries()) {
      if (!term.missing) {
        matched++;
        continue;
      }
      const times = this.times.get(term.stage)?.get(identity) ?? [];
      if (matched === 0) {
        const time = times[lowerBound(times, firstMs) - 1];
        if (time !== undefined) before = before === null ? time : Math.max(before, time);
      } else if (index > last) {
        const time = times[lowerBound(times, lastMs + 1)];
        if (time !== undefined) after = after === null ? time : Math.min(after, time);
      } else {
        const time = times[lowerBound(times, (partial.ms[matched - 1] ?? 0) + 1)];
        if (time !== undefined && time < (partial.ms[matched] ?? 0)) return false;
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
