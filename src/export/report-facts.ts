/** What a report tells of a case, as plain data: made once, in two passes over the findings that keep none of them. */
import { SEVERITIES, type Rule, type Severity } from "../rules/rule.ts";
import type { StoredFinding } from "../store/finding-rows.ts";
import { huntTotals, readHunts, readLedger, type HuntRow, type LedgerEntry } from "../store/hunts.ts";
import { readTelemetry, type Telemetry } from "../store/telemetry.ts";
import type { CaseBook } from "../triage/case-book.ts";
import { toFindingRow } from "../triage/finding-row.ts";
import { byFirstEvent, type IncidentSummary, summariseIncident } from "../triage/incidents.ts";
import { listExceptions } from "../triage/list-exceptions.ts";
import { attackOf } from "../triage/rule-view.ts";
import { findingRows, type FindingSelection, storedFindings } from "../triage/select-findings.ts";
import {
  type ExceptionView,
  type FindingRow,
  type Outcome,
  OUTCOMES,
  type Verdict,
  VERDICTS,
} from "../triage/types.ts";
import { foundByReader } from "./exported-finding.ts";
import type { ExportHeader } from "./export-header.ts";
import { Best, FindingChoice } from "./report-choice.ts";
import type { TimelineChart } from "./report-model.ts";
import { timelineChart, UNKNOWN_HOST } from "./timeline-chart.ts";

export interface AttackRow {
  readonly tactic: string;
  /** `T1059 Command and Scripting Interpreter`; empty where rules name only the tactic. */
  readonly technique: string;
  readonly findings: number;
  /** Names, in order. */
  readonly rules: readonly string[];
}

/** A version of a rule with what it found, and with what SQL and program. */
export interface RuleFacts {
  readonly rule: Rule;
  readonly sqlHash: string | null;
  readonly toolVersion: string | null;
  readonly findings: number;
  readonly truePositives: number;
  readonly undetermined: number;
  readonly first: bigint | null;
  readonly last: bigint | null;
}

/** An incident with its findings in this report. */
export interface IncidentFacts extends IncidentSummary {
  readonly ids: readonly number[];
}

export interface ReportFacts {
  readonly header: ExportHeader;
  readonly verdicts: Readonly<Record<Verdict, number>>;
  readonly severities: Readonly<Record<Severity, number>>;
  /** Different hosts. */
  readonly hosts: number;
  /** Time of the first and of the last event; null where none is known. */
  readonly span: { readonly from: bigint; readonly to: bigint } | null;
  readonly chart: TimelineChart | null;
  /** The most severe first, then those that found most. */
  readonly rules: readonly RuleFacts[];
  /** Those of the highest score, in order of time. */
  readonly incidents: readonly IncidentFacts[];
  readonly allIncidents: number;
  readonly attack: readonly AttackRow[];
  /** Findings told in full, and those of one line each, in their order; the rest is only counted. */
  readonly inFull: readonly number[];
  readonly inLines: readonly number[];
  readonly hunt: (HuntRow & { readonly outcomes: Readonly<Record<Outcome, number>> }) | null;
  /** Rules of the last hunt that could not look, or failed: blind, unsupported, error, skipped. */
  readonly unanswered: readonly LedgerEntry[];
  /** Names of the rules of the last hunt that looked and found nothing. */
  readonly withoutHit: readonly string[];
  readonly telemetry: Telemetry;
  readonly exceptions: readonly ExceptionView[];
}

/** Incidents that are told, those of the highest score. */
const MAX_INCIDENTS = 100;

/** @param details findings told in full; 0: all */
export function reportFacts(
  book: CaseBook,
  selection: FindingSelection,
  header: ExportHeader,
  details: number,
): ReportFacts {
  const tally = new Tally(book, details);
  for (const stored of storedFindings(book, selection.ids)) tally.add(stored);
  const rules = tally.ruleFacts();
  const incidents = new Best<IncidentFacts>(MAX_INCIDENTS, (a, b) => b.score - a.score || byFirstEvent(a, b));
  for (const [id, ids] of tally.incidents) {
    incidents.add({ ...summariseIncident(id, findingRows(book, ids)), ids });
  }
  const hunt = readHunts(book.file)[0];
  const ledger = hunt === undefined ? [] : readLedger(book.file, hunt.id);
  return {
    header,
    verdicts: tally.verdicts,
    severities: tally.severities,
    hosts: [...tally.hosts.keys()].filter((host) => host !== UNKNOWN_HOST).length,
    span: tally.span,
    chart: timelineChart(findingRows(book, selection.ids), tally.hosts, tally.span),
    rules,
    incidents: incidents.list().sort(byFirstEvent),
    allIncidents: tally.incidents.size,
    attack: attackRows(rules),
    ...(details === 0 ? { inFull: selection.ids, inLines: [] } : tally.choice.end()),
    hunt: hunt === undefined ? null : { ...hunt, outcomes: huntTotals(book.file, hunt.id).outcomes },
    unanswered: ledger
      .filter(({ outcome }) => outcome !== "hit" && outcome !== "none")
      .sort((a, b) => OUTCOMES.indexOf(a.outcome) - OUTCOMES.indexOf(b.outcome)),
    withoutHit: ledger.flatMap(({ outcome, name }) => (outcome === "none" ? [name] : [])),
    telemetry: readTelemetry(book.file),
    exceptions: listExceptions(book.file, book.now()),
  };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Counts findings, one after the other. Of each it keeps its number. */
class Tally {
  readonly verdicts = zero(VERDICTS);
  readonly severities = zero(SEVERITIES);
  /** Findings per host. */
  readonly hosts = new Map<string, number>();
  readonly incidents = new Map<number, number[]>();
  readonly choice: FindingChoice;
  span: ReportFacts["span"] = null;
  readonly #book: CaseBook;
  readonly #rules = new Map<string, Mutable<RuleFacts>>();

  constructor(book: CaseBook, details: number) {
    this.#book = book;
    this.choice = new FindingChoice(details);
  }

  add(stored: StoredFinding): void {
    const row = toFindingRow(stored, this.#book.rule(stored.rule));
    this.verdicts[row.verdict] += 1;
    this.severities[row.severity] += 1;
    const host = row.host ?? UNKNOWN_HOST;
    this.hosts.set(host, (this.hosts.get(host) ?? 0) + 1);
    if (row.time !== null) this.span = wider(this.span, row.time, row.endTime ?? row.time);
    this.choice.add(row);
    this.#addRule(stored, row);
    if (row.incident === null) return;
    const ids = this.incidents.get(row.incident);
    if (ids === undefined) this.incidents.set(row.incident, [row.id]);
    else ids.push(row.id);
  }

  #addRule(stored: StoredFinding, row: FindingRow): void {
    const key = `${stored.rule} ${stored.lastHunt}`;
    let facts = this.#rules.get(key);
    if (facts === undefined) {
      const none = { findings: 0, truePositives: 0, undetermined: 0, first: null, last: null };
      facts = { rule: this.#book.rule(stored.rule), ...foundByReader(this.#book)(stored), ...none };
      this.#rules.set(key, facts);
    }
    facts.findings += 1;
    if (row.verdict === "true_positive") facts.truePositives += 1;
    if (row.verdict === "undetermined") facts.undetermined += 1;
    if (row.time === null) return;
    facts.first ??= row.time;
    const end = row.endTime ?? row.time;
    if (facts.last === null || end > facts.last) facts.last = end;
  }

  ruleFacts(): RuleFacts[] {
    const rank = ({ rule }: RuleFacts): number => SEVERITIES.indexOf(rule.severity);
    return [...this.#rules.values()].sort(
      (a, b) =>
        rank(b) - rank(a) ||
        b.findings - a.findings ||
        (a.rule.name < b.rule.name ? -1 : Number(a.rule.name > b.rule.name)),
    );
  }
}

function wider(span: ReportFacts["span"], from: bigint, to: bigint): ReportFacts["span"] {
  if (span === null) return { from, to };
  return { from: from < span.from ? from : span.from, to: to > span.to ? to : span.to };
}

function zero<T extends string>(names: readonly T[]): Record<T, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<T, number>;
}

function attackRows(rules: readonly RuleFacts[]): AttackRow[] {
  const entries = new Map<string, { tactic: string; technique: string; findings: number; rules: Set<string> }>();
  for (const { rule, findings } of rules) {
    for (const ref of attackOf(rule)) {
      const tactic = `${ref.tacticId} ${ref.tactic}`;
      const technique = ref.techniqueId === null ? "" : `${ref.techniqueId} ${ref.technique ?? ""}`;
      const key = `${tactic}\n${technique}`;
      const entry = entries.get(key) ?? { tactic, technique, findings: 0, rules: new Set<string>() };
      entry.findings += findings;
      entry.rules.add(rule.name);
      entries.set(key, entry);
    }
  }
  return [...entries]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, entry]) => ({ ...entry, rules: [...entry.rules].sort() }));
}
