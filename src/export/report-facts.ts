/** What a report tells, before it has a form: shared by the Markdown and the HTML report. */
import { readExceptions } from "../store/exceptions.ts";
import { huntTotals, readHunts, readLedger, type HuntRow, type LedgerEntry } from "../store/hunts.ts";
import { readTelemetry, type Telemetry } from "../store/telemetry.ts";
import { counted } from "../base/counted.ts";
import { isoTime, spanText } from "../base/time-text.ts";
import type { CaseBook } from "../triage/case-book.ts";
import { type Incident, toIncidents } from "../triage/incidents.ts";
import { attackOf } from "../triage/rule-view.ts";
import { SEVERITIES, type Severity } from "../rules/rule.ts";
import { type FindingRow, type Outcome, OUTCOMES, type Verdict, VERDICTS } from "../triage/types.ts";
import type { ExportedEvent } from "./exported-finding.ts";
import type { ExportHeader } from "./export-header.ts";

export interface AttackRow {
  readonly tactic: string;
  /** `T1059 Command and Scripting Interpreter`; empty where rules name only the tactic. */
  readonly technique: string;
  readonly findings: number;
  readonly rules: readonly string[];
}

export interface ReportFacts {
  readonly header: ExportHeader;
  readonly rows: readonly FindingRow[];
  readonly verdicts: Readonly<Record<Verdict, number>>;
  readonly severities: Readonly<Record<Severity, number>>;
  readonly incidents: readonly Incident[];
  readonly attack: readonly AttackRow[];
  readonly hunt: (HuntRow & { readonly outcomes: Readonly<Record<Outcome, number>> }) | null;
  /** Rules of the last hunt that could not look, or failed: blind, unsupported, error, skipped. */
  readonly unanswered: readonly LedgerEntry[];
  readonly telemetry: Telemetry;
  readonly exceptions: readonly {
    readonly name: string;
    readonly hides: number;
    readonly analyst: string;
    readonly at: string;
  }[];
}

export function reportFacts(book: CaseBook, rows: readonly FindingRow[], header: ExportHeader): ReportFacts {
  const hunt = readHunts(book.file)[0];
  const ledger = hunt === undefined ? [] : readLedger(book.file, hunt.id);
  return {
    header,
    rows,
    verdicts: count(
      VERDICTS,
      rows.map((row) => row.verdict),
    ),
    severities: count(
      SEVERITIES,
      rows.map((row) => row.severity),
    ),
    incidents: toIncidents(rows),
    attack: attackRows(book, rows),
    hunt: hunt === undefined ? null : { ...hunt, outcomes: huntTotals(book.file, hunt.id).outcomes },
    unanswered: ledger
      .filter(({ outcome }) => outcome !== "hit" && outcome !== "none")
      .sort((a, b) => OUTCOMES.indexOf(a.outcome) - OUTCOMES.indexOf(b.outcome)),
    telemetry: readTelemetry(book.file),
    exceptions: readExceptions(book.file),
  };
}

/** The report in a few sentences, for who reads no further. */
export function summaryText({ rows, verdicts, incidents, hunt, unanswered }: ReportFacts): string {
  const rules = new Set(rows.map(({ ruleId }) => ruleId)).size;
  const hosts = new Set(rows.flatMap(({ host }) => (host === null ? [] : [host]))).size;
  const times = rows.flatMap(({ time, endTime }) => (time === null ? [] : [time, endTime ?? time]));
  const [first, last] = [times.reduce(min, times[0] ?? 0n), times.reduce(max, times[0] ?? 0n)];
  const found =
    rows.length === 0
      ? "No findings."
      : `${counted(rows.length, "finding")} of ${counted(rules, "rule")} in ${counted(incidents.length, "incident")} on ${counted(hosts, "host")}` +
        `${times.length === 0 ? "" : `, from ${isoTime(first)} to ${isoTime(last)}`}: ${verdicts.true_positive} judged true positive, ${verdicts.undetermined} not judged yet.`;
  const looked =
    hunt === null
      ? "The case was not hunted."
      : unanswered.length === 0
        ? "Every rule of the last hunt could be answered."
        : `${counted(unanswered.length, "rule")} of the last hunt could not be answered.`;
  return `${found} ${looked}`;
}

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** Titles of `telemetryRows`. */
export const TELEMETRY_TITLES = ["host", "events", "first", "last", "longest silences", "event.sequence missing"];

/** A row of texts for each host: what was recorded of it, and where nothing was. */
export function telemetryRows({ telemetry }: ReportFacts): string[][] {
  return telemetry.hosts.map(({ host, events, first, last, silences, sequence }) => [
    host ?? "(none)",
    String(events),
    first === null ? "unknown" : isoTime(first),
    last === null ? "unknown" : isoTime(last),
    silences.length === 0
      ? "none"
      : silences.map(({ from, to }) => `${spanText(to - from)} from ${isoTime(from)}`).join("; "),
    sequence === null ? "not numbered" : `${sequence.missing} of ${sequence.last - sequence.first + 1n}`,
  ]);
}

function count<T extends string>(names: readonly T[], items: readonly T[]): Record<T, number> {
  const counts = Object.fromEntries(names.map((name) => [name, 0])) as Record<T, number>;
  for (const item of items) counts[item] += 1;
  return counts;
}

function attackRows(book: CaseBook, rows: readonly FindingRow[]): AttackRow[] {
  const entries = new Map<string, { tactic: string; technique: string; findings: number; rules: Set<string> }>();
  for (const row of rows) {
    for (const ref of attackOf(book.ruleOf(row.id))) {
      const tactic = `${ref.tacticId} ${ref.tactic}`;
      const technique = ref.techniqueId === null ? "" : `${ref.techniqueId} ${ref.technique ?? ""}`;
      const key = `${tactic}\n${technique}`;
      const entry = entries.get(key) ?? { tactic, technique, findings: 0, rules: new Set<string>() };
      entry.findings += 1;
      entry.rules.add(row.ruleName);
      entries.set(key, entry);
    }
  }
  return [...entries]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, entry]) => ({ ...entry, rules: [...entry.rules].sort() }));
}

/** Fields that tell most of an event, in the order in which a report shows them. */
const TELLING_FIELDS = [
  "event.action",
  "event.type",
  "process.name",
  "process.command_line",
  "process.args",
  "process.executable",
  "process.parent.name",
  "process.parent.command_line",
  "user.name",
  "container.name",
  "container.image.name",
  "file.path",
  "destination.ip",
  "destination.port",
  "destination.domain",
  "dns.question.name",
  "registry.path",
  "source.ip",
] as const;

/** The values of an event that a report shows: those that made it match where known, then the telling ones. */
export function shownValues({ event, matched }: ExportedEvent): { field: string; value: string; matched: boolean }[] {
  if (event === null) return [];
  const held = new Set(matched.flatMap(({ field }) => (field === null ? [] : [field])));
  const fields = [...held, ...TELLING_FIELDS.filter((field) => !held.has(field))];
  return fields.flatMap((field) => {
    const values = event.values.get(field);
    return values === undefined ? [] : [{ field, value: values.join(" "), matched: held.has(field) }];
  });
}

/** What a report says of a verdict. */
export const VERDICT_TEXT: Readonly<Record<Verdict, string>> = {
  undetermined: "undetermined",
  true_positive: "true positive",
  false_positive: "false positive",
  benign_positive: "benign positive",
  duplicate: "duplicate",
};
