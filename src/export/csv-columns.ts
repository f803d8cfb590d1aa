/** The columns of the CSV export: name, meaning, and the cell. Documented in docs/exports.md. */
import { isoTime } from "../base/time-text.ts";
import { evidenceFile, type ExportedEvent, type ExportedFinding } from "./exported-finding.ts";
import type { StepProgress } from "../triage/case-book.ts";
import { attackOf } from "../triage/rule-view.ts";

/** What a row tells of: the whole finding, or one of its events. */
export interface CsvRow {
  readonly finding: ExportedFinding;
  /** null: the row is the finding. */
  readonly event: ExportedEvent | null;
}

export interface CsvColumn {
  readonly name: string;
  readonly cell: (row: CsvRow) => string;
}

const column = (name: string, cell: (row: CsvRow) => string | number | null): CsvColumn => ({
  name,
  cell: (row) => String(cell(row) ?? ""),
});
const ofFinding = (name: string, cell: (finding: ExportedFinding) => string | number | null): CsvColumn =>
  column(name, ({ finding }) => cell(finding));

const LIST = "\n";

/** Columns of every row, in order. */
export const FINDING_COLUMNS: readonly CsvColumn[] = [
  ofFinding("finding", ({ row }) => row.id),
  ofFinding("rule", ({ row }) => row.ruleName),
  ofFinding("severity", ({ row }) => row.severity),
  ofFinding("risk_score", ({ row }) => row.riskScore),
  ofFinding("tactics", ({ rule }) => rule.threat.map(({ tactic }) => `${tactic.id} ${tactic.name}`).join(LIST)),
  ofFinding("techniques", (finding) =>
    attackOf(finding.rule)
      .flatMap((ref) => (ref.techniqueId === null ? [] : [`${ref.techniqueId} ${ref.technique ?? ""}`.trim()]))
      .join(LIST),
  ),
  ofFinding("time", ({ row }) => timeCell(row.time)),
  ofFinding("end_time", ({ row }) => timeCell(row.endTime)),
  ofFinding("events", ({ row }) => row.events),
  ofFinding("host", ({ row }) => row.host),
  ofFinding("container", ({ row }) => row.container),
  ofFinding("user", ({ row }) => row.user),
  ofFinding("process", ({ row }) => row.process),
  ofFinding("command_line", ({ row }) => row.commandLine),
  ofFinding("destination", ({ row }) => row.destination),
  ofFinding("verdict", ({ row }) => row.verdict),
  ofFinding("verdict_by", ({ row }) => row.verdictBy),
  ofFinding("verdict_at", ({ row }) => row.verdictAt),
  ofFinding("verdict_why", ({ row }) => row.verdictWhy),
  ofFinding("notes", ({ notes }) => notes.map((note) => `${note.at} ${note.analyst}: ${note.text}`).join(LIST)),
  ofFinding("steps_done", ({ steps, responses }) => [...steps, ...responses].flatMap(stepLine).join(LIST)),
  ofFinding("steps_open", ({ steps }) => steps.filter((step) => step.state === "open").length),
  ofFinding("incident", ({ row }) => row.incident),
  ofFinding("state", ({ row }) => row.state),
  ofFinding("marked", ({ row }) => (row.marked ? "yes" : "no")),
  ofFinding("suppressed_by", ({ row }) => row.suppressedBy),
];

/** Columns that say which event of the finding the row is; only with `--rows event`. */
export const EVENT_COLUMNS: readonly CsvColumn[] = [
  column("position", ({ event }) => event?.position ?? null),
  column("event_time", ({ event }) => timeCell(event?.event?.time ?? null)),
  column("missing", ({ event }) => (event === null ? "" : event.event === null ? "yes" : "no")),
];

/** Columns that cite the evidence and the rule: the last ones. */
export const PROOF_COLUMNS: readonly CsvColumn[] = [
  evidenceColumn("evidence_file", evidenceFile),
  evidenceColumn("evidence_sha256", (event) => event.sourceSha256 ?? ""),
  evidenceColumn("evidence_lines", (event) => String(event.line)),
  evidenceColumn("evidence_offsets", (event) => String(event.offset)),
  evidenceColumn("original_sha256", (event) => event.originalSha256 ?? ""),
  ofFinding("rule_id", ({ rule }) => rule.id),
  ofFinding("rule_sha256", ({ rule }) => rule.hash),
  ofFinding("rule_file", ({ rule }) => rule.path),
  ofFinding("rule_license", ({ rule }) => rule.license),
  ofFinding("sql_sha256", ({ sqlHash }) => sqlHash),
  ofFinding("tool_version", ({ toolVersion }) => toolVersion),
];

/**
 * A column of the values of an ECS field: of all events of the row, each once; `2.process.name` only those of the second
 * event of the match.
 */
export function fieldColumn(name: string): CsvColumn {
  const [, stage, path] = /^(?:([1-9]\d*)\.)?(.+)$/s.exec(name) ?? [];
  return column(name, (row) => {
    const events = eventsOf(row).filter(({ position }) => stage === undefined || position === Number(stage));
    return [...new Set(events.flatMap(({ event }) => event?.values.get(path ?? "") ?? []))].join(LIST);
  });
}

function eventsOf({ finding, event }: CsvRow): readonly ExportedEvent[] {
  return event === null ? finding.events : [event];
}

/** One line per event; a value that all events share stands once. */
function evidenceColumn(name: string, cell: (event: NonNullable<ExportedEvent["event"]>) => string): CsvColumn {
  return column(name, (row) => {
    const cells = eventsOf(row).flatMap(({ event }) => (event === null ? [] : [cell(event)]));
    return new Set(cells).size === 1 ? (cells[0] ?? "") : cells.join(LIST);
  });
}

function timeCell(time: bigint | null): string {
  return time === null ? "" : isoTime(time);
}

function stepLine(step: StepProgress): string[] {
  if (step.state === "open") return [];
  const by = step.analyst === null ? "" : ` (${step.analyst}, ${step.at ?? ""})`;
  const note = step.note === null ? "" : ` -- ${step.note}`;
  const list = step.list === "response" ? "response " : "";
  return [`${list}${step.number} ${step.state}${by}: ${step.text}${note}`];
}
