import type { Sample, Sequence } from "../../eql/ast.ts";
import type { Value } from "../../eql/values.ts";
import { ordinary } from "./candidates.ts";
import { wholeCondition } from "./check-case.ts";
import type { TimedEvent } from "./check-case.ts";
import { BEGIN_NS, withAncestors } from "./draft.ts";
import type { Draft, DraftContext, Drafts, Family } from "./draft.ts";
import { joinStages } from "./join-stages.ts";
import type { StageWish } from "./join-stages.ts";
import { convert, withValues } from "./made-event.ts";
import type { MadeEvent, TypeOf } from "./made-event.ts";
import { mutantsOf } from "./mutate.ts";
import type { Solution } from "./solve.ts";

const SECOND_NS = 1_000_000_000n;
const MS_NS = 1_000_000n;

/** One event of the sequence that is to match: the stage it is for, and what it is. */
interface Part {
  readonly stage: number;
  readonly solution: Solution;
  readonly family: Family;
}

/** Cases of a sequence or sample: the events that complete it, and all that can go wrong with them, one thing a case. */
export function draftsOfSequence(base: Sequence | Sample, context: DraftContext): Drafts {
  const until = base.kind === "sequence" ? base.until : null;
  const wishes: StageWish[] = base.stages.map((stage) => ({
    condition: wholeCondition(stage.query, context.categoryField),
    keys: [...base.by, ...stage.keys],
  }));
  if (until !== null) {
    wishes.push({ condition: wholeCondition(until.query, context.categoryField), keys: [...base.by, ...until.keys] });
  }
  const solutions = joinStages(wishes, context);
  if (solutions === null) return { drafts: [], problem: "no events were found whose join keys agree" };
  const parts: Part[] = [];
  for (const [index, solution] of solutions.entries()) {
    const family = withAncestors(solution, `stage-${index}`, context);
    if (family === null) return { drafts: [], problem: "an ancestor could not be made" };
    parts.push({ stage: index, solution, family });
  }
  const terms = base.stages.flatMap((stage, index) => {
    const part = parts[index];
    return part === undefined || stage.missing ? [] : Array.from({ length: stage.runs }, () => part);
  });
  const plan: Plan = { base, terms, parts, stepNs: stepOf(base, terms.length) };
  return {
    drafts: [...matching(plan), ...changedStages(plan, context), ...changedShape(plan, wishes, context)],
    problem: null,
  };
}

interface Plan {
  readonly base: Sequence | Sample;
  /** The events that match, in order; a stage with `runs` stands several times. */
  readonly terms: readonly Part[];
  /** One per stage as written, missing ones included; `until` last. */
  readonly parts: readonly Part[];
  readonly stepNs: bigint;
}

/** A second between events, or less so that all are within maxspan, in whole milliseconds. */
function stepOf(base: Sequence | Sample, count: number): bigint {
  if (base.kind === "sample" || base.maxspanNs === null) return SECOND_NS;
  const share = base.maxspanNs / BigInt(count + 1);
  return share < SECOND_NS ? (share / MS_NS) * MS_NS : SECOND_NS;
}

/** Events at their times, ancestors of all of them an hour before. */
function place(families: readonly { readonly family: Family; readonly atNs: bigint }[]): readonly TimedEvent[] {
  const ancestors = families.flatMap(({ family }) => family.ancestors);
  return [
    ...ancestors.map((event, index) => ({ event, timeNs: BEGIN_NS - 3_600n * SECOND_NS + BigInt(index) * MS_NS })),
    ...families.map(({ family, atNs }) => ({ event: family.event, timeNs: BEGIN_NS + atNs })),
  ].sort((a, b) => (a.timeNs < b.timeNs ? -1 : a.timeNs > b.timeNs ? 1 : 0));
}

function inOrder(
  plan: Plan,
  families: readonly Family[] = plan.terms.map((term) => term.family),
): readonly TimedEvent[] {
  return place(families.map((family, index) => ({ family, atNs: BigInt(index) * plan.stepNs })));
}

function matching(plan: Plan): readonly Draft[] {
  const { base, terms } = plan;
  const drafts: Draft[] = [{ name: "matching events", breaks: null, events: inOrder(plan) }];
  if (base.kind === "sequence" && base.maxspanNs !== null && terms.length > 1) {
    drafts.push({ name: "exactly maxspan apart", breaks: null, events: stretched(plan, base.maxspanNs) });
    const events = stretched(plan, base.maxspanNs + MS_NS);
    drafts.push({ name: "a millisecond more than maxspan apart", breaks: "maxspan", events });
  }
  return drafts;
}

/** The last event that long after the first. */
function stretched(plan: Plan, spanNs: bigint): readonly TimedEvent[] {
  const last = plan.terms.length - 1;
  return place(
    plan.terms.map(({ family }, index) => ({ family, atNs: index === last ? spanNs : BigInt(index) * plan.stepNs })),
  );
}

/** For each stage: its event with one leaf turned, and the sequence without it. */
function changedStages(plan: Plan, context: DraftContext): readonly Draft[] {
  const families = plan.terms.map((term) => term.family);
  return plan.parts.flatMap((part): readonly Draft[] => {
    const index = plan.terms.lastIndexOf(part);
    if (index < 0) return [];
    const solution = { ...part.solution, event: part.family.event };
    const mutants = mutantsOf(solution, context.typeOf).map(({ change, leaf, event }) => ({
      name: `stage ${part.stage + 1} ${change}`,
      breaks: leaf,
      events: inOrder(plan, families.with(index, { ...part.family, event })),
    }));
    const fewer = inOrder(plan, families.toSpliced(index, 1));
    return [...mutants, { name: `without stage ${part.stage + 1}`, breaks: `stage ${part.stage + 1}`, events: fewer }];
  });
}

/** What is not in any one event: order, join keys, `until`, missing events. */
function changedShape(plan: Plan, wishes: readonly StageWish[], context: DraftContext): readonly Draft[] {
  const { base, terms, parts } = plan;
  const drafts: Draft[] = [];
  if (base.kind === "sequence" && terms.length > 1) {
    const backwards = inOrder(plan, terms.map((term) => term.family).reverse());
    drafts.push({ name: "the other way round", breaks: "order", events: backwards });
  }
  drafts.push(...otherKeys(plan, wishes, context.typeOf));
  if (base.kind === "sample") return drafts;
  let position = 0;
  for (const [index, stage] of base.stages.entries()) {
    const part = parts[index];
    if (!stage.missing) position += stage.runs;
    else if (part !== undefined) {
      const atNs = BigInt(position) * plan.stepNs - plan.stepNs / 2n;
      drafts.push({
        name: `an event of the missing stage ${index + 1}`,
        breaks: `stage ${index + 1}`,
        events: withExtra(plan, part, atNs),
      });
    }
  }
  const until = base.until === null ? undefined : parts.at(-1);
  if (until !== undefined && terms.length > 1) {
    const atNs = BigInt(terms.length - 1) * plan.stepNs - plan.stepNs / 2n;
    drafts.push({ name: "until before the last stage", breaks: "until", events: withExtra(plan, until, atNs) });
  }
  return drafts;
}

/** All events and one more. */
function withExtra(plan: Plan, extra: Part, atNs: bigint): readonly TimedEvent[] {
  const families = plan.terms.map(({ family }, index) => ({ family, atNs: BigInt(index) * plan.stepNs }));
  return place([...families, { family: extra.family, atNs }]);
}

/** The last stage with another value of a join key, for each key. */
function otherKeys(plan: Plan, wishes: readonly StageWish[], typeOf: TypeOf): readonly Draft[] {
  const last = plan.terms.at(-1);
  if (last === undefined || plan.terms.length < 2) return [];
  const families = plan.terms.map((term) => term.family);
  return (wishes[last.stage]?.keys ?? []).map((key): Draft => {
    const event = withOther(last.family.event, key.name, typeOf);
    const changed = families.with(-1, { ...last.family, event });
    return { name: `another ${key.name} in the last stage`, breaks: `by ${key.name}`, events: inOrder(plan, changed) };
  });
}

function withOther(event: MadeEvent, field: string, typeOf: TypeOf): MadeEvent {
  const type = typeOf(field);
  const current = event.get(field)?.[0];
  const others: readonly Value[] = [
    "eqlite-other",
    ...(typeof current === "bigint" ? [current + 1n] : []),
    ...(typeof current === "boolean" ? [!current] : []),
    "203.0.113.78",
    ordinary(type),
  ];
  const other = others.map((value) => convert(value, type)).find((value) => value !== null);
  return other === undefined ? event : withValues(event, field, [other]);
}
