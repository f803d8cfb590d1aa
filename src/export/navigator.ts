/** Layers for the ATT&CK Navigator (layer format 4.5). */
import type { Rule, Threat } from "../rules/rule.ts";
import type { CaseBook } from "../triage/case-book.ts";
import { storedRule } from "../triage/rule-view.ts";
import { type FindingSelection, storedFindings } from "../triage/select-findings.ts";
import type { Outcome } from "../triage/types.ts";
import { readHunts, readLedger } from "../store/hunts.ts";
import { readRule } from "../store/rules.ts";
import { citationLines } from "./citation.ts";
import { exportedFindings, foundByReader } from "./exported-finding.ts";
import { type ExportHeader, scopeText } from "./export-header.ts";

interface Technique {
  readonly techniqueID: string;
  readonly tactic: string;
  score: number;
  /** Names of its rules. */
  readonly rules: Set<string>;
  /** What is told of each rule, by what tells it from others. */
  readonly proofs: Map<string, Metadata>;
  /** The first findings; more are only counted. */
  readonly findings: number[];
}

interface Metadata {
  readonly name: string;
  readonly value: string;
}

/** Findings of a technique that are cited. */
const MAX_CITED = 10;

/** A layer whose scores are the findings of each technique. */
export function findingsLayer(book: CaseBook, selection: FindingSelection, header: ExportHeader): string {
  const techniques = new Map<string, Technique>();
  const foundBy = foundByReader(book);
  for (const stored of storedFindings(book, selection.ids)) {
    const rule = book.rule(stored.rule);
    const found = foundBy(stored);
    for (const technique of techniquesOf(rule, techniques)) {
      technique.score += 1;
      technique.rules.add(rule.name);
      if (technique.findings.length < MAX_CITED) technique.findings.push(stored.id);
      addProof(
        technique,
        rule,
        `SQL sha256 ${found.sqlHash ?? "not recorded"}, eqlite ${found.toolVersion ?? "unknown"}`,
      );
    }
  }
  const cited = (technique: Technique): Metadata[] => {
    const rest = technique.score - technique.findings.length;
    return [
      ...[...exportedFindings(book, technique.findings)].map((finding) => {
        return { name: `finding ${finding.row.id}`, value: citationLines(finding).join("; ") };
      }),
      ...(rest > 0 ? [{ name: "more findings", value: `${rest}, which the csv export cites` }] : []),
    ];
  };
  const what = `Score: findings of rules for the technique. ${scopeText(header)}.`;
  return layer({ name: "eqlite findings", description: what, techniques, color: "#ff6666", header, cited });
}

const CAN_SEE: ReadonlySet<Outcome> = new Set(["hit", "none"]);

/** A layer whose scores are the rules of the last hunt that this evidence could answer. */
export function coverageLayer(book: CaseBook, header: ExportHeader): string {
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
      addProof(
        technique,
        rule,
        `SQL sha256 ${entry.sqlHash ?? "not recorded"}, eqlite ${hunt?.toolVersion ?? "unknown"}`,
      );
    }
  }
  const what = "Score: rules for the technique that ran and whose telemetry is in the evidence.";
  return layer({ name: "eqlite coverage", description: what, techniques, color: "#66b3ff", header, cited: () => [] });
}

function addProof(technique: Technique, rule: Rule, by: string): void {
  const key = `${rule.id}\n${rule.hash}\n${by}`;
  if (technique.proofs.has(key)) return;
  technique.proofs.set(key, {
    name: `rule ${rule.id}`,
    value: `${rule.name}, ${rule.path}, sha256 ${rule.hash}, ${by}`,
  });
}

function techniquesOf(rule: Rule, known: Map<string, Technique>): Technique[] {
  return rule.threat.flatMap(({ tactic, techniques }: Threat) =>
    techniques
      .flatMap((technique) => [technique.id, ...technique.subtechniques.map(({ id }) => id)])
      .map((id) => {
        const shortName = tactic.name.toLowerCase().replaceAll(" ", "-");
        const key = `${id} ${shortName}`;
        const technique = known.get(key) ?? newTechnique(id, shortName);
        known.set(key, technique);
        return technique;
      }),
  );
}

function newTechnique(techniqueID: string, tactic: string): Technique {
  return { techniqueID, tactic, score: 0, rules: new Set(), proofs: new Map(), findings: [] };
}

const MAX_RULES = 20;

interface Layer {
  readonly name: string;
  readonly description: string;
  readonly techniques: ReadonlyMap<string, Technique>;
  readonly color: string;
  readonly header: ExportHeader;
  readonly cited: (technique: Technique) => readonly Metadata[];
}

function layer({ name, description, techniques, color, header, cited }: Layer): string {
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
    techniques: list.map((technique) => ({
      techniqueID: technique.techniqueID,
      tactic: technique.tactic,
      score: technique.score,
      comment: comment([...technique.rules].sort(compare)),
      enabled: true,
      showSubtechniques: technique.techniqueID.includes("."),
      metadata: [...technique.proofs.values(), ...cited(technique)],
    })),
    gradient: {
      colors: ["#ffffff", color],
      minValue: 0,
      maxValue: list.reduce((most, { score }) => Math.max(most, score), 1),
    },
    metadata: headerMetadata(header),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function headerMetadata(header: ExportHeader): Metadata[] {
  return [
    { name: "made by", value: `eqlite ${header.tool_version}, ${header.analyst}, ${header.generated_at}` },
    { name: "findings", value: scopeText(header) },
    { name: "journal", value: header.journal_head },
    ...(header.withheld === null ? [] : [{ name: "withheld", value: header.withheld }]),
    ...header.sources.map(({ path, sha256 }) => ({ name: `evidence ${path}`, value: `sha256 ${sha256 ?? "unknown"}` })),
  ];
}

function comment(rules: readonly string[]): string {
  const rest = rules.length - MAX_RULES;
  return rules.slice(0, MAX_RULES).join("; ") + (rest > 0 ? `; and ${rest} more` : "");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
