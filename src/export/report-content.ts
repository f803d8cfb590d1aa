/** The report of a case as blocks, in order. Both renderers print these and add nothing. */
import { counted, formatCount } from "../base/counted.ts";
import { isoTime, spanText } from "../base/time-text.ts";
import { SEVERITIES, type Step } from "../rules/rule.ts";
import type { ExceptionView } from "../triage/types.ts";
import { OUTCOMES, VERDICTS } from "../triage/types.ts";
import { evidenceFile, type ExportedFinding } from "./exported-finding.ts";
import { scopeText } from "./export-header.ts";
import { toGraph } from "./graph.ts";
import { processPicture } from "./process-picture.ts";
import { CHOICE_TEXT } from "./report-choice.ts";
import type { IncidentFacts, ReportFacts } from "./report-facts.ts";
import { findingBlock, ruleAnchor, timeText, VERDICT_TEXT } from "./report-finding.ts";
import { type Block, BREAK, code, type Inline, joined, type Line, strong } from "./report-model.ts";
import { summarySentences } from "./report-summary.ts";

/** Reads findings with their events, one at a time; `explained`: with why they matched. */
export type ReadFindings = (ids: readonly number[], explained: boolean) => Iterable<ExportedFinding>;

/** The report in blocks. Memory does not grow with the number of findings. */
export function* reportBlocks(facts: ReportFacts, read: ReadFindings): Generator<Block> {
  yield* aboutBlocks(facts);
  yield* summaryBlocks(facts);
  yield* ruleBlocks(facts);
  yield* incidentBlocks(facts, read);
  yield* attackBlocks(facts);
  yield heading("Findings");
  if (facts.header.findings === 0) yield paragraph("None.");
  if (isCut(facts)) yield paragraph(cutText(facts));
  for (const finding of read(facts.inFull, true)) yield findingBlock(finding);
  yield* listedBlocks(facts, read);
  if (facts.rules.length > 0) yield heading("About the rules");
  yield* aboutRules(facts);
  yield* exceptionBlocks(facts);
  yield* ledgerBlocks(facts);
  yield* telemetryBlocks(facts);
  yield* evidenceBlocks(facts);
}

function heading(text: string, level: 2 | 3 = 2): Block {
  return { kind: "heading", level, content: [text] };
}

function paragraph(...content: readonly Inline[]): Block {
  return { kind: "paragraph", content };
}

function* aboutBlocks({ header }: ReportFacts): Generator<Block> {
  yield { kind: "heading", level: 1, content: ["Findings report"] };
  const rows: { name: string; content: Line }[] = [
    { name: "Case", content: [code(header.case)] },
    { name: "Generated", content: [`${header.generated_at} by ${header.analyst}, eqlite ${header.tool_version}`] },
    { name: "Findings", content: [scopeText(header)] },
    { name: "State", content: ["of the case with the journal up to ", code(header.journal_head)] },
    ...(header.withheld === null ? [] : [{ name: "Withheld", content: [strong(header.withheld)] }]),
  ];
  yield { kind: "facts", rows };
}

function* summaryBlocks(facts: ReportFacts): Generator<Block> {
  const { header, verdicts, severities, chart } = facts;
  yield heading("Summary");
  yield paragraph(summarySentences(facts).join(" "));
  const numbers = [
    header.findings,
    ...SEVERITIES.map((name) => severities[name]),
    ...VERDICTS.map((name) => verdicts[name]),
  ];
  yield {
    kind: "table",
    columns: ["findings", ...SEVERITIES, ...VERDICTS.map((verdict) => VERDICT_TEXT[verdict])],
    rows: [numbers.map((number): Line => [formatCount(number)])],
  };
  if (chart !== null) yield { kind: "timeline", chart };
}

function* ruleBlocks({ rules }: ReportFacts): Generator<Block> {
  if (rules.length === 0) return;
  yield heading("Rules that found something");
  yield {
    kind: "table",
    columns: ["rule", "severity", "findings", "true", "open", "first and last", "proof"],
    rows: rules.map(({ rule, sqlHash, toolVersion, ...facts }): Line[] => [
      [{ kind: "rule", anchor: ruleAnchor(rule), text: rule.name }],
      [{ kind: "severity", severity: rule.severity }],
      [formatCount(facts.findings)],
      [formatCount(facts.truePositives)],
      [formatCount(facts.undetermined)],
      rangeLine(facts.first, facts.last),
      joined([
        ["rule ", code(rule.id)],
        ["file ", code(rule.path)],
        ["sha256 ", code(rule.hash)],
        ["SQL sha256 ", sqlHash === null ? "not recorded" : code(sqlHash)],
        [`eqlite ${toolVersion ?? "of unknown version"}`],
      ]),
    ]),
  };
}

/** What a rule says of itself, and asks of those who look at its findings: once for all of them. */
function* aboutRules({ rules }: ReportFacts): Generator<Block> {
  for (const { rule } of rules) {
    yield { kind: "heading", level: 3, content: [rule.name], anchor: ruleAnchor(rule) };
    if (rule.description !== "") yield paragraph(rule.description);
    if (rule.query !== null) yield { kind: "code", title: "Query", text: rule.query };
    yield* guideBlocks("Steps", rule.guide.triage);
    yield* guideBlocks("Response", rule.guide.response);
  }
}

function* guideBlocks(title: string, steps: readonly Step[]): Generator<Block> {
  if (steps.length === 0) return;
  yield { kind: "heading", level: 4, content: [title] };
  const items = steps.map(({ number, text, children }) => ({
    content: [`${number}. ${text}`],
    children: children.map((detail) => ({ content: [detail.code ? code(detail.text) : detail.text], children: [] })),
  }));
  yield { kind: "list", items };
}

function rangeLine(from: bigint | null, to: bigint | null): Line {
  const time = (at: bigint | null): Inline => ({ kind: "name", text: timeText(at) });
  return from === to ? [time(from)] : [time(from), BREAK, time(to)];
}

/** Findings of an incident that are named, and nodes of its picture. */
const MAX_NAMED = 20;
const MAX_NODES = 60;

function* incidentBlocks(facts: ReportFacts, read: ReadFindings): Generator<Block> {
  const { incidents, allIncidents } = facts;
  if (incidents.length === 0) return;
  yield heading("Incidents");
  if (allIncidents > incidents.length) {
    const rest = formatCount(allIncidents - incidents.length);
    yield paragraph(`These are the ${incidents.length} of the highest score; ${rest} more are left out.`);
  }
  const told = new Set(facts.inFull);
  yield {
    kind: "table",
    columns: ["incident", "first and last", "severity", "score", "findings", "hosts", "tactics"],
    rows: incidents.map((incident): Line[] => [
      [String(incident.id)],
      rangeLine(incident.from, incident.to),
      [{ kind: "severity", severity: incident.severity }],
      [String(incident.score)],
      namedFindings(incident, told),
      named(incident.hosts),
      named(incident.tactics),
    ]),
  };
  for (const { id, ids } of incidents) {
    const graph = toGraph(read(ids, false), MAX_NODES);
    const left = ids.length - graph.findings.length;
    const picture = processPicture(graph, left);
    if (picture === null) continue;
    yield heading(`Processes of incident ${id}`, 3);
    yield { kind: "processes", picture };
    if (left > 0) yield paragraph(`${counted(left, "finding")} of it not drawn.`);
  }
}

function namedFindings({ ids }: IncidentFacts, told: ReadonlySet<number>): Line {
  const links = ids.slice(0, MAX_NAMED).flatMap((id, index): Inline[] => {
    return [...(index === 0 ? [] : [", "]), told.has(id) ? { kind: "finding", id } : String(id)];
  });
  const rest = ids.length - MAX_NAMED;
  return rest > 0 ? [...links, ` and ${formatCount(rest)} more`] : links;
}

function named(names: readonly string[]): Line {
  const lines = names.slice(0, MAX_NAMED).map((text): Line => [{ kind: "name", text }]);
  const rest = names.length - MAX_NAMED;
  return joined(rest > 0 ? [...lines, [`and ${formatCount(rest)} more`]] : lines);
}

function* attackBlocks({ attack }: ReportFacts): Generator<Block> {
  if (attack.length === 0) return;
  yield heading("ATT&CK");
  yield {
    kind: "table",
    columns: ["tactic", "technique", "findings", "rules"],
    rows: attack.map(({ tactic, technique, findings, rules }): Line[] => [
      [tactic],
      [technique],
      [formatCount(findings)],
      joined(rules.map((rule) => [rule])),
    ]),
  };
}

function isCut({ header, inFull }: ReportFacts): boolean {
  return inFull.length < header.findings;
}

/** What the report leaves out of its findings, by what rule, and how to get it. */
function cutText({ header, inFull, inLines }: ReportFacts): string {
  const counting = header.findings - inFull.length - inLines.length;
  return (
    `Of ${counted(header.findings, "finding")}, ${formatCount(inFull.length)} are told in full here and ` +
    `${formatCount(inLines.length)} in a line each further down; ${formatCount(counting)} are only counted, by rule, above: ` +
    `${CHOICE_TEXT}. Option --details tells more in full, the filters choose others, and the csv and ndjson exports have all.`
  );
}

function* listedBlocks({ inLines }: ReportFacts, read: ReadFindings): Generator<Block> {
  if (inLines.length === 0) return;
  yield heading("More findings");
  yield {
    kind: "table",
    columns: ["finding", "time", "severity", "verdict", "rule", "host", "what", "evidence"],
    rows: listedRows(read(inLines, false)),
  };
}

function* listedRows(findings: Iterable<ExportedFinding>): Generator<Line[]> {
  for (const { row, events } of findings) {
    const what = [row.commandLine ?? row.process, row.destination].filter((part) => part !== null);
    yield [
      [String(row.id)],
      [timeText(row.time)],
      [{ kind: "severity", severity: row.severity }],
      [VERDICT_TEXT[row.verdict]],
      [row.ruleName],
      [row.host ?? ""],
      what.length === 0 ? [] : [code(clip(what.join(" -> ")))],
      joined(
        events.map(({ event }): Line => {
          if (event === null) return ["missing"];
          const place = ` line ${event.line}, byte ${event.offset}, original `;
          return [code(evidenceFile(event)), place, code(event.originalSha256 ?? "withheld")];
        }),
      ),
    ];
  }
}

function clip(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function* exceptionBlocks({ exceptions }: ReportFacts): Generator<Block> {
  if (exceptions.length === 0) return;
  yield heading("Exceptions");
  yield {
    kind: "table",
    columns: ["exception", "condition", "for rules", "hides", "made by", "until"],
    rows: exceptions.map((item): Line[] => [
      [item.name, ...(item.idle === null ? [] : [` (${item.idle})`])],
      [code(item.condition)],
      scopeLine(item),
      [formatCount(item.hides)],
      [`${item.analyst}, ${item.at}`],
      [item.expiresAt ?? "withdrawn"],
    ]),
  };
}

function scopeLine({ rules, list, stage }: ExceptionView): Line {
  const of = rules.length > 0 ? joined(rules.map((rule) => [code(rule)])) : [list === null ? "all" : `of list ${list}`];
  return stage === null ? of : [...of, `, stage ${stage}`];
}

function* ledgerBlocks({ hunt, unanswered, withoutHit }: ReportFacts): Generator<Block> {
  yield heading("What was looked for");
  if (hunt === null) {
    yield paragraph("The case was not hunted.");
    return;
  }
  const outcomes = OUTCOMES.map((outcome) => `${hunt.outcomes[outcome]} ${outcome}`).join(", ");
  yield paragraph(
    `Hunt ${hunt.id} of ${hunt.startedAt} (${hunt.status}) by ${hunt.analyst}, eqlite ${hunt.toolVersion}, ` +
      `over ${counted(hunt.events, "event")}. Rules: ${outcomes}.`,
  );
  if (withoutHit.length > 0) yield paragraph(`Looked and found nothing: ${withoutHit.join("; ")}.`);
  if (unanswered.length === 0) {
    yield paragraph("Every rule could be answered.");
    return;
  }
  yield paragraph("These rules could not be answered: what they look for may have happened.");
  yield {
    kind: "table",
    columns: ["outcome", "rule", "reason"],
    rows: unanswered.map(({ outcome, name, reason }): Line[] => [[outcome], [name], [reason ?? ""]]),
  };
}

function* telemetryBlocks({ telemetry }: ReportFacts): Generator<Block> {
  yield heading("What was recorded");
  yield paragraph("Where nothing was recorded, no rule could find anything.");
  yield {
    kind: "table",
    columns: ["host", "events", "first and last", "longest silences", "event.sequence missing"],
    rows: telemetry.hosts.map(({ host, events, first, last, silences, sequence }): Line[] => [
      [host ?? "(none)"],
      [formatCount(events)],
      rangeLine(first, last),
      silences.length === 0
        ? ["none"]
        : joined(silences.map(({ from, to }) => [`${spanText(to - from)} from ${isoTime(from)}`])),
      [sequence === null ? "not numbered" : `${sequence.missing} of ${sequence.last - sequence.first + 1n}`],
    ]),
  };
}

function* evidenceBlocks({ header }: ReportFacts): Generator<Block> {
  yield heading("Evidence");
  yield {
    kind: "table",
    columns: ["file", "sha256", "bytes", "format", "events", "duplicates", "rejected", "status"],
    rows: header.sources.map((source): Line[] => [
      [code(source.path)],
      source.sha256 === null ? [] : [code(source.sha256)],
      [source.bytes === null ? "" : formatCount(source.bytes)],
      [source.format],
      [formatCount(source.events)],
      [formatCount(source.duplicates)],
      [formatCount(source.rejected)],
      [source.status],
    ]),
  };
}
