/** The guide of a finding as the lines that the cursor walks over: steps and, under open ones, their pivots. */
import type { FindingDetail, Pivot, StepView } from "../../triage/types.ts";
import { cursorOf, type FindingState, type State } from "./state.ts";

export type GuideItem =
  | { readonly kind: "step"; readonly step: StepView }
  | { readonly kind: "pivot"; readonly pivot: Pivot; readonly step: StepView | null }
  | { readonly kind: "heading"; readonly text: string };

const known = new WeakMap<FindingState, readonly GuideItem[]>();

/** Items of the guide of a finding: steps with their pivots, then the pivots that belong to the finding itself. */
export function guideItems(finding: FindingState): readonly GuideItem[] {
  const cached = known.get(finding);
  if (cached !== undefined) return cached;
  const items = finding.detail === null ? [] : makeItems(finding.detail, finding.toggled);
  known.set(finding, items);
  return items;
}

function makeItems(detail: FindingDetail, toggled: ReadonlySet<number>): readonly GuideItem[] {
  const steps = detail.steps.flatMap((step): GuideItem[] => {
    const shown = (step.state === "open") !== toggled.has(step.number);
    const pivots = shown ? step.pivots.map((pivot): GuideItem => ({ kind: "pivot", pivot, step })) : [];
    return [{ kind: "step", step }, ...pivots];
  });
  if (detail.pivots.length === 0) return steps;
  return [
    ...steps,
    { kind: "heading", text: "Around this finding" },
    ...detail.pivots.map((pivot): GuideItem => ({ kind: "pivot", pivot, step: null })),
  ];
}

/** The item of the guide under its cursor; null where there is none. */
export function guideItem(state: State): GuideItem | null {
  const items = guideItems(state.finding);
  return items[Math.min(cursorOf(state, "guide").index, items.length - 1)] ?? null;
}

/** Pivots that still want a count: those of the step under the cursor first, then the rest in order. */
export function uncountedPivots(state: State): readonly Pivot[] {
  const items = guideItems(state.finding);
  const here = guideItem(state);
  const stepNumber = here === null || here.kind === "heading" ? null : (here.step?.number ?? null);
  const pivots = items.flatMap((item) => (item.kind === "pivot" ? [item] : []));
  const near = pivots.filter((item) => (item.step?.number ?? null) === stepNumber);
  const rest = pivots.filter((item) => !near.includes(item));
  const seen = new Set<string>();
  return [...near, ...rest]
    .map((item) => item.pivot)
    .filter((pivot) => {
      if (pivot.query === null || pivot.opens !== "events" || state.finding.counts.has(pivot.id) || seen.has(pivot.id))
        return false;
      seen.add(pivot.id);
      return true;
    });
}
