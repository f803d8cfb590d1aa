import type { DescendantOf, EventQuery, Expression, Query, Sample, Sequence } from "../../eql/ast.ts";
import { compileCondition } from "../../eql/evaluate.ts";
import type { Condition, Surroundings } from "../../eql/evaluate.ts";
import type { DocumentValues } from "../../eql/values.ts";
import { contains } from "../../eql/walk.ts";
import { allOf, equals } from "../../kql/condition.ts";
import { readable } from "./made-event.ts";
import type { MadeEvent } from "./made-event.ts";

/** An event at its time, in nanoseconds; of equal times the first in a list comes first. */
export interface TimedEvent {
  readonly timeNs: bigint;
  readonly event: MadeEvent;
}

/** `X where c`: the category is part of what an event must be. */
export function wholeCondition(query: EventQuery, categoryField: string): Expression {
  return query.category === null
    ? query.condition
    : allOf([equals(categoryField, query.category), query.condition], query.span);
}

/**
 * A test whether a query finds anything in a handful of events in order of time, straight from the semantics (4, 5, 11, 13):
 * slow and small, to make sure that generated events are what they are said to be. Pipes play no part.
 */
export function toFinder(query: Query, categoryField: string): (events: readonly TimedEvent[]) => boolean {
  const compiled = new Map<EventQuery, Condition>();
  const compile = (inner: EventQuery): Condition => {
    const test = compiled.get(inner) ?? compileCondition(wholeCondition(inner, categoryField));
    compiled.set(inner, test);
    return test;
  };
  return (events) => findsAnything(query, events, compile);
}

type Compile = (query: EventQuery) => Condition;

function findsAnything({ base }: Query, events: readonly TimedEvent[], compile: Compile): boolean {
  const around = ancestry(events, compile);
  const documents = events.map(({ event }) => readable(event));
  switch (base.kind) {
    case "eventQuery": {
      const test = compile(base);
      return documents.some((document) => test(document, around));
    }
    case "sequence":
      return findsSequence(base, events, documents, around, compile);
    case "sample":
      return findsSample(base, documents, around, compile);
  }
}

/** Descent through `process.entity_id` and `process.parent.entity_id` of the given events. */
function ancestry(events: readonly TimedEvent[], compile: Compile): Surroundings {
  const documents = events.map(({ event }) => readable(event));
  const isDescendant = (
    node: DescendantOf,
    document: DocumentValues,
    seen: ReadonlySet<unknown> = new Set(),
  ): boolean => {
    const test = compile(node.query);
    return document
      .values("process.parent.entity_id")
      .some(
        (id) =>
          !seen.has(id) &&
          documents.some(
            (other) =>
              other.values("process.entity_id").includes(id) &&
              (test(other, around) || isDescendant(node, other, new Set([...seen, id]))),
          ),
      );
  };
  const around: Surroundings = { isDescendant: (node, document) => isDescendant(node, document) };
  return around;
}

interface Term {
  readonly stage: number;
  readonly missing: boolean;
  readonly keys: Sequence["by"];
  readonly test: Condition;
  readonly readsStages: boolean;
}

interface Partial {
  readonly indexes: readonly number[];
  readonly stages: readonly (DocumentValues | null)[];
}

function findsSequence(
  sequence: Sequence,
  events: readonly TimedEvent[],
  documents: readonly DocumentValues[],
  around: Surroundings,
  compile: Compile,
): boolean {
  const terms = sequence.stages.flatMap((stage, index): Term[] => {
    const term = {
      stage: index,
      missing: stage.missing,
      keys: [...sequence.by, ...stage.keys],
      test: compile(stage.query),
      readsStages: contains(stage.query, "stageField"),
    };
    return Array.from({ length: stage.runs }, () => term);
  });
  const positive = terms.filter((term) => !term.missing);
  const until =
    sequence.until === null
      ? null
      : { keys: [...sequence.by, ...sequence.until.keys], test: compile(sequence.until.query) };
  const states = positive.map(() => new Map<string, Partial>());
  const holds = rememberedTests(documents, around);
  const complete: { readonly key: string; readonly indexes: readonly number[] }[] = [];
  const time = (index: number): bigint => events[index]?.timeNs ?? 0n;
  documents.forEach((document, index) => {
    for (let i = positive.length - 1; i >= 0; i--) {
      const term = positive[i];
      if (term === undefined) continue;
      for (const key of keysOf(term.keys, document)) {
        const previous = i === 0 ? { indexes: [], stages: [] } : states[i - 1]?.get(key);
        if (previous === undefined || !holds(term, document, previous.stages)) continue;
        if (i > 0) states[i - 1]?.delete(key);
        const first = time(previous.indexes[0] ?? index);
        if (sequence.maxspanNs !== null && time(index) - first > sequence.maxspanNs) continue;
        const stages = [...previous.stages];
        stages[term.stage] = document;
        const partial = { indexes: [...previous.indexes, index], stages };
        if (i === positive.length - 1) complete.push({ key, indexes: partial.indexes });
        else states[i]?.set(key, partial);
      }
    }
    if (until !== null && until.test(document, around)) {
      for (const key of keysOf(until.keys, document)) for (const state of states) state.delete(key);
    }
  });
  return complete.some(({ key, indexes }) => {
    const ms = indexes.map((index) => time(index) / 1_000_000n);
    return isFreeOfMissing(terms, key, ms, sequence.maxspanNs, events, documents, around);
  });
}

/** The tests of a term, each run once on an event where it does not look at earlier ones. */
function rememberedTests(
  documents: readonly DocumentValues[],
  around: Surroundings,
): (term: Term, document: DocumentValues, stages: Partial["stages"]) => boolean {
  const known = new Map<Condition, Map<DocumentValues, boolean>>();
  return (term, document, stages) => {
    if (term.readsStages) return term.test(document, { ...around, stages });
    const results =
      known.get(term.test) ??
      new Map(documents.map((each): [DocumentValues, boolean] => [each, term.test(each, around)]));
    known.set(term.test, results);
    return results.get(document) === true;
  };
}

/** Semantics 11.6, in milliseconds. */
function isFreeOfMissing(
  terms: readonly Term[],
  key: string,
  matched: readonly bigint[],
  maxspanNs: bigint | null,
  events: readonly TimedEvent[],
  documents: readonly DocumentValues[],
  around: Surroundings,
): boolean {
  const first = matched[0] ?? 0n;
  const last = matched.at(-1) ?? 0n;
  const maxspan = (maxspanNs ?? 0n) / 1_000_000n;
  let leading: bigint | null = null;
  let trailing: bigint | null = null;
  let position = 0;
  for (const term of terms) {
    if (!term.missing) {
      position++;
      continue;
    }
    for (const [index, document] of documents.entries()) {
      if (!term.test(document, around) || !keysOf(term.keys, document).includes(key)) continue;
      const at = (events[index]?.timeNs ?? 0n) / 1_000_000n;
      if (position === 0) leading = at < first && (leading === null || at > leading) ? at : leading;
      else if (position === matched.length)
        trailing = at > last && (trailing === null || at < trailing) ? at : trailing;
      else if (at > (matched[position - 1] ?? 0n) && at < (matched[position] ?? 0n)) return false;
    }
  }
  const hasLeading = terms[0]?.missing === true;
  const hasTrailing = terms.at(-1)?.missing === true;
  if (hasLeading && hasTrailing) return leading === null || trailing === null || trailing - leading > maxspan;
  if (hasLeading) return leading === null || last - leading > maxspan;
  return !hasTrailing || trailing === null || trailing - first > maxspan;
}

/** The join keys of an event, as text; none when a key that must be there is missing. */
function keysOf(keys: Sequence["by"], document: DocumentValues): readonly string[] {
  let all: string[] = [""];
  for (const key of keys) {
    const values = document.values(key.name).map((value) => keyText(value));
    if (values.length === 0 && key.optional) values.push("null");
    all = all.flatMap((head) => values.map((value) => `${head}\u0000${value}`));
  }
  return all;
}

function keyText(value: ReturnType<DocumentValues["values"]>[number]): string {
  if (typeof value !== "object") return `${typeof value === "bigint" ? "number" : typeof value} ${value}`;
  return value.kind === "ip"
    ? `ip ${value.bytes.join()}`
    : `${value.kind} ${value.kind === "date" ? value.ns : value.text}`;
}

function findsSample(
  sample: Sample,
  documents: readonly DocumentValues[],
  around: Surroundings,
  compile: Compile,
): boolean {
  const stages = sample.stages.map((stage) => ({
    test: compile(stage.query),
    keys: [...sample.by, ...stage.keys],
  }));
  const candidates = stages.map(({ test, keys }) =>
    documents.flatMap((document, index) =>
      test(document, around) ? keysOf(keys, document).map((key) => ({ index, key })) : [],
    ),
  );
  const fill = (stage: number, used: readonly number[], key: string | null): boolean => {
    const choices = candidates[stage];
    if (choices === undefined) return true;
    return choices.some(
      (choice) =>
        !used.includes(choice.index) &&
        (key === null || choice.key === key) &&
        fill(stage + 1, [...used, choice.index], choice.key),
    );
  };
  return fill(0, [], null);
}
