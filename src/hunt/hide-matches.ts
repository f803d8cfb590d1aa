/**
 * Exceptions at hunt time. As in Elastic's detection engine an exception takes events away before anything is joined or
 * counted; what a rule finds only because of such events is found all the same, and hidden by the exception.
 */
import { compileCondition } from "../eql/evaluate.ts";
import type { Condition, Plan, StagePlan } from "../plan/plan.ts";
import type { Engine } from "./engine.ts";
import { documentOf } from "./residual.ts";
import { restrictPlan } from "./restrict-plan.ts";
import type { RuleMatch, TaskException } from "./rule-task.ts";

/** An exception that can be applied, as a condition on events. */
export interface AppliedException extends TaskException {
  readonly holds: (document: ReturnType<typeof documentOf>) => boolean;
  readonly planned: Condition;
}

/** The exceptions of a rule that can be applied to a plan. */
export function appliedExceptions(engine: Engine, exceptions: readonly TaskException[]): AppliedException[] {
  return exceptions.flatMap((exception) => {
    const { condition } = engine.exceptions.of(exception);
    if (condition === null) return [];
    return [{ ...exception, holds: compileCondition(condition), planned: engine.planCondition(condition) }];
  });
}

/** The plan over the events that no exception takes away. */
export function withoutExcepted(plan: Plan, exceptions: readonly AppliedException[]): Plan {
  return exceptions.reduce((rest, { planned, stage }) => {
    const condition: Condition = { kind: "not", operand: planned };
    return stage === null || rest.kind === "event" ? restrictPlan(rest, condition) : atStage(rest, stage, condition);
  }, plan);
}

function atStage(plan: Plan & { kind: "sequence" | "sample" }, index: number, condition: Condition): Plan {
  const only = (stage: StagePlan): StagePlan => ({
    ...stage,
    condition: { kind: "and", operands: [condition, stage.condition] },
  });
  if (plan.kind === "sample") {
    return { ...plan, stages: plan.stages.map((stage, at) => (at === index ? only(stage) : stage)) };
  }
  const stages = plan.stages.map((stage, at) => (at === index ? { ...stage, plan: only(stage.plan) } : stage));
  return { ...plan, stages };
}

/**
 * All matches, those that exceptions hide marked with the first that does: `found` looked at every event, `left` at
 * those that no exception takes away. In the order of `found`; what comes about only without the excepted events is last.
 */
export function markHidden(
  engine: Engine,
  exceptions: readonly AppliedException[],
  found: readonly RuleMatch[],
  left: readonly RuleMatch[],
): RuleMatch[] {
  const visible = new Map(left.map((match) => [identity(match), match]));
  const marked = found.map((match) => {
    const key = identity(match);
    const shown = visible.get(key);
    visible.delete(key);
    if (shown !== undefined) return shown;
    const hiding = hidingException(engine, exceptions, match);
    return hiding === undefined ? match : { ...match, suppressedBy: hiding.id };
  });
  return [...marked, ...visible.values()];
}

function identity({ events, keys, groupSize }: RuleMatch): string {
  return JSON.stringify(groupSize === undefined ? events : keys);
}

/** Of a group that is hidden, but none of whose kept events is, the first exception. */
function hidingException(
  engine: Engine,
  exceptions: readonly AppliedException[],
  { events, groupSize }: RuleMatch,
): AppliedException | undefined {
  const documents = events.map((event) => (event === null ? null : documentOf(engine, event)));
  const holding = exceptions.find(({ holds, stage }) => {
    const tested = stage === null || groupSize !== undefined ? documents : [documents[stage] ?? null];
    return tested.some((document) => document !== null && holds(document));
  });
  return holding ?? (groupSize === undefined ? undefined : exceptions[0]);
}
