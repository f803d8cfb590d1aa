import { errorMessage } from "../base/errors.ts";
import { sha256Hex } from "../base/sha256.ts";
import type { FieldType } from "../ecs/field-type.ts";
import type { Plan } from "../plan/plan.ts";
import type { TimeWindow } from "../sql/compile-stage.ts";
import { describeNeed, missingNeeds, type Need } from "./blind.ts";
import type { Engine } from "./engine.ts";
import { appliedExceptions, markHidden, withoutExcepted } from "./hide-matches.ts";
import { markOutside } from "./match-index.ts";
import { fieldsOfQuery } from "./prepare-query.ts";
import { groupFields, prepareRule } from "./prepare-rule.ts";
import { type GroupedEnd, newTermGroups, thresholdGroups } from "./rule-groups.ts";
import {
  completeRun,
  type RuleEnd,
  type RuleMatch,
  type RuleRun,
  type RuleTask,
  type TaskOptions,
} from "./rule-task.ts";
import { kindContext } from "./telemetry-kinds.ts";

/** Runs one rule. Never throws: a bug of ours is an `error` of this rule, and the others go on. */
export function runRule(engine: Engine, task: RuleTask, options: TaskOptions): RuleRun {
  const start = performance.now();
  const end = ((): RuleEnd => {
    try {
      return attempt(engine, task, options);
    } catch (error) {
      return { outcome: "error", reason: errorMessage(error) };
    }
  })();
  return completeRun(end, performance.now() - start);
}

function attempt(engine: Engine, task: RuleTask, options: TaskOptions): RuleEnd {
  const prepared = prepareRule(task, engine.evidence, options.respectIndex);
  if (!prepared.ok) return prepared.end;
  const needs = needsOf(engine, task, prepared.plan);
  const notApplied = task.exceptions.flatMap((each) => engine.exceptions.of(each).remark ?? []);
  const fields = fieldsOfTask(engine, task, prepared.fields);
  const types = typesFromData(engine, fields);
  const details = {
    ...(prepared.warnings.length > 0 ? { warnings: prepared.warnings } : {}),
    ...(notApplied.length > 0 ? { notApplied } : {}),
    ...(Object.keys(types).length > 0 ? { types } : {}),
  };
  if (needs.length > 0) {
    const reason = blindReason(needs, engine.evidence.totalEvents);
    return { outcome: "blind", reason, needs, details: { ...details, needs } };
  }
  const unfilled = engine.evidence.withoutStorage(fields);
  if (unfilled.length > 0) return { outcome: "error", reason: `no table was made for ${unfilled.join(", ")}` };
  const end = runExcepting(engine, task, prepared.plan, options);
  const { kept, cut, reason } = keepFirst(end.matches ?? [], options.maxFindings);
  const matches = options.respectIndex ? kept : markOutside(engine, task.index, kept);
  return { ...end, matches, cut, reason: reason ?? end.reason, details: { ...details, ...end.details } };
}

/** The first matches that are visible, and as many of the hidden ones, in their order. */
function keepFirst(
  matches: readonly RuleMatch[],
  limit: number,
): { kept: readonly RuleMatch[]; cut: number; reason: string | null } {
  if (limit === 0 || matches.length <= limit) return { kept: matches, cut: 0, reason: null };
  const left = { visible: limit, hidden: limit };
  const kept = matches.filter(({ suppressedBy }) => left[suppressedBy === undefined ? "visible" : "hidden"]-- > 0);
  const cut = matches.length - kept.length;
  if (cut === 0) return { kept: matches, cut, reason: null };
  const count = (n: number): string => n.toLocaleString("en");
  const reason = `the first ${count(kept.length)} of ${count(matches.length)} matches are kept; --max-findings 0 keeps all`;
  return { kept, cut, reason };
}

/** A rule with exceptions is run over all events and over those that no exception takes away. */
function runExcepting(engine: Engine, task: RuleTask, plan: Plan, options: TaskOptions): RuleEnd {
  const found = runPlan(engine, task, plan, options);
  const exceptions = found.matches?.length === 0 ? [] : appliedExceptions(engine, task.exceptions);
  if (exceptions.length === 0) return found;
  const left = runPlan(engine, task, withoutExcepted(plan, exceptions), options);
  return { ...found, matches: markHidden(engine, exceptions, found.matches ?? [], left.matches ?? []) };
}

function runPlan(engine: Engine, task: RuleTask, plan: Plan, options: TaskOptions): RuleEnd {
  const { type, threshold, newTerms } = task;
  if (type === "new_terms" && newTerms !== null) {
    return endOfGroups(newTermGroups(engine, newTerms, plan, options), newTerms.fields);
  }
  if (type === "threshold" && threshold !== null) {
    return endOfGroups(thresholdGroups(engine, threshold, plan, windowOf(options)), threshold.fields);
  }
  const { statement, matches, method } = engine.run(plan, { window: windowOf(options) });
  return {
    sqlHash: statement === null ? null : sha256Hex(statement.sql),
    details: { method },
    keyFields: keyFieldsOf(plan),
    ...{ matches, outcome: matches.length > 0 ? "hit" : "none", reason: null },
  };
}

/** A hunt's window is open at its end; that of a statement is not. */
function windowOf({ from, to }: TaskOptions): TimeWindow {
  return { from, to: to === null ? null : to - 1n };
}

function endOfGroups({ statement, ...end }: GroupedEnd, keyFields: readonly string[]): RuleEnd {
  const sqlHash = statement === null ? null : sha256Hex(statement.sql);
  return { ...end, keyFields, sqlHash, details: { method: statement === null ? "none" : "groups" } };
}

/** The fields of a rule and of its exceptions. */
export function fieldsOfTask(engine: Engine, task: RuleTask, fields: ReadonlySet<string>): Set<string> {
  const conditions = task.exceptions.map((exception) => engine.exceptions.of(exception).condition);
  const all = conditions.flatMap((condition) => (condition === null ? [] : [...fieldsOfQuery(condition)]));
  return new Set([...fields, ...all]);
}

/** The types that fields have because of the values they had so far: a later load may change them. */
function typesFromData(engine: Engine, paths: ReadonlySet<string>): Record<string, FieldType> {
  const fields = [...paths].sort().flatMap((path) => engine.evidence.field(path) ?? []);
  const fromData = fields.filter(({ typedBy, type }) => typedBy === "data" && type !== "keyword");
  return Object.fromEntries(fromData.map(({ path, type }) => [path, type]));
}

/** What a rule needs and the evidence has in 0 events. */
export function needsOf(engine: Engine, task: RuleTask, plan: Plan): Need[] {
  const context = kindContext(engine, task.eventCategoryOverride);
  const needs = missingNeeds(plan, context);
  const absent = groupFields(task).filter((path) => !context.hasField(path));
  return [...needs, ...absent.map((field) => ({ field, values: null }))];
}

/** The sentence of the ledger: what is in none of the events. */
function blindReason(needs: readonly Need[], events: number): string {
  return `in 0 of ${events} events: ${[...new Set(needs.map(describeNeed))].join(", ")}`;
}

/** Fields of the join keys as the first positive stage names them. */
export function keyFieldsOf(plan: Plan): string[] {
  switch (plan.kind) {
    case "event":
      return [];
    case "sequence":
      return plan.stages.find((stage) => !stage.missing)?.plan.keys.map((key) => key.field.path) ?? [];
    case "sample":
      return plan.stages[0]?.keys.map((key) => key.field.path) ?? [];
  }
}
