import type { Rule } from "../rules/rule.ts";
import type { CaseFile } from "../store/case-file.ts";
import { readFindingEvents, readFindings, type StoredFinding } from "../store/finding-rows.ts";
import { readRule } from "../store/rules.ts";
import type { BlastRadius } from "./types.ts";

type RuleFacts = Pick<Rule, "id" | "type" | "threshold">;

/**
 * The visible findings of these rules (of all, when none is named) that an exception would hide: those with an event
 * that satisfies it (of a sequence at its stage, where it has one), and groups that are too small without such events.
 * @param matching events that satisfy the condition
 * @param stage 1-based; null: any
 */
export function blastRadius(
  file: CaseFile,
  matching: ReadonlySet<number>,
  rules: readonly string[],
  stage: number | null,
): BlastRadius & { readonly ids: readonly number[] } {
  const facts = new Map<number, RuleFacts>();
  const ruleOf = ({ rule }: StoredFinding): RuleFacts => {
    let known = facts.get(rule);
    if (known === undefined) {
      const stored = readRule(file, rule);
      known = JSON.parse(stored?.document ?? "{}") as RuleFacts;
      facts.set(rule, { ...known, id: stored?.id ?? "" });
    }
    return facts.get(rule) ?? known;
  };
  const findings = readFindings(file).filter(
    (finding) =>
      finding.suppressedBy === null &&
      finding.state !== "gone" &&
      (rules.length === 0 || rules.includes(ruleOf(finding).id)),
  );
  const events = readFindingEvents(
    file,
    findings.map(({ id }) => id),
  );
  const hidden: StoredFinding[] = [];
  let undecided = 0;
  for (const finding of findings) {
    const { type, threshold } = ruleOf(finding);
    const own = events.get(finding.id) ?? [];
    const satisfied = (event: number | null | undefined): boolean => typeof event === "number" && matching.has(event);
    if (type === "threshold" || type === "new_terms") {
      const left = finding.total - own.filter(satisfied).length;
      if (left < (threshold?.value ?? 1)) hidden.push(finding);
      else if (finding.total > own.length && left < finding.total) undecided += 1;
    } else if (stage === null ? own.some(satisfied) : satisfied(own[stage - 1])) hidden.push(finding);
  }
  return {
    ids: hidden.map(({ id }) => id),
    findings: hidden.length,
    rules: new Set(hidden.map((finding) => ruleOf(finding).id)).size,
    truePositives: hidden.filter(({ verdict }) => verdict === "true_positive").length,
    undecided,
  };
}
