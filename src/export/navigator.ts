/** Layers for the ATT&CK Navigator (layer format 4.5). */
import type { Rule, Threat } from "../rules/rule.ts";
import type { CaseBook } from "../triage/case-book.ts";
import { storedRule } from "../triage/rule-view.ts";
import { type FindingSelection, storedFindings } from "../triage/select-findings.ts";
import type { Outcome } from "../triage/types.ts";
import { readHunts, readLedger } from "../store/hunts.ts";
import { readRule } from "../store/rules.ts";

interface Technique {
  readonly techniqueID: string;
  readonly tactic: string;
  score: number;
  readonly rules: Set<string>;
}

/** A layer whose scores are the findings of each technique. */
export function findingsLayer(book: CaseBook, selection: FindingSelection): string {
  const techniques = new Map<string, Technique>();
  for (const stored of storedFindings(book, selection.ids)) {
    const rule = book.rule(stored.rule);
    for (const technique of techniquesOf(rule, techniques)) {
      technique.score += 1;
      technique.rules.add(rule.name);
    }
  }
  return layer("eqlite findings", "Score: findings of rules for the technique.", techniques, "#ff6666");
}

const CAN_SEE: ReadonlySet<Outcome> = new Set(["hit", "none"]);

/** A layer whose scores are the rules of the last hunt that this evidence could answer. */
export function coverageLayer(book: CaseBook): string {
  const techniques = new Map<string, Technique>();
  const hunt = readHunts(book.file)[0];
  for (const entry of hunt === undefined ? [] : readLedger(book.file, hunt.id)) {
    if (!CAN_SEE.has(entry.outcome)) continue;
    const row = readRule(book.file, entry.rule);
    if (row === null) continue;
    const rule = storedRule(row);
    for (const technique of techniquesOf(rule, techniques)) {
      technique.score += 1;
      technique.rules.add(rule.name);
    }
  }
  const what = "Score: rules for the technique that ran and whose telemetry is in the evidence.";
  return layer("eqlite coverage", what, techniques, "#66b3ff");
}

function techniquesOf(rule: Rule, known: Map<string, Technique>): Technique[] {
  return rule.threat.flatMap(({ tactic, techniques }: Threat) =>
    techniques
      .flatMap((technique) => [technique.id, ...technique.subtechniques.map(({ id }) => id)])
      .map((id) => {
        const shortName = tactic.name.toLowerCase().replaceAll(" ", "-");
        const key = `${id} ${shortName}`;
        const technique = known.get(key) ?? { techniqueID: id, tactic: shortName, score: 0, rules: new Set<string>() };
        known.set(key, technique);
        return technique;
      }),
  );
}

const MAX_RULES = 20;

function layer(name: string, description: string, techniques: ReadonlyMap<string, Technique>, color: string): string {
  const list = [...techniques.values()].sort(
    (a, b) => compare(a.techniqueID, b.techniqueID) || compare(a.tactic, b.tactic),
  );
  const document = {
    name,
    versions: { attack: "17", navigator: "5.1.0", layer: "4.5" },
    domain: "enterprise-attack",
    description,
    sorting: 3,
    hideDisabled: false,
    techniques: list.map(({ techniqueID, tactic, score, rules }) => ({
      techniqueID,
      tactic,
      score,
      comment: comment([...rules].sort(compare)),
      enabled: true,
      showSubtechniques: techniqueID.includes("."),
    })),
    gradient: {
      colors: ["#ffffff", color],
      minValue: 0,
      maxValue: list.reduce((most, { score }) => Math.max(most, score), 1),
    },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function comment(rules: readonly string[]): string {
  const rest = rules.length - MAX_RULES;
  return rules.slice(0, MAX_RULES).join("; ") + (rest > 0 ? `; and ${rest} more` : "");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
