/** A finding as an alert document in the shape of Elastic's detection alerts. Schema: docs/schemas/alert.schema.json. */
import { parseExactJson } from "../base/exact-json.ts";
import { VERSION } from "../base/version.ts";
import { isoTime } from "../base/time-text.ts";
import type { Threat } from "../rules/rule.ts";
import type { StepProgress } from "../triage/case-book.ts";
import type { Verdict } from "../triage/types.ts";
import type { ExportedEvent, ExportedFinding } from "./exported-finding.ts";

/** Kibana's state of an alert, from the verdict: what has one is closed. */
function workflowStatus(verdict: Verdict): "open" | "closed" {
  return verdict === "undetermined" ? "open" : "closed";
}

/**
 * The alert of a finding: `kibana.alert.*` under their dotted names, ECS nested, our own under `eqlite`.
 * @param scope which findings the export has
 */
export function toAlert(finding: ExportedFinding, scope: string): Record<string, unknown> {
  const { row, stored, rule } = finding;
  const time = row.time === null ? {} : { "@timestamp": isoTime(row.time) };
  return {
    ...time,
    event: { kind: "signal" },
    ...summaryFields(finding),
    "kibana.alert.uuid": stored.key,
    "kibana.alert.status": row.state === "gone" ? "recovered" : "active",
    "kibana.alert.workflow_status": workflowStatus(row.verdict),
    "kibana.alert.severity": row.severity,
    "kibana.alert.risk_score": row.riskScore,
    "kibana.alert.reason": reasonText(finding),
    "kibana.alert.depth": 1,
    ...(row.time === null
      ? {}
      : { "kibana.alert.original_time": isoTime(row.time), "kibana.alert.start": isoTime(row.time) }),
    ...(row.endTime === null ? {} : { "kibana.alert.end": isoTime(row.endTime) }),
    "kibana.alert.ancestors": finding.events.flatMap(({ event }) =>
      event === null ? [] : [{ id: String(event.event), type: "event", index: event.sourcePath, depth: 0 }],
    ),
    "kibana.alert.rule.rule_id": rule.id,
    "kibana.alert.rule.name": rule.name,
    "kibana.alert.rule.description": rule.description,
    "kibana.alert.rule.type": rule.type,
    "kibana.alert.rule.severity": rule.severity,
    "kibana.alert.rule.risk_score": rule.riskScore,
    "kibana.alert.rule.author": rule.author,
    "kibana.alert.rule.license": rule.license,
    "kibana.alert.rule.version": rule.version,
    "kibana.alert.rule.tags": rule.tags,
    "kibana.alert.rule.references": rule.references,
    "kibana.alert.rule.false_positives": rule.falsePositives,
    "kibana.alert.rule.threat": rule.threat.map(toKibanaThreat),
    "kibana.alert.rule.parameters": { language: rule.language, query: rule.query, index: rule.index },
    eqlite: { ...eqliteFields(finding), export: scope },
  };
}

function eqliteFields(finding: ExportedFinding): Record<string, unknown> {
  const { row, rule } = finding;
  return {
    finding: row.id,
    state: row.state,
    incident: row.incident,
    marked: row.marked,
    suppressed_by: row.suppressedBy,
    outside_index: row.outsideIndex,
    verdict: { value: row.verdict, by: row.verdictBy, at: row.verdictAt, why: row.verdictWhy },
    notes: finding.notes.map(({ text, analyst, at }) => ({ text, analyst, at })),
    steps: finding.steps.map(toStep),
    responses: finding.responses.map(toStep),
    join_keys: finding.joinKeys,
    event_count: row.events,
    events: finding.events.map(toEvent),
    rule: { path: rule.path, sha256: rule.hash, upstream: rule.upstream },
    sql_sha256: finding.sqlHash,
    tool_version: finding.toolVersion ?? VERSION,
  };
}

function toStep({ number, text, state, note, analyst, at }: StepProgress): Record<string, unknown> {
  return { number, text, state, note, analyst, at };
}

function toEvent({ position, event, matched }: ExportedEvent): Record<string, unknown> {
  if (event === null) return { position, missing: true };
  return {
    position,
    missing: false,
    id: event.event,
    source: event.sourcePath,
    source_sha256: event.sourceSha256,
    ...(event.memberPath === "" ? {} : { member: event.memberPath, member_sha256: event.memberSha256 }),
    line: event.line,
    offset: event.offset,
    original_sha256: event.originalSha256,
    ...(event.withheld ? { withheld: true } : {}),
    matched,
    ...(event.original === null ? {} : { original: event.original }),
    document: documentOf(event.json),
  };
}

/** The document with its numbers as they were written; print it with `exactJsonText`. */
function documentOf(json: string): unknown {
  const parsed = parseExactJson(json);
  return parsed.ok ? parsed.value : null;
}

function summaryFields({ row }: ExportedFinding): Record<string, unknown> {
  const named = (name: string, value: string | null): Record<string, unknown> =>
    value === null ? {} : { [name]: { name: value } };
  const process = {
    ...(row.process === null ? {} : { name: row.process }),
    ...(row.commandLine === null ? {} : { command_line: row.commandLine }),
    ...(row.entity === null ? {} : { entity_id: row.entity }),
  };
  return {
    ...named("host", row.host),
    ...named("container", row.container),
    ...named("user", row.user),
    ...(Object.keys(process).length === 0 ? {} : { process }),
    ...(row.destination === null ? {} : { destination: { address: row.destination } }),
  };
}

/** One sentence that says what happened, for lists. */
export function reasonText({ row }: ExportedFinding): string {
  const parts = [
    row.process === null ? null : `process ${row.process}`,
    row.destination === null ? null : `destination ${row.destination}`,
    row.user === null ? null : `by ${row.user}`,
    row.host === null ? null : `on ${row.host}`,
    row.container === null ? null : `in container ${row.container}`,
  ].filter((part) => part !== null);
  const events = row.events === 1 ? "event" : `${row.events} events`;
  return `${events}${parts.length === 0 ? "" : ` with ${parts.join(", ")}`} created ${row.severity} alert ${row.ruleName}.`;
}

function toKibanaThreat({ framework, tactic, techniques }: Threat): Record<string, unknown> {
  return {
    framework,
    tactic,
    technique: techniques.map(({ id, name, reference, subtechniques }) => ({
      id,
      name,
      reference,
      subtechnique: subtechniques,
    })),
  };
}
