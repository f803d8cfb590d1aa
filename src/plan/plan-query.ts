import type { EventQuery, Expression, Field, Query, Sample, Sequence, Stage } from "../eql/ast.ts";
import { contains } from "../eql/walk.ts";
import { all, any, complement, planCondition, type PlanContext } from "./plan-condition.ts";
import type { Condition, KeyPlan, Plan, SequenceStage, StagePlan } from "./plan.ts";

/** What the evidence and the rule say: types, dates, and the field that holds the event category. */
export interface QueryContext extends Omit<PlanContext, "planAncestor"> {
  /** `event.category`, unless the rule or the load says otherwise. */
  readonly categoryField: string;
}

/** The plan of a query that parsed and checked without errors. */
export function planQuery(query: Query, context: QueryContext): Plan {
  const pipes = query.pipes.map(({ name, count }) => ({ name, count }));
  const { base } = query;
  switch (base.kind) {
    case "eventQuery":
      return { kind: "event", stage: planStage(base, [], context), pipes };
    case "sequence":
      return { ...planSequence(base, context), pipes };
    case "sample":
      return planSample(base, context);
  }
}

/** One stage: the category, the condition, and one key per position. */
export function planStage(query: EventQuery, keys: readonly Field[], context: QueryContext): StagePlan {
  const planContext: PlanContext = {
    typeOf: (path) => context.typeOf(path),
    parseDate: (value) => context.parseDate(value),
    planAncestor: (expression) => planStage(expression.query, [], context),
  };
  const condition = planCondition(query.condition, planContext);
  const inCategory =
    query.category === null ? [] : [planCondition(categoryTest(query.category, query, context), planContext)];
  const residual = contains(query.condition, "stageField") ? query.condition : null;
  return {
    condition: all([...inCategory, residual === null ? condition : relax(condition, true)]),
    keys: keys.map((key) => planKey(key, context)),
    residual,
  };
}

function planKey(key: Field, context: QueryContext): KeyPlan {
  return { field: { path: key.name, type: context.typeOf(key.name) }, optional: key.optional };
}

function categoryTest(category: string, query: EventQuery, context: QueryContext): Expression {
  const { span } = query;
  return {
    kind: "comparison",
    operator: "==",
    left: { kind: "field", name: context.categoryField, optional: false, span },
    right: { kind: "literal", value: category, span },
    span,
  };
}

function planSequence(sequence: Sequence, context: QueryContext): Omit<Plan & { kind: "sequence" }, "pipes"> {
  const stages = sequence.stages.flatMap((stage): SequenceStage[] => {
    const planned = { missing: stage.missing, plan: planStageOf(stage, sequence.by, context) };
    return Array.from({ length: stage.runs }, () => planned);
  });
  const until =
    sequence.until === null ? null : planStage(sequence.until.query, [...sequence.by, ...sequence.until.keys], context);
  return { kind: "sequence", stages, until, maxspanNs: sequence.maxspanNs };
}

function planSample(sample: Sample, context: QueryContext): Plan {
  return { kind: "sample", stages: sample.stages.map((stage) => planStageOf(stage, sample.by, context)) };
}

function planStageOf(stage: Stage, shared: readonly Field[], context: QueryContext): StagePlan {
  return planStage(stage.query, [...shared, ...stage.keys], context);
}

/** A superset that does not read earlier stages: their leaves become true where that widens the condition, else false. */
function relax(condition: Condition, widen: boolean): Condition {
  switch (condition.kind) {
    case "and":
      return all(condition.operands.map((operand) => relax(operand, widen)));
    case "or":
      return any(condition.operands.map((operand) => relax(operand, widen)));
    case "not":
      return complement(relax(condition.operand, !widen));
    case "computed":
      return contains(condition.source, "stageField") ? { kind: "constant", value: widen } : condition;
    case "constant":
    case "exists":
    case "text":
    case "number":
    case "ip":
    case "descendant":
      return condition;
  }
}
