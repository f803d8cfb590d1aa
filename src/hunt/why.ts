import type { EventQuery, Expression, Query } from "../eql/ast.ts";
import { compileCondition, type Surroundings } from "../eql/evaluate.ts";
import { printExpression, printTimeSpan } from "../eql/printer.ts";
import { type DocumentValues, stringForm, type Value } from "../eql/values.ts";
import { collectFields } from "../plan/plan-condition.ts";
import type { Plan, StagePlan } from "../plan/plan.ts";
import type { Engine } from "./engine.ts";
import type { EngineMatch, EngineResult } from "./engine-result.ts";
import { documentOf } from "./residual.ts";

/** A leaf of a condition that decided it, and the values it decided on. */
export interface HeldLeaf {
  /** The leaf as EQL text; `not (...)` where it had to be false. */
  readonly text: string;
  readonly fields: readonly string[];
  /** The values that made it true; all values of its fields where it had to be false. */
  readonly values: readonly string[];
}

/**
 * Why a condition holds on an event: the leaves without which it would not, in written order. Of an `or` only the
 * operands that hold; of a negated `and` only those that fail.
 */
export function heldLeaves(condition: Expression, document: DocumentValues, around: Surroundings = {}): HeldLeaf[] {
  const held: HeldLeaf[] = [];
  explain(condition, true);
  return held;

  function explain(expression: Expression, wanted: boolean): void {
    switch (expression.kind) {
      case "not":
        return explain(expression.operand, !wanted);
      case "and":
      case "or": {
        const needsAll = (expression.kind === "and") === wanted;
        for (const operand of expression.operands) {
          if (needsAll || holds(operand) === wanted) explain(operand, wanted);
        }
        return;
      }
      case "literal":
        return;
      default:
        held.push(describeLeaf(expression, wanted, document, around));
    }
  }

  function holds(expression: Expression): boolean {
    return compileCondition(expression)(document, around);
  }
}

function describeLeaf(leaf: Expression, wanted: boolean, document: DocumentValues, around: Surroundings): HeldLeaf {
  const fields: string[] = [];
  collectFields(leaf, (field) => {
    if (!fields.includes(field.name)) fields.push(field.name);
  });
  const [only] = fields;
  const test = compileCondition(leaf);
  const decides = (value: Value): boolean =>
    test({ values: (path) => (path === only ? [value] : document.values(path)) }, around) === wanted;
  const all = fields.flatMap((field) => document.values(field));
  const deciding = wanted && fields.length === 1 ? all.filter(decides) : all;
  const text = printExpression(leaf);
  return {
    text: wanted ? text : `not (${text})`,
    fields,
    values: (deciding.length > 0 ? deciding : all).map(stringForm),
  };
}

/** The event queries of a query's terms in written order, `runs` expanded; of an event query the query itself. */
export function termsOf(query: Query): { readonly query: EventQuery; readonly missing: boolean }[] {
  const { base } = query;
  if (base.kind === "eventQuery") return [{ query: base, missing: false }];
  return base.stages.flatMap((stage) =>
    Array.from({ length: stage.runs }, () => ({ query: stage.query, missing: stage.missing })),
  );
}

/** Why a match matched: the leaves that held, per term; empty for a missing event. */
export function explainMatch(engine: Engine, query: Query, match: EngineMatch): HeldLeaf[][] {
  const stages: (DocumentValues | null)[] = [];
  return termsOf(query).map((term, index) => {
    const event = match.events[index];
    const document = event === null || event === undefined ? null : documentOf(engine, event);
    if (!term.missing) stages.push(document);
    return document === null ? [] : heldLeaves(term.query.condition, document, { stages, isDescendant: () => true });
  });
}

/** How far the events came: per stage and leaf, for a query without matches. */
export interface StageFunnel {
  readonly stage: number;
  readonly missing: boolean;
  /** Events that satisfy the whole stage. */
  readonly events: number;
  /** The operands of the stage's top-level `and`, each with the events that satisfy it alone. */
  readonly leaves: readonly { readonly text: string; readonly events: number }[];
  /** Events of the stage that lack a mandatory join key, by field. */
  readonly withoutKey: readonly { readonly field: string; readonly events: number }[];
}

/** Counts, for each term, the events that pass each of its conditions. */
export function funnel(engine: Engine, query: Query, plan: Plan): StageFunnel[] {
  const plans = stagePlans(plan);
  return termsOf(query).flatMap((term, index) => {
    const stage = plans[index];
    if (stage === undefined) return [];
    const { category, condition } = term.query;
    const operands = condition.kind === "and" ? condition.operands : [condition];
    const leaves = operands.map((operand) => ({
      text: printExpression(operand),
      events: engine.count(engine.planCondition(operand)),
    }));
    const inCategory =
      category === null ? [] : [{ text: `${category} where ...`, events: engine.countCategory(category) }];
    const withoutKey = stage.keys
      .filter((key) => !key.optional)
      .map((key) => ({
        field: key.field.path,
        events: engine.count({
          kind: "and",
          operands: [stage.condition, { kind: "not", operand: { kind: "exists", field: key.field } }],
        }),
      }))
      .filter((key) => key.events > 0);
    return [
      {
        stage: index + 1,
        missing: term.missing,
        events: engine.count(stage.condition),
        leaves: [...inCategory, ...leaves],
        withoutKey,
      },
    ];
  });
}

function stagePlans(plan: Plan): readonly StagePlan[] {
  switch (plan.kind) {
    case "event":
      return [plan.stage];
    case "sequence":
      return plan.stages.map((stage) => stage.plan);
    case "sample":
      return plan.stages;
  }
}

/** The nearest misses of a sequence in words: `stage 2: the closest pair is 74 s apart, maxspan 1m`. */
export function describeNearMisses(result: EngineResult, plan: Plan): string[] {
  if (plan.kind !== "sequence" || result.sequence === null) return [];
  const { maxspanNs } = plan;
  return result.sequence.nearMisses.flatMap((miss) =>
    miss === null
      ? []
      : [
          `stage ${miss.position + 1}: the closest pair is ${seconds(miss.spanNs)} apart, maxspan ${maxspanNs === null ? "unlimited" : printTimeSpan(maxspanNs)} (events ${[...miss.events, miss.next].join(", ")})`,
        ],
  );
}

function seconds(ns: bigint): string {
  const fraction = (ns % 1_000_000_000n).toString().padStart(9, "0").replace(/0+$/, "");
  return `${ns / 1_000_000_000n}${fraction === "" ? "" : `.${fraction}`} s`;
}
