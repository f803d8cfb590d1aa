import { catalogueField } from "../ecs/catalogue.ts";
import type { Expression } from "../eql/ast.ts";
import type { Diagnostic } from "../eql/diagnostics.ts";
import { foldQuery } from "../eql/fold-constants.ts";
import { positionOf } from "../eql/render-diagnostic.ts";
import type { KqlDiagnostic } from "../kql/diagnostics.ts";
import type { KqlFields } from "../kql/fields.ts";
import type { Condition, Plan } from "../plan/plan.ts";
import { planQuery, planStage } from "../plan/plan-query.ts";
import { ruleCondition, unsupportedReason } from "../rules/rule-condition.ts";
import { Evidence } from "./evidence.ts";
import { indexCondition } from "./index-patterns.ts";
import { eventQueryOf, fieldsOfQuery, prepareQuery } from "./prepare-query.ts";
import { restrictPlan } from "./restrict-plan.ts";
import type { RuleEnd, RuleTask } from "./rule-task.ts";

/** A rule that can run, or how it ends without running. */
export type PreparedRule =
  | {
      readonly ok: true;
      readonly plan: Plan;
      /** Every field it reads, those of its groups included. */
      readonly fields: ReadonlySet<string>;
      readonly warnings: readonly string[];
    }
  | { readonly ok: false; readonly end: RuleEnd };

/** A rule as a plan over the evidence: its query, its filters and, when they are respected, its index patterns. */
export function prepareRule(task: RuleTask, evidence: Evidence, respectIndex: boolean): PreparedRule {
  const unsupported = unsupportedReason(task);
  if (unsupported !== null) return { ok: false, end: { outcome: "unsupported", reason: unsupported } };
  const wrong = contradiction(task);
  if (wrong !== null) return { ok: false, end: { outcome: "error", reason: wrong } };
  const own =
    task.eventCategoryOverride === null ? evidence : Evidence.withCategoryField(evidence, task.eventCategoryOverride);
  const prepared = task.type === "eql" ? prepareEql(task, own) : prepareKql(task, own);
  if (!prepared.ok) return prepared;
  const fields = new Set([...prepared.fields, ...groupFields(task)]);
  const index = respectIndex ? indexCondition(task.index, own) : null;
  if (index === null) return { ...prepared, fields };
  return { ...prepared, fields, plan: restrictPlan(prepared.plan, planExpression(index, own)) };
}

/** Fields whose values make the groups of a threshold or new-terms rule, and those it counts. */
export function groupFields({ type, threshold, newTerms }: RuleTask): string[] {
  if (type === "new_terms") return [...(newTerms?.fields ?? [])];
  if (type !== "threshold" || threshold === null) return [];
  return [...threshold.fields, ...threshold.cardinality.map(({ field }) => field)];
}

/** The fields of the evidence as KQL, filters and exceptions see them. */
export function kqlFields(evidence: Evidence): KqlFields {
  return {
    typeOf: (path) => {
      if (path === "@timestamp") return "date";
      return evidence.field(path)?.type ?? catalogueField(path)?.type ?? null;
    },
    names: () => [...evidence.fields()].map((field) => field.path),
  };
}

function contradiction({ type, language, query, threshold, newTerms }: RuleTask): string | null {
  if (type === "eql" && query === null) return "the rule has no query";
  if (type === "eql" && language !== "eql") return `a rule of type eql is not written in ${language ?? "no language"}`;
  if (type !== "eql" && (language === "eql" || language === "esql")) {
    return `a rule of type ${type} is not written in ${language}`;
  }
  if (type === "threshold" && threshold === null) return "the rule has no threshold";
  if (type === "new_terms" && newTerms === null) return "the rule does not say which terms are new";
  return null;
}

function prepareEql(task: RuleTask, evidence: Evidence): PreparedRule {
  const text = task.query ?? "";
  const prepared = prepareQuery(text, evidence);
  if (!prepared.ok) return { ok: false, end: refusal(text, prepared.diagnostics) };
  const warnings = prepared.diagnostics.map(({ message }) => message);
  const fields = fieldsOfQuery(prepared.query).add(evidence.categoryField);
  if (task.filters.length === 0) return { ok: true, plan: prepared.plan, fields, warnings };
  const filters = ruleCondition(task, kqlFields(evidence));
  if (filters.condition === null) return { ok: false, end: refusal("", filters.diagnostics) };
  for (const path of fieldsOfQuery(filters.condition)) fields.add(path);
  const plan = restrictPlan(prepared.plan, planExpression(filters.condition, evidence));
  return { ok: true, plan, fields, warnings: [...warnings, ...filters.diagnostics.map(({ message }) => message)] };
}

function prepareKql(task: RuleTask, evidence: Evidence): PreparedRule {
  const { condition, diagnostics } = ruleCondition(task, kqlFields(evidence));
  if (condition === null) return { ok: false, end: refusal(task.query ?? "", diagnostics) };
  const plan = planQuery(foldQuery(eventQueryOf(condition)), evidence);
  return { ok: true, plan, fields: fieldsOfQuery(condition), warnings: diagnostics.map(({ message }) => message) };
}

function planExpression(condition: Expression, evidence: Evidence): Condition {
  const { base } = foldQuery(eventQueryOf(condition));
  return base.kind === "eventQuery" ? planStage(base, [], evidence).condition : { kind: "constant", value: false };
}

function refusal(text: string, diagnostics: readonly (Diagnostic | KqlDiagnostic)[]): RuleEnd {
  const worst =
    diagnostics.find(({ severity }) => severity === "error") ??
    diagnostics.find(({ severity }) => severity === "unsupported");
  if (worst === undefined) return { outcome: "error", reason: "the query could not be read" };
  const { line, column } = positionOf(text, worst.span.start);
  return {
    outcome: worst.severity === "unsupported" ? "unsupported" : "error",
    reason: text === "" ? worst.message : `line ${line}, column ${column}: ${worst.message}`,
    details: {
      diagnostics: diagnostics.map(({ code, message, span, hint }) => ({
        ...{ code, message, hint },
        ...positionOf(text, span.start),
      })),
    },
  };
}
