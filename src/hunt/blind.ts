import type { Condition, FieldRef, Leaf, Plan, StagePlan } from "../plan/plan.ts";

/** What the evidence lacks, so that a rule could not look: no event has the field, or none has the value. */
export interface Need {
  readonly field: string;
  /** For categories and datasets the values asked for, none of which any event has; else null. */
  readonly values: readonly string[] | null;
}

export interface NeedContext {
  /** Whether any event has the field. */
  hasField(path: string): boolean;
  /** Whether any event has one of the values (of a category or dataset field). */
  hasAnyValue(path: string, values: readonly string[]): boolean;
  /** Fields whose values name kinds of telemetry: the event category and the datasets. */
  readonly kindFields: ReadonlySet<string>;
}

/**
 * What a plan needs and the evidence has in 0 events. Empty: the rule could look. A condition needs what each operand of
 * an `and` needs, and what all operands of an `or` lack together; below a `not` nothing is needed.
 */
export function missingNeeds(plan: Plan, context: NeedContext): Need[] {
  const stages = stagesThatMustMatch(plan);
  const needs = stages.flatMap((stage) => [
    ...lacking(stage.condition, context),
    ...stage.keys
      .filter((key) => !key.optional && !context.hasField(key.field.path))
      .map((key) => ({ field: key.field.path, values: null })),
  ]);
  const seen = new Map(needs.map((need) => [describeNeed(need), need]));
  return [...seen.values()];
}

/** `field registry.path`, or `event.category registry`. */
export function describeNeed(need: Need): string {
  return need.values === null ? `field ${need.field}` : `${need.field} ${need.values.join(" or ")}`;
}

function stagesThatMustMatch(plan: Plan): readonly StagePlan[] {
  switch (plan.kind) {
    case "event":
      return [plan.stage];
    case "sequence":
      return [...new Set(plan.stages.filter((stage) => !stage.missing).map((stage) => stage.plan))];
    case "sample":
      return plan.stages;
  }
}

function lacking(condition: Condition, context: NeedContext): Need[] {
  switch (condition.kind) {
    case "and":
      return condition.operands.flatMap((operand) => lacking(operand, context));
    case "or": {
      const branches = condition.operands.map((operand) => lacking(operand, context));
      return branches.some((branch) => branch.length === 0) ? [] : branches.flat();
    }
    case "not":
    case "constant":
      return [];
    case "descendant":
      return lacking(condition.ancestor.condition, context);
    case "exists":
    case "text":
    case "number":
    case "ip":
    case "computed":
      return lackingLeaf(condition, context);
  }
}

function lackingLeaf(leaf: Exclude<Leaf, { kind: "descendant" }>, context: NeedContext): Need[] {
  if (leaf.kind === "computed") return [];
  if (!context.hasField(leaf.field.path)) return [{ field: leaf.field.path, values: null }];
  const values = kindValues(leaf, context);
  if (values === null || context.hasAnyValue(leaf.field.path, values)) return [];
  return [{ field: leaf.field.path, values }];
}

function kindValues(leaf: Leaf & { field: FieldRef }, context: NeedContext): readonly string[] | null {
  if (leaf.kind !== "text" || leaf.test.op !== "equals" || leaf.test.fold) return null;
  return context.kindFields.has(leaf.field.path) ? leaf.test.values : null;
}
