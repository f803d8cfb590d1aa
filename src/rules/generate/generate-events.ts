import type { JsonObject } from "../../base/json.ts";
import type { Query } from "../../eql/ast.ts";
import { formatDate } from "../../eql/date-text.ts";
import { toFinder } from "./check-case.ts";
import type { TimedEvent } from "./check-case.ts";
import { draftsOfEventQuery } from "./draft-event.ts";
import { draftsOfSequence } from "./draft-sequence.ts";
import type { Draft, DraftContext } from "./draft.ts";
import { toDocument } from "./made-event.ts";
import type { TypeOf } from "./made-event.ts";

/** A few events, and what the query must say to them. */
export interface GeneratedCase {
  /** What was made, or what was changed, in a few words. */
  readonly name: string;
  readonly expected: "match" | "none";
  /** The leaf or the rule of the sequence that a `none` case breaks; null for a `match`. */
  readonly breaks: string | null;
  /** ECS documents with dotted names, in order of time. */
  readonly documents: readonly JsonObject[];
}

export interface GeneratedEvents {
  readonly cases: readonly GeneratedCase[];
  /** Leaves that no change of one field could make matter, as EQL: what they ask is asked elsewhere, too. */
  readonly indifferent: readonly string[];
  /** Why there are no cases, or null. */
  readonly problem: string | null;
}

export interface GenerateOptions {
  /** Types the evidence will give to fields; null: what the values say. */
  readonly typeOf: TypeOf;
  /** Defaults to `event.category`. */
  readonly categoryField?: string;
  /** Most alternatives of the condition for which a matching case is made; default 4. */
  readonly alternatives?: number;
}

/**
 * From a query that passed the checker: the smallest events that it must find, and for every leaf of its conditions
 * (for a sequence also for its order, keys, span, `until` and missing events) events that differ in one thing, so that
 * it must not. Every case was put to the evaluator of the language itself; what did not come out as wanted is left out.
 */
export function generateEvents(query: Query, options: GenerateOptions): GeneratedEvents {
  const context: DraftContext = {
    typeOf: options.typeOf,
    categoryField: options.categoryField ?? "event.category",
    alternatives: options.alternatives ?? 4,
  };
  const { base } = query;
  const { drafts, problem } =
    base.kind === "eventQuery" ? draftsOfEventQuery(base, context) : draftsOfSequence(base, context);
  if (query.pipes.some((pipe) => pipe.count === 0)) {
    return { cases: [], indifferent: [], problem: "a pipe lets nothing through" };
  }
  const finds = toFinder(query, context.categoryField);
  const kept = drafts.filter((draft) => finds(draft.events) === (draft.breaks === null));
  const broken = new Set(kept.map((draft) => draft.breaks));
  const leaves = drafts.flatMap((draft) => (draft.breaks === null ? [] : [draft.breaks]));
  const found = kept.some((draft) => draft.breaks === null);
  return {
    cases: found ? kept.map(toCase) : [],
    indifferent: found ? [...new Set(leaves)].filter((leaf) => !broken.has(leaf)) : [],
    problem: found ? null : (problem ?? "no event was found that satisfies the query"),
  };
}

function toCase(draft: Draft): GeneratedCase {
  const { name, breaks, events } = draft;
  return { name, breaks, expected: breaks === null ? "match" : "none", documents: toDocuments(events) };
}

/** With times and, where nothing else was asked of it, a sequence number for equal times. */
function toDocuments(events: readonly TimedEvent[]): readonly JsonObject[] {
  return events.map(({ timeNs, event }, index) => ({
    "@timestamp": formatDate(timeNs),
    ...(event.has("event.sequence") ? {} : { "event.sequence": index + 1 }),
    ...toDocument(event),
  }));
}
