import { errorMessage } from "../base/errors.ts";
import { sha256Hex } from "../base/sha256.ts";
import type { Diagnostic } from "../eql/diagnostics.ts";
import { positionOf } from "../eql/render-diagnostic.ts";
import type { Plan } from "../plan/plan.ts";
import type { TimeWindow } from "../sql/compile-stage.ts";
import type { Rule } from "../rules/rule.ts";
import type { RuleOutcome } from "../store/hunts.ts";
import { describeNeed, missingNeeds, type Need } from "./blind.ts";
import type { Engine } from "./engine.ts";
import type { EngineMatch } from "./engine-result.ts";
import { Evidence } from "./evidence.ts";
import { fieldsOfQuery, type PreparedQuery, prepareQuery } from "./prepare-query.ts";
import { kindContext } from "./telemetry-kinds.ts";

/** How one rule ended, as an engine process reports it: plain data. */
export interface RuleRun {
  readonly outcome: RuleOutcome;
  readonly reason: string | null;
  readonly matches: readonly EngineMatch[];
  /** Fields of the join keys, by position, as the first stage names them. */
  readonly keyFields: readonly string[];
  readonly ms: number;
  readonly sqlHash: string | null;
  /** What the evidence lacks for it. Empty unless the outcome is `blind`. */
  readonly needs: readonly Need[];
  readonly details: Readonly<Record<string, unknown>>;
}

/** What a run needs of a rule: little enough to be sent to another process. */
export interface RuleTask {
  readonly type: Rule["type"];
  readonly language: Rule["language"];
  readonly query: string | null;
  readonly eventCategoryOverride: string | null;
}

export function toTask(rule: Rule): RuleTask {
  const { type, language, query, eventCategoryOverride } = rule;
  return { type, language, query, eventCategoryOverride };
}

/** A run that did not come to its end. */
export function endedEarly(outcome: "error" | "skipped", reason: string, ms: number): RuleRun {
  return { outcome, reason, matches: [], keyFields: [], ms, sqlHash: null, needs: [], details: {} };
}

/** Runs one rule. Never throws: a bug of ours is an `error` of this rule, and the others go on. */
export function runRule(engine: Engine, task: RuleTask, window: TimeWindow): RuleRun {
  const start = performance.now();
  const ended = (run: Pick<RuleRun, "outcome" | "reason"> & Partial<RuleRun>): RuleRun => ({
    matches: [],
    keyFields: [],
    sqlHash: null,
    needs: [],
    details: {},
    ...run,
    ms: performance.now() - start,
  });
  try {
    const refused = refuse(task);
    if (refused !== null) return ended({ outcome: "unsupported", reason: refused });
    const evidence =
      task.eventCategoryOverride === null
        ? engine.evidence
        : Evidence.withCategoryField(engine.evidence, task.eventCategoryOverride);
    const prepared = prepareQuery(task.query ?? "", evidence);
    if (!prepared.ok) return ended(refusal(task.query ?? "", prepared.diagnostics));
    const unfilled = engine.evidence.withoutStorage(fieldsOfQuery(prepared.query));
    if (unfilled.length > 0) return ended({ outcome: "error", reason: `no table was made for ${unfilled.join(", ")}` });
    return ended(runPlan(engine, prepared, window));
  } catch (error) {
    return ended({ outcome: "error", reason: errorMessage(error) });
  }
}

function runPlan(
  engine: Engine,
  prepared: PreparedQuery & { ok: true },
  window: TimeWindow,
): Pick<RuleRun, "outcome" | "reason"> & Partial<RuleRun> {
  const warnings = prepared.diagnostics.map((diagnostic) => diagnostic.message);
  const needs = missingNeeds(prepared.plan, kindContext(engine));
  const details = { ...(warnings.length > 0 ? { warnings } : {}), ...(needs.length > 0 ? { needs } : {}) };
  if (needs.length > 0)
    return { outcome: "blind", reason: blindReason(needs, engine.evidence.totalEvents), needs, details };
  const result = engine.run(prepared.plan, { window });
  const { statement, matches } = result;
  return {
    outcome: matches.length > 0 ? "hit" : "none",
    reason: null,
    matches,
    keyFields: keyFieldsOf(prepared.plan),
    sqlHash: statement === null ? null : sha256Hex(statement.sql),
    details: { ...details, method: result.method },
  };
}

/** The sentence of the ledger: what is in none of the events. */
function blindReason(needs: readonly Need[], events: number): string {
  return `in 0 of ${events} events: ${needs.map(describeNeed).join(", ")}`;
}

const UNSUPPORTED: Partial<Record<Rule["type"], string>> = {
  esql: "ES|QL rules aggregate over an Elasticsearch index",
  machine_learning: "machine-learning rules need the anomaly results of an Elasticsearch job",
  threat_match: "indicator match rules need an index of threat indicators",
  unknown: "the type of this rule is not known",
};

function refuse(task: RuleTask): string | null {
  const reason = UNSUPPORTED[task.type];
  if (reason !== undefined) return reason;
  if (task.type !== "eql" || task.language !== "eql") return `rules of type ${task.type} are not run by this version`;
  return task.query === null ? "the rule has no query" : null;
}

function refusal(text: string, diagnostics: readonly Diagnostic[]): Pick<RuleRun, "outcome" | "reason" | "details"> {
  const worst = diagnostics.find((diagnostic) => diagnostic.severity === "error") ?? diagnostics[0];
  if (worst === undefined) return { outcome: "error", reason: "the query could not be read", details: {} };
  const { line, column } = positionOf(text, worst.span.start);
  return {
    outcome: worst.severity === "unsupported" ? "unsupported" : "error",
    reason: `line ${line}, column ${column}: ${worst.message}`,
    details: {
      diagnostics: diagnostics.map(({ code, message, span, hint }) => ({
        code,
        message,
        hint,
        ...positionOf(text, span.start),
      })),
    },
  };
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
