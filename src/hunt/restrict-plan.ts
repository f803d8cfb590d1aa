import { all } from "../plan/plan-condition.ts";
import type { Condition, Plan, StagePlan } from "../plan/plan.ts";

/** The plan over the events that satisfy `condition` alone, as a filter of Elasticsearch's EQL search does. */
export function restrictPlan(plan: Plan, condition: Condition): Plan {
  if (condition.kind === "constant" && condition.value) return plan;
  const done = new Map<StagePlan, StagePlan>();
  const restrict = (stage: StagePlan): StagePlan => {
    const known = done.get(stage);
    if (known !== undefined) return known;
    const restricted = { ...stage, condition: all([condition, stage.condition]) };
    done.set(stage, restricted);
    return restricted;
  };
  switch (plan.kind) {
    case "event":
      return { ...plan, stage: restrict(plan.stage) };
    case "sample":
      return { ...plan, stages: plan.stages.map(restrict) };
    case "sequence":
      return {
        ...plan,
        stages: plan.stages.map(({ missing, plan: stage }) => ({ missing, plan: restrict(stage) })),
        until: plan.until === null ? null : restrict(plan.until),
      };
  }
}
