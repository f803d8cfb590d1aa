/** Events of findings for Timesketch, which wants `message`, `datetime` and `timestamp_desc`. */
import { stringify } from "csv-stringify/sync";
import { isoTime } from "../base/time-text.ts";
import { type ExportHeader, scopeText } from "./export-header.ts";
import { evidenceFile, type ExportedEvent, type ExportedFinding } from "./exported-finding.ts";
import { safeCellText } from "./spreadsheet-text.ts";

const COLUMNS = [
  "message",
  "datetime",
  "timestamp_desc",
  "rule",
  "severity",
  "verdict",
  "host",
  "container",
  "user",
  "process",
  "command_line",
  "destination",
  "finding",
  "position",
  "evidence_file",
  "evidence_sha256",
  "evidence_line",
  "evidence_offset",
  "original_sha256",
  "rule_id",
  "rule_sha256",
  "rule_file",
  "sql_sha256",
  "tool_version",
  "export",
] as const;

type TimesketchRow = Readonly<Record<(typeof COLUMNS)[number], string>>;

/** CSV, one row per event of a finding. Events without a time cannot stand on a timeline and are left out. */
export function* timesketchCsv(findings: Iterable<ExportedFinding>, header: ExportHeader): Generator<string> {
  const line = (cells: readonly string[]): string =>
    stringify([[...cells]], { record_delimiter: "windows", quoted_match: /[\r\n]/ });
  yield line(COLUMNS);
  for (const row of timesketchRows(findings, header)) yield line(COLUMNS.map((name) => safeCellText(row[name])));
}

/** The same as JSON, one object a line. */
export function* timesketchJsonl(findings: Iterable<ExportedFinding>, header: ExportHeader): Generator<string> {
  for (const row of timesketchRows(findings, header)) yield `${JSON.stringify(row)}\n`;
}

function* timesketchRows(findings: Iterable<ExportedFinding>, header: ExportHeader): Generator<TimesketchRow> {
  const scope = scopeText(header);
  for (const finding of findings) {
    for (const part of finding.events) {
      const time = part.event?.time ?? null;
      if (time !== null) yield { ...toRow(finding, part, isoTime(time)), export: scope };
    }
  }
}

function toRow(finding: ExportedFinding, part: ExportedEvent, datetime: string): Omit<TimesketchRow, "export"> {
  const { row, rule, sqlHash, toolVersion } = finding;
  const { position, event } = part;
  const value = (path: string): string => event?.values.get(path)?.join(" ") ?? "";
  const commandLine = value("process.command_line") || value("process.args");
  const address = value("destination.ip") || value("destination.domain") || value("dns.question.name");
  const what = [commandLine || value("process.name"), value("file.path"), address].filter((part) => part !== "");
  return {
    message: `${row.ruleName}: ${what.join(" -> ") || value("event.action") || "event"}`,
    datetime,
    timestamp_desc: "Event Logged",
    rule: row.ruleName,
    severity: row.severity,
    verdict: row.verdict,
    host: value("host.name") || (row.host ?? ""),
    container: value("container.name") || value("container.id"),
    user: value("user.name"),
    process: value("process.name"),
    command_line: commandLine,
    destination: address,
    finding: String(row.id),
    position: String(position),
    evidence_file: event === null ? "" : evidenceFile(event),
    evidence_sha256: event?.sourceSha256 ?? "",
    evidence_line: String(event?.line ?? ""),
    evidence_offset: String(event?.offset ?? ""),
    original_sha256: event?.originalSha256 ?? "",
    rule_id: rule.id,
    rule_sha256: rule.hash,
    rule_file: rule.path,
    sql_sha256: sqlHash ?? "",
    tool_version: toolVersion ?? "",
  };
}
