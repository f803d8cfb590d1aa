import type { Rule } from "../rules/rule.ts";
import type { RuleRow } from "../store/rules.ts";
import type { RuleView, TechniqueRef } from "./types.ts";

/** The parsed rule a hunt stored. */
export function storedRule(row: RuleRow): Rule {
  return JSON.parse(row.document) as Rule;
}

/** The ATT&CK entries of a rule, in its order: one per subtechnique, technique, or tactic without any. */
export function attackOf(rule: Rule): TechniqueRef[] {
  return rule.threat.flatMap(({ tactic, techniques }): TechniqueRef[] => {
    const place = { tacticId: tactic.id, tactic: tactic.name };
    if (techniques.length === 0) return [{ ...place, techniqueId: null, technique: null }];
    return techniques.flatMap((technique) => [
      { ...place, techniqueId: technique.id, technique: technique.name },
      ...technique.subtechniques.map((sub) => ({ ...place, techniqueId: sub.id, technique: sub.name })),
    ]);
  });
}

/** Names of a rule's tactics, each once, in its order. */
export function tacticsOf(rule: Rule): string[] {
  return [...new Set(rule.threat.map(({ tactic }) => tactic.name))];
}

/** What the triage shows of a rule. */
export function toRuleView(rule: Rule): RuleView {
  return {
    id: rule.id,
    name: rule.name,
    description: rule.description,
    severity: rule.severity,
    riskScore: rule.riskScore,
    language: rule.language ?? rule.type,
    query: rule.query ?? "",
    author: rule.author.join(", "),
    license: rule.license ?? "",
    version: rule.version ?? "",
    path: rule.path,
    hash: rule.hash,
    tags: rule.tags,
    references: rule.references,
    attack: attackOf(rule),
    upstream: rule.upstream === null ? null : upstreamText(rule.upstream),
  };
}

function upstreamText(upstream: NonNullable<Rule["upstream"]>): string {
  const version = upstream.version === null ? "" : `, version ${upstream.version}`;
  return `${upstream.name} (${upstream.id}${version})`;
}
