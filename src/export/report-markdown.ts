/** The report as Markdown. */
import { isoTime } from "../base/time-text.ts";
import type { StepProgress } from "../triage/case-book.ts";
import { SEVERITIES } from "../rules/rule.ts";
import { OUTCOMES, VERDICTS } from "../triage/types.ts";
import type { ExportedEvent, ExportedFinding } from "./exported-finding.ts";
import { mermaidText, toGraph } from "./graph.ts";
import { markdownBlock as block, markdownCode as code, markdownLines, markdownText as text } from "./markdown-text.ts";
import {
  type ReportFacts,
  shownValues,
  summaryText,
  TELEMETRY_TITLES,
  telemetryRows,
  VERDICT_TEXT,
} from "./report-facts.ts";

/** The report in pieces. `findings` is walked once, `ofIncident` once per incident. */
export function* markdownReport(
  facts: ReportFacts,
  findings: Iterable<ExportedFinding>,
  ofIncident: (incident: number) => Iterable<ExportedFinding>,
): Generator<string> {
  yield heading(facts);
  yield incidents(facts);
  for (const incident of facts.incidents) {
    const graph = toGraph(ofIncident(incident.id));
    if (graph.edges.length === 0 || graph.nodes.length > MAX_NODES) continue;
    yield `### Processes of incident ${incident.id}\n\n\`\`\`mermaid\n${mermaidText(graph)}\`\`\`\n\n`;
  }
  yield attack(facts);
  yield "## Findings\n\n";
  if (facts.rows.length === 0) yield "None.\n\n";
  for (const finding of findings) yield findingText(finding);
  yield exceptions(facts);
  yield ledger(facts);
  yield telemetry(facts);
  yield evidence(facts);
}

const MAX_NODES = 60;

function heading(facts: ReportFacts): string {
  const { header, rows, verdicts, severities } = facts;
  return [
    "# Findings report",
    "",
    text(summaryText(facts)),
    "",
    `- Case: ${code(header.case)}`,
    `- Generated: ${header.generated_at} by ${text(header.analyst)}, ${text(`eqlite ${header.tool_version}`)}`,
    ...(header.withheld === null ? [] : [`- **Withheld:** ${text(header.withheld)}`]),
    `- Findings: ${rows.length}`,
    `- Severity: ${SEVERITIES.map((name) => `${severities[name]} ${name}`).join(", ")}`,
    `- Verdicts: ${VERDICTS.map((name) => `${verdicts[name]} ${VERDICT_TEXT[name]}`).join(", ")}`,
    "",
    "",
  ].join("\n");
}

function incidents({ incidents }: ReportFacts): string {
  if (incidents.length === 0) return "";
  return (
    "## Incidents\n\n" +
    table(
      ["incident", "from", "to", "severity", "score", "findings", "hosts", "tactics"],
      incidents.map((incident) => [
        String(incident.id),
        timeText(incident.from),
        timeText(incident.to),
        incident.severity,
        String(incident.score),
        String(incident.findings.length),
        incident.hosts.map(code).join(", "),
        incident.tactics.map(text).join(", "),
      ]),
    )
  );
}

function attack({ attack }: ReportFacts): string {
  if (attack.length === 0) return "";
  return (
    "## ATT&CK\n\n" +
    table(
      ["tactic", "technique", "findings", "rules"],
      attack.map((row) => [
        text(row.tactic),
        text(row.technique),
        String(row.findings),
        row.rules.map(text).join("; "),
      ]),
    )
  );
}

function findingText(finding: ExportedFinding): string {
  const { row, rule } = finding;
  const about = [
    `**Verdict: ${VERDICT_TEXT[row.verdict]}**${row.verdictBy === null ? "" : ` by ${text(row.verdictBy)}, ${row.verdictAt ?? ""}`}${row.verdictWhy === null ? "" : `: ${text(row.verdictWhy)}`}`,
    `Severity ${row.severity}, risk score ${row.riskScore}${row.incident === null ? "" : `, incident ${row.incident}`}, ${row.state}`,
    `Time ${timeText(row.time)}${row.endTime === row.time ? "" : ` to ${timeText(row.endTime)}`}`,
    ...[
      ["Host", row.host],
      ["Container", row.container],
      ["User", row.user],
      ["Process", row.process],
      ["Command line", row.commandLine],
      ["Destination", row.destination],
      ["Hidden by exception", row.suppressedBy],
    ].flatMap(([name, value]) => (value === null || value === undefined ? [] : [`${name ?? ""} ${code(value)}`])),
    `Rule ${code(rule.id)}, sha256 ${code(rule.hash)}${rule.license === null ? "" : `, ${text(rule.license)}`}`,
    ...(finding.sqlHash === null ? [] : [`SQL sha256 ${code(finding.sqlHash)}`]),
    ...(finding.toolVersion === null ? [] : [text(`Found by eqlite ${finding.toolVersion}`)]),
  ];
  return [
    `### ${row.id}\\. ${text(row.ruleName)}`,
    "",
    ...about.map((line) => `- ${line}`),
    "",
    ...markdownLines(rule.description),
    "",
    ...finding.events.flatMap(eventLines),
    ...stepLines("Steps", finding.steps),
    ...stepLines("Response", finding.responses),
    ...(finding.notes.length === 0
      ? []
      : [
          "#### Notes",
          "",
          ...finding.notes.map((note) => `- ${note.at} ${text(note.analyst)}: ${text(note.text)}`),
          "",
        ]),
    ...(rule.query === null ? [] : ["#### Query", "", block(rule.query)]),
    "",
  ].join("\n");
}

function eventLines(part: ExportedEvent): string[] {
  const { event } = part;
  if (event === null) return [`${part.position}. a missing event: none matched here`, ""];
  return [
    `${part.position}. ${timeText(event.time)}, ${code(event.sourcePath)} line ${event.line}, byte ${event.offset}`,
    `   - sha256 of the source ${code(event.sourceSha256 ?? "")}, of the original ${code(event.originalSha256 ?? "withheld")}`,
    ...part.matched.map((leaf) => `   - matched: ${code(leaf.text)} held on ${code(leaf.values.join(", "))}`),
    ...shownValues(part).map(
      ({ field, value, matched }) => `   - ${code(field)} ${code(value)}${matched ? " (matched)" : ""}`,
    ),
    "",
  ];
}

function stepLines(title: string, steps: readonly StepProgress[]): string[] {
  if (steps.length === 0) return [];
  return [
    `#### ${title}`,
    "",
    ...steps.map((step) => {
      const by = step.state === "open" ? "" : ` (${step.state}, ${text(step.analyst ?? "")} ${step.at ?? ""})`;
      const note = step.note === null ? "" : `: ${text(step.note)}`;
      return `- [${step.state === "done" ? "x" : " "}] ${text(step.text)}${by}${note}`;
    }),
    "",
  ];
}

function exceptions({ exceptions }: ReportFacts): string {
  if (exceptions.length === 0) return "";
  return (
    "## Exceptions\n\n" +
    table(
      ["exception", "hides", "made by", "at"],
      exceptions.map((item) => [text(item.name), String(item.hides), text(item.analyst), item.at]),
    )
  );
}

function ledger({ hunt, unanswered }: ReportFacts): string {
  if (hunt === null) return "## What was looked for\n\nThe case was not hunted.\n\n";
  const counts = OUTCOMES.map((outcome) => `${hunt.outcomes[outcome]} ${outcome}`).join(", ");
  const intro = `Hunt ${hunt.id} of ${hunt.startedAt} (${hunt.status}) over ${hunt.events} events. Rules: ${counts}.`;
  const rest =
    unanswered.length === 0
      ? "Every rule could be answered.\n\n"
      : "These rules could not be answered:\n\n" +
        table(
          ["outcome", "rule", "reason"],
          unanswered.map((entry) => [entry.outcome, text(entry.name), text(entry.reason ?? "")]),
        );
  return `## What was looked for\n\n${intro}\n\n${rest}`;
}

function telemetry(facts: ReportFacts): string {
  return (
    "## What was recorded\n\nWhere nothing was recorded, no rule could find anything.\n\n" +
    table(
      TELEMETRY_TITLES,
      telemetryRows(facts).map((row) => row.map(text)),
    )
  );
}

function evidence({ header }: ReportFacts): string {
  return (
    "## Evidence\n\n" +
    table(
      ["file", "sha256", "bytes", "format", "events", "duplicates", "rejected", "status"],
      header.sources.map((source) => [
        code(source.path),
        code(source.sha256 ?? ""),
        String(source.bytes ?? ""),
        text(source.format),
        String(source.events),
        String(source.duplicates),
        String(source.rejected),
        text(source.status),
      ]),
    ) +
    `Journal up to ${code(header.journal_head)}.\n`
  );
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
  return `${line(titles)}${line(titles.map(() => "---"))}${rows.map(line).join("")}\n`;
}

function timeText(time: bigint | null): string {
  return time === null ? "unknown time" : isoTime(time);
}
