import { positionOf } from "../eql/render-diagnostic.ts";
import type { Span } from "../eql/ast.ts";
import type { RuleProblem } from "../rules/problem.ts";
import { ruleCondition, unsupportedReason } from "../rules/rule-condition.ts";
import type { Rule } from "../rules/rule.ts";
import type { Evidence } from "./evidence.ts";
import { kqlFields, prepareRule } from "./prepare-rule.ts";
import { prepareQuery } from "./prepare-query.ts";
import { toTask } from "./rule-task.ts";

/** A remark on a rule, placed in its file. */
export interface RuleDiagnostic {
  readonly severity: "error" | "unsupported" | "warning";
  readonly code: string;
  readonly message: string;
  /** 1-based. */
  readonly line: number;
  readonly column: number;
  readonly hint: string | null;
}

/** What there is to say of a rule, or of a place in a file from which no rule came. */
export interface CheckedRule {
  readonly path: string;
  readonly id: string | null;
  readonly name: string | null;
  readonly language: string | null;
  /** It can be run. */
  readonly ok: boolean;
  readonly diagnostics: readonly RuleDiagnostic[];
}

/**
 * Checks rules as far as it can be done without running them, in their order; then the files that could not be read.
 * @param inCase also tell of fields that no event of the evidence has
 */
export function checkRules(
  rules: readonly Rule[],
  problems: readonly RuleProblem[],
  evidence: Evidence,
  inCase: boolean,
): CheckedRule[] {
  const checked = rules.map((rule): CheckedRule => {
    const own = problems.filter(({ path, rule: id }) => path === rule.path && (id === null || id === rule.id));
    const diagnostics = [...own.map(ofProblem), ...checkRule(rule, evidence, inCase)];
    const { path, id, name } = rule;
    return { path, id, name, language: rule.language ?? rule.type, ok: isGood(diagnostics), diagnostics };
  });
  const told = new Set(rules.flatMap(({ path, id }) => [path, `${path}\n${id}`]));
  const places = new Map<string, RuleProblem[]>();
  for (const problem of problems) {
    const key = problem.rule === null ? problem.path : `${problem.path}\n${problem.rule}`;
    if (!told.has(key)) places.set(key, [...(places.get(key) ?? []), problem]);
  }
  const unread = [...places.values()].map((all): CheckedRule => {
    const diagnostics = all.map(ofProblem);
    const { path = "", rule = null } = all[0] ?? {};
    return { path, id: rule, name: null, language: null, ok: isGood(diagnostics), diagnostics };
  });
  return [...checked, ...unread];
}

function isGood(diagnostics: readonly RuleDiagnostic[]): boolean {
  return diagnostics.every(({ severity }) => severity === "warning");
}

function ofProblem({ severity, code, message, line, column, hint }: RuleProblem): RuleDiagnostic {
  return { severity, code, message, line, column, hint };
}

function checkRule(rule: Rule, evidence: Evidence, inCase: boolean): RuleDiagnostic[] {
  const start = rule.queryStart ?? { line: 1, column: 1 };
  const refused = unsupportedReason(rule);
  if (refused !== null) {
    return [{ severity: "unsupported", code: `unsupported-${rule.type}`, message: refused, ...start, hint: null }];
  }
  const task = toTask(rule);
  const said = remarks(rule, evidence).map(({ severity, code, message, hint, span }) => ({
    ...{ severity, code, message, hint },
    ...placeInFile(rule, span),
  }));
  const prepared = prepareRule(task, evidence, false);
  if (!prepared.ok) {
    if (!isGood(said)) return said;
    const message = prepared.end.reason ?? "the rule cannot be run";
    return [...said, { severity: "error", code: "rule-contradiction", message, ...start, hint: null }];
  }
  if (!inCase) return said;
  const absent = [...prepared.fields].filter((path) => !evidence.hasField(path)).sort();
  return [
    ...said,
    ...absent.map((path): RuleDiagnostic => {
      const message = `no event of the case has ${path}`;
      return { severity: "warning", code: "field-not-in-case", message, ...start, hint: null };
    }),
  ];
}

type Remark = Pick<RuleDiagnostic, "severity" | "code" | "message" | "hint"> & { readonly span: Span };

function remarks(rule: Rule, evidence: Evidence): readonly Remark[] {
  const ofQuery = rule.type === "eql" && rule.query !== null ? prepareQuery(rule.query, evidence).diagnostics : [];
  return [...ofQuery, ...ruleCondition(toTask(rule), kqlFields(evidence)).diagnostics];
}

/** A place in the query as a place in the file; the first line of a query may begin within a line of the file. */
function placeInFile({ query, queryStart }: Rule, span: Span): { line: number; column: number } {
  const { line, column } = positionOf(query ?? "", span.start);
  if (queryStart === null) return { line, column };
  return { line: queryStart.line + line - 1, column: line === 1 ? queryStart.column + column - 1 : column };
}
