import { sha256Hex } from "../base/sha256.ts";
import type { RuleProblem } from "../rules/problem.ts";
import type { Rule } from "../rules/rule.ts";
import type { RuleRecord } from "../store/rules.ts";
import { endedEarly, type RuleRun } from "./rule-task.ts";

/** A row of the ledger to be: a rule that has to run, or one whose end is known before. */
export interface HuntEntry {
  readonly record: RuleRecord;
  readonly rule: Rule | null;
  /** null: has to run. */
  readonly run: RuleRun | null;
}

/** What a hunt has to account for: every rule, and every file that could not be read. */
export function huntEntries(rules: readonly Rule[], problems: readonly RuleProblem[]): HuntEntry[] {
  const first = new Map<string, Rule>();
  const entries = rules.map((rule): HuntEntry => {
    const text = `${rule.id}\n${rule.hash}`;
    const same = first.get(text);
    if (same === undefined) first.set(text, rule);
    const run = same === undefined ? null : endedEarly("skipped", `the same rule as ${same.path}`, 0);
    return { record: toRecord(rule), rule, run };
  });
  return [...entries, ...unreadable(problems)];
}

function toRecord(rule: Rule): RuleRecord {
  return { id: rule.id, path: rule.path, hash: rule.hash, name: rule.name, document: rule };
}

/** One entry for each place from which no rule came, with all that is wrong there. */
function unreadable(problems: readonly RuleProblem[]): HuntEntry[] {
  const places = new Map<string, RuleProblem[]>();
  for (const problem of problems) {
    if (problem.severity !== "error") continue;
    const key = `${problem.path}\n${problem.rule ?? ""}`;
    places.set(key, [...(places.get(key) ?? []), problem]);
  }
  return [...places.values()].map((all): HuntEntry => {
    const { path, rule } = all[0] ?? { path: "", rule: null };
    const id = rule ?? path;
    const record = { id, path, hash: sha256Hex(JSON.stringify(all)), name: id, document: { problems: all } };
    const run = { ...endedEarly("error", all.map(problemText).join("; "), 0), details: { problems: all } };
    return { record, rule: null, run };
  });
}

function problemText({ line, column, message }: RuleProblem): string {
  return line === 1 && column === 1 ? message : `line ${line}, column ${column}: ${message}`;
}
