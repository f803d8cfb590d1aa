import { counted } from "../base/counted.ts";
import { safeLines, safeText } from "../base/safe-text.ts";
import type { TacticCoverage } from "../hunt/attack-coverage.ts";
import type { CheckedRule } from "../hunt/check-rules.ts";
import type { Rule, Step } from "../rules/rule.ts";
import type { TestedRule } from "./rule-tests.ts";
import { renderTable } from "./table.ts";

export function renderRules(rules: readonly Rule[], width: number | null): string {
  return renderTable(
    [
      { title: "severity" },
      { title: "type" },
      { title: "name", shrinkTo: 20 },
      { title: "tactics", shrinkTo: 10 },
      { title: "id", shrinkTo: 8 },
    ],
    rows(rules),
    width,
  );
}

function rows(rules: readonly Rule[]): string[][] {
  return rules.map(({ severity, type, name, threat, id }) => [
    ...[severity, type, name],
    threat.map(({ tactic }) => tactic.id).join(" "),
    id,
  ]);
}

export function renderRule(rule: Rule): string {
  const attack = rule.threat.flatMap(({ tactic, techniques }) => [
    `${tactic.id} ${tactic.name}`,
    ...techniques
      .flatMap((technique) => [technique, ...technique.subtechniques])
      .map(({ id, name }) => `${id} ${name}`),
  ]);
  const facts: [string, string][] = [
    ["id", rule.id],
    ["severity", `${rule.severity}, risk ${rule.riskScore}`],
    ["type", rule.language === null || rule.language === rule.type ? rule.type : `${rule.type}, ${rule.language}`],
    ["version", rule.version ?? ""],
    ["author", rule.author.join(", ")],
    ["license", rule.license ?? ""],
    ["file", rule.path],
    ["sha256", rule.hash],
    ["index", rule.index.join(", ")],
    ["ATT&CK", attack.join("; ")],
    ["tags", rule.tags.join(", ")],
  ];
  const lines = facts.filter(([, text]) => text !== "").map(([name, text]) => `${name.padEnd(9)} ${safeText(text)}`);
  const { guide } = rule;
  const parts = [
    [safeText(rule.name), ...lines],
    safeLines(rule.description.trim()),
    safeLines((rule.query ?? "").trim()),
    stepLines("Triage", guide.triage),
    stepLines("False positives", guide.falsePositives),
    stepLines("Response", guide.response),
  ];
  return `${parts
    .filter((part) => part.join("") !== "")
    .map((part) => part.join("\n"))
    .join("\n\n")}\n`;
}

function stepLines(title: string, steps: readonly Step[]): string[] {
  if (steps.length === 0) return [];
  const lines = steps.flatMap(({ number, text, children }) => [
    `  ${number}. ${safeText(text)}`,
    ...children.map((child) => `  ${"  ".repeat(child.level)} - ${safeText(child.text)}`),
  ]);
  return [title, ...lines];
}

export function renderChecks(checked: readonly CheckedRule[]): string {
  const lines = checked.flatMap(({ path, diagnostics }) =>
    diagnostics.flatMap(({ severity, code, message, line, column, hint }) => [
      `${safeText(path)}:${line}:${column}: ${severity}: ${safeText(message)} [${code}]`,
      ...(hint === null ? [] : [`  ${safeText(hint)}`]),
    ]),
  );
  const bad = checked.filter(({ ok }) => !ok).length;
  return [
    ...lines,
    `${counted(checked.length, "rule")} checked: ${checked.length - bad} can be run, ${bad} cannot`,
    "",
  ].join("\n");
}

export function renderTests(tested: readonly TestedRule[]): string {
  const lines = tested.flatMap(({ name, ok, matching, mutants, failures, problem }) => [
    `${ok ? "ok  " : "FAIL"} ${safeText(name)}: ${problem ?? `${matching} matching, ${mutants} that must not match`}`,
    ...failures.flatMap((failure) => [
      `     ${safeText(failure.case)}: expected ${failure.expected}`,
      ...failure.documents.map((document) => `       ${safeText(JSON.stringify(document))}`),
    ]),
  ]);
  const bad = tested.filter(({ ok }) => !ok).length;
  return [...lines, `${counted(tested.length, "rule")} tested: ${tested.length - bad} passed, ${bad} did not`, ""].join(
    "\n",
  );
}

export function renderCoverage(tactics: readonly TacticCoverage[], width: number | null): string {
  const asked = tactics.some(({ able }) => able !== null);
  const line = (indent: string, { id, name, rules, able }: Omit<TacticCoverage, "techniques">): string[] => [
    `${indent}${id}`,
    name,
    String(rules),
    ...(able === null ? [] : [String(able)]),
  ];
  return renderTable(
    [
      { title: "ATT&CK" },
      { title: "name", shrinkTo: 20 },
      { title: "rules", align: "right" },
      ...(asked ? [{ title: "can look", align: "right" as const }] : []),
    ],
    tactics.flatMap((tactic) => [line("", tactic), ...tactic.techniques.map((technique) => line("  ", technique))]),
    width,
  );
}
