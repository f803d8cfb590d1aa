import type { HuntOptions } from "../../src/hunt/hunt-types.ts";
import type { Rule } from "../../src/rules/rule.ts";

/** Options of a hunt over all of a case that keeps every match, one rule at a time, with `more` in their place. */
export function huntOptions(casePath: string, rules: readonly Rule[], more: Partial<HuntOptions> = {}): HuntOptions {
  return {
    ...{ casePath, rules, problems: [], exceptions: [], from: null, to: null, analyst: "ann", respectIndex: false },
    ...{ maxFindings: 0, timeLimitMs: 60_000, processes: 1, now: () => new Date("2026-02-01T00:00:00Z") },
    ...more,
  };
}
