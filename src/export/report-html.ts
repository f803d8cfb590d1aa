/** The report as one HTML file: no script, no network, readable where both are forbidden. */
import { isoTime } from "../base/time-text.ts";
import type { StepProgress } from "../triage/case-book.ts";
import { SEVERITIES } from "../rules/rule.ts";
import { OUTCOMES, VERDICTS } from "../triage/types.ts";
import type { ExportedEvent, ExportedFinding } from "./exported-finding.ts";
import { toGraph } from "./graph.ts";
import { HTML_STYLE } from "./html-style.ts";
import { htmlTable, htmlText as text } from "./html-text.ts";
import {
  type ReportFacts,
  shownValues,
  summaryText,
  TELEMETRY_TITLES,
  telemetryRows,
  VERDICT_TEXT,
} from "./report-facts.ts";
import { sequenceSvg, timelineSvg } from "./timeline-svg.ts";
import { treeHtml } from "./tree-html.ts";

/** The report in pieces. `findings` is walked once, `ofIncident` once per incident. */
export function* htmlReport(
  facts: ReportFacts,
  findings: Iterable<ExportedFinding>,
  ofIncident: (incident: number) => Iterable<ExportedFinding>,
): Generator<string> {
  yield head(facts);
  yield summary(facts);
  yield incidentTable(facts);
  for (const incident of facts.incidents.slice(0, MAX_TREES)) {
    if (incident.findings.length > MAX_TREE_FINDINGS) continue;
    const tree = treeHtml(toGraph(ofIncident(incident.id)));
    if (tree !== "") yield `<h3>Processes of incident ${incident.id}</h3>\n${tree}`;
  }
  yield attack(facts);
  yield "<h2>Findings</h2>\n";
  if (facts.rows.length === 0) yield "<p>None.</p>\n";
  for (const finding of findings) yield findingHtml(finding);
  yield exceptions(facts);
  yield ledger(facts);
  yield telemetry(facts);
  yield evidence(facts);
  yield "</body></html>\n";
}

const MAX_TREES = 50;
const MAX_TREE_FINDINGS = 200;

function head({ header }: ReportFacts): string {
  const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
  return (
    '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n' +
    `<meta http-equiv="Content-Security-Policy" content="${policy}">\n` +
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n' +
    `<title>Findings report</title>\n<style>${HTML_STYLE}</style></head>\n<body>\n<h1>Findings report</h1>\n` +
    `<p>Case <code>${text(header.case)}</code>. Generated ${text(header.generated_at)} by ${text(header.analyst)}, eqlite ${text(header.tool_version)}.</p>\n` +
    (header.withheld === null ? "" : `<p><b>${text(header.withheld)}.</b></p>\n`)
  );
}

function summary(facts: ReportFacts): string {
  const { rows, verdicts, severities } = facts;
  return (
    `<h2>Summary</h2>\n<p>${text(summaryText(facts))}</p>\n` +
    htmlTable(
      ["findings", ...SEVERITIES, ...VERDICTS.map((verdict) => VERDICT_TEXT[verdict])],
      [
        [rows.length, ...SEVERITIES.map((name) => severities[name]), ...VERDICTS.map((name) => verdicts[name])].map(
          String,
        ),
      ],
    ) +
    timelineSvg(rows) +
    "\n"
  );
}

function incidentTable({ incidents }: ReportFacts): string {
  if (incidents.length === 0) return "";
  return (
    "<h2>Incidents</h2>\n" +
    htmlTable(
      ["incident", "first and last", "severity", "score", "findings", "hosts", "tactics"],
      incidents.map((incident) => [
        String(incident.id),
        `${timeText(incident.from)}<br>${timeText(incident.to)}`,
        badge(incident.severity, incident.severity),
        String(incident.score),
        incident.findings.map(({ id }) => `<a href="#finding-${id}">${id}</a>`).join(", "),
        incident.hosts.map(whole).join("<br>"),
        incident.tactics.map(whole).join("<br>"),
      ]),
    )
  );
}

function attack({ attack }: ReportFacts): string {
  if (attack.length === 0) return "";
  return (
    "<h2>ATT&amp;CK</h2>\n" +
    htmlTable(
      ["tactic", "technique", "findings", "rules"],
      attack.map((row) => [
        text(row.tactic),
        text(row.technique),
        String(row.findings),
        row.rules.map(text).join("<br>"),
      ]),
    )
  );
}

function findingHtml(finding: ExportedFinding): string {
  const { row, rule } = finding;
  const facts: [string, string][] = [
    ["Verdict", verdictHtml(finding)],
    ["Time", `${timeText(row.time)}${row.endTime === row.time ? "" : ` to ${timeText(row.endTime)}`}`],
    ...optional("Host", row.host),
    ...optional("Container", row.container),
    ...optional("User", row.user),
    ...optional("Process", row.process),
    ...optional("Command line", row.commandLine),
    ...optional("Destination", row.destination),
    ...optional("Hidden by exception", row.suppressedBy),
    [
      "Rule",
      `<code>${text(rule.id)}</code>, sha256 <code>${text(rule.hash)}</code>${rule.license === null ? "" : `, ${text(rule.license)}`}`,
    ],
    ...(finding.sqlHash === null ? [] : [["SQL sha256", `<code>${text(finding.sqlHash)}</code>`] as [string, string]]),
    ...(finding.toolVersion === null ? [] : [["Found by", `eqlite ${text(finding.toolVersion)}`] as [string, string]]),
  ];
  return (
    `<section class="finding" id="finding-${row.id}"><h3>${row.id}. ${text(row.ruleName)}</h3>\n` +
    `<p>${badge(row.severity, row.severity)} risk ${row.riskScore}${row.incident === null ? "" : `, incident ${row.incident}`}, ${row.state}</p>\n` +
    `<table><tbody>${facts.map(([name, value]) => `<tr><th>${name}</th><td>${value}</td></tr>`).join("\n")}</tbody></table>\n` +
    `<p>${linesHtml(rule.description)}</p>\n${sequenceSvg(finding)}\n` +
    finding.events.map(eventHtml).join("") +
    stepsHtml("Steps", finding.steps) +
    stepsHtml("Response", finding.responses) +
    notesHtml(finding) +
    (rule.query === null
      ? ""
      : `<details><summary>Query</summary><pre>${rule.query.split("\n").map(text).join("\n")}</pre></details>\n`) +
    "</section>\n"
  );
}

function verdictHtml({ row }: ExportedFinding): string {
  const by = row.verdictBy === null ? "" : ` by ${text(row.verdictBy)}, ${text(row.verdictAt ?? "")}`;
  const why = row.verdictWhy === null ? "" : `: ${linesHtml(row.verdictWhy)}`;
  return `<b>${VERDICT_TEXT[row.verdict]}</b>${by}${why}`;
}

function optional(name: string, value: string | null): [string, string][] {
  return value === null ? [] : [[name, `<code>${linesHtml(value)}</code>`]];
}

function eventHtml(part: ExportedEvent): string {
  const { event, position } = part;
  if (event === null) return `<h4>Event ${position}</h4><p class="quiet">A missing event: none matched here.</p>\n`;
  const file = event.memberPath === "" ? event.sourcePath : `${event.sourcePath}!${event.memberPath}`;
  return (
    `<h4>Event ${position}: ${timeText(event.time)}</h4>\n` +
    `<p class="quiet"><code>${text(file)}</code> line ${event.line}, byte ${event.offset}; sha256 of the original <code>${event.originalSha256 ?? "withheld"}</code></p>\n` +
    whyHtml(part) +
    htmlTable(
      ["field", "value"],
      shownValues(part).map(({ field, value, matched }) => [
        `<code>${text(field)}</code>`,
        `<code${matched ? ' class="matched"' : ""}>${linesHtml(value)}</code>${matched ? " (matched)" : ""}`,
      ]),
    )
  );
}

function whyHtml({ matched }: ExportedEvent): string {
  if (matched.length === 0) return "";
  const items = matched.map(
    (leaf) => `<li><code>${text(leaf.text)}</code> held on <code>${text(leaf.values.join(", "))}</code></li>`,
  );
  return `<p>Why it matched:</p><ul>${items.join("\n")}</ul>\n`;
}

function stepsHtml(title: string, steps: readonly StepProgress[]): string {
  if (steps.length === 0) return "";
  return (
    `<h4>${title}</h4>\n` +
    htmlTable(
      ["", "step", "state", "by", "note"],
      steps.map((step) => [
        String(step.number),
        text(step.text),
        step.state,
        step.state === "open" ? "" : text(`${step.analyst ?? ""} ${step.at ?? ""}`),
        step.note === null ? "" : linesHtml(step.note),
      ]),
    )
  );
}

function notesHtml({ notes }: ExportedFinding): string {
  if (notes.length === 0) return "";
  const items = notes.map((note) => `<li>${text(note.at)} ${text(note.analyst)}: ${linesHtml(note.text)}</li>`);
  return `<h4>Notes</h4><ul>${items.join("\n")}</ul>\n`;
}

function exceptions({ exceptions }: ReportFacts): string {
  if (exceptions.length === 0) return "";
  return (
    "<h2>Exceptions</h2>\n" +
    htmlTable(
      ["exception", "hides", "made by", "at"],
      exceptions.map((item) => [text(item.name), String(item.hides), text(item.analyst), text(item.at)]),
    )
  );
}

function ledger({ hunt, unanswered }: ReportFacts): string {
  if (hunt === null) return "<h2>What was looked for</h2>\n<p>The case was not hunted.</p>\n";
  return (
    "<h2>What was looked for</h2>\n" +
    `<p>Hunt ${hunt.id} of ${text(hunt.startedAt)} (${hunt.status}) over ${hunt.events} events.</p>\n` +
    htmlTable([...OUTCOMES], [OUTCOMES.map((outcome) => String(hunt.outcomes[outcome]))]) +
    (unanswered.length === 0
      ? "<p>Every rule could be answered.</p>\n"
      : "<p>These rules could not be answered: what they look for may have happened.</p>\n" +
        htmlTable(
          ["outcome", "rule", "reason"],
          unanswered.map((entry) => [entry.outcome, text(entry.name), text(entry.reason ?? "")]),
        ))
  );
}

function telemetry(facts: ReportFacts): string {
  return (
    "<h2>What was recorded</h2>\n<p>Where nothing was recorded, no rule could find anything.</p>\n" +
    htmlTable(
      TELEMETRY_TITLES,
      telemetryRows(facts).map((row) => row.map((cell) => text(cell).replaceAll("; ", "<br>"))),
    )
  );
}

function evidence({ header }: ReportFacts): string {
  return (
    "<h2>Evidence</h2>\n" +
    htmlTable(
      ["file", "sha256", "bytes", "format", "events", "duplicates", "rejected", "status"],
      header.sources.map((source) => [
        `<code>${text(source.path)}</code>`,
        `<code>${text(source.sha256 ?? "")}</code>`,
        String(source.bytes ?? ""),
        text(source.format),
        String(source.events),
        String(source.duplicates),
        String(source.rejected),
        text(source.status),
      ]),
    ) +
    `<p>Journal up to <code>${text(header.journal_head)}</code>.</p>\n`
  );
}

function badge(className: string, label: string): string {
  return `<b class="badge ${className}">${text(label)}</b>`;
}

/** A name that is not broken inside a word, unless it is too long for a cell. */
function whole(name: string): string {
  return name.length > 32 ? text(name) : `<span class="whole">${text(name)}</span>`;
}

/** Lines of a text, each safe, with breaks between. */
function linesHtml(value: string): string {
  return value.split(/\r?\n/).map(text).join("<br>");
}

function timeText(time: bigint | null): string {
  return time === null ? "unknown time" : `<span class="time">${isoTime(time)}</span>`;
}
