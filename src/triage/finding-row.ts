import type { Rule } from "../rules/rule.ts";
import type { StoredFinding } from "../store/finding-rows.ts";
import type { FindingSummary } from "../store/summary.ts";
import { tacticsOf } from "./rule-view.ts";
import type { FindingRow, Verdict } from "./types.ts";

/** A stored finding as a line of the list. */
export function toFindingRow(stored: StoredFinding, rule: Rule): FindingRow {
  const summary = JSON.parse(stored.summary) as FindingSummary;
  return {
    id: stored.id,
    ruleId: rule.id,
    ruleName: rule.name,
    severity: rule.severity,
    riskScore: rule.riskScore,
    tactics: tacticsOf(rule),
    time: stored.time,
    endTime: stored.endTime,
    events: stored.total,
    host: summary.host,
    container: summary.container,
    user: summary.user,
    process: summary.process,
    commandLine: summary.commandLine,
    destination: summary.destination,
    entity: summary.entity,
    incident: stored.incident,
    state: stored.state,
    verdict: stored.verdict as Verdict,
    verdictBy: stored.verdictBy,
    verdictAt: stored.verdictAt,
    verdictWhy: stored.verdictWhy,
    marked: stored.marked,
    suppressedBy: stored.suppressedBy,
    outsideIndex: stored.outsideIndex,
    notes: stored.notes,
    stepsDone: stored.stepsDone,
    steps: rule.guide.triage.length,
  };
}
