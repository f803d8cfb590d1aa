import { describeNeed, type Need } from "./blind.ts";

/** Telemetry that the evidence lacks. */
export interface TelemetryGap {
  /** `event.category registry`, `field dns.question.name`; several when a rule needs them together. */
  readonly needs: readonly string[];
  /** Rules that could look if the evidence had it. */
  readonly rules: number;
}

/**
 * Groups blind rules by what would open them, most rules first, then by name. Where a kind of telemetry (a category, a
 * dataset) is missing, its fields are missing because of it and are not listed.
 */
export function telemetryGaps(needsOfRules: Iterable<readonly Need[]>): TelemetryGap[] {
  const gaps = new Map<string, { needs: readonly string[]; rules: number }>();
  for (const needs of needsOfRules) {
    const kinds = needs.filter((need) => need.values !== null);
    const names = [...new Set((kinds.length > 0 ? kinds : needs).map(describeNeed))].sort();
    const key = names.join("\n");
    const gap = gaps.get(key) ?? { needs: names, rules: 0 };
    gap.rules += 1;
    gaps.set(key, gap);
  }
  return [...gaps]
    .sort(([a, { rules: most }], [b, { rules: other }]) => other - most || (a < b ? -1 : 1))
    .map(([, gap]) => gap);
}
