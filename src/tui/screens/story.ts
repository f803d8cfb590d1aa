/** The events of a finding as a story: what happened, on which values the rule matched, and where it stands in the evidence. */
import { safeText, textWidth, wrapText } from "../../base/safe-text.ts";
import type { FindingDetail, FindingEvent } from "../../triage/types.ts";
import { formatDuration, formatTime, severitySpan, verdictSpan } from "../format.ts";
import type { Line } from "../line.ts";
import { lineText, span } from "../line.ts";
import { blocksPane, type PaneBuilder } from "../pane-view.ts";
import { incidentText } from "../state/incidents.ts";
import type { State } from "../state/state.ts";

/** One block per event: the values that matched carry a sign, and the conditions they met stand below. */
export const storyPane: PaneBuilder = (state, width) => {
  const { detail, reasons } = state.finding;
  if (detail === null)
    return blocksPane("Story", [], {
      empty: state.finding.id === null ? "No finding is open. Enter on one in the list (2) opens it." : "reading…",
    });
  const blocks = detail.events.map((event, at) => ({
    lines: eventLines(detail, { ...event, matched: reasons?.[at] ?? event.matched }, at, width),
    copy: event.event === null ? null : copyText(event),
  }));
  return blocksPane("Story", blocks, { note: joinText(detail), empty: "this finding has no events" });
};

/** Which finding it is, and its verdict: above every tab of the finding. */
export function findingHead(state: State, width: number): readonly Line[] {
  const row = state.finding.detail?.row;
  if (row === undefined) return [];
  const verdict = verdictSpan(row.verdict);
  const incident = incidentText(state.findings.rows ?? [], row);
  const by = row.verdictBy === null ? "" : ` by ${row.verdictBy}`;
  const why = row.verdictWhy === null ? "" : `: ${row.verdictWhy}`;
  const place = (text: string | null): Line => [
    span(`#${String(row.id)} risk ${String(row.riskScore)} `, "dim"),
    verdict,
    span(`${by}${why}`, "dim"),
    span(row.host === null ? "" : ` · ${row.host}`, "accent"),
    span(row.container === null ? "" : ` · ${row.container}`, "accent"),
    span(text === null ? "" : ` · incident ${text}`, "warn"),
  ];
  const full = place(incident);
  // Without room for how bad the incident is: the facts say it, too.
  const isCut = textWidth(lineText(full)) > width && row.incident !== null;
  return [[severitySpan(row.severity), span(` ${row.ruleName}`, "title")], isCut ? place(String(row.incident)) : full];
}

/** What tells the story of an event, in the order in which it is told; the rest is in the document. */
const STORY_FIELDS: readonly string[] = [
  "message",
  "event.action",
  "host.name",
  "user.name",
  "container.name",
  "container.image.name",
  "orchestrator.namespace",
  "orchestrator.resource.name",
  "process.name",
  "process.executable",
  "process.command_line",
  "process.args",
  "process.working_directory",
  "process.pid",
  "process.entity_id",
  "process.parent.name",
  "process.parent.command_line",
  "process.parent.entity_id",
  "source.ip",
  "source.port",
  "destination.ip",
  "destination.port",
  "destination.domain",
  "dns.question.name",
  "url.full",
  "file.path",
  "file.hash.sha256",
  "registry.path",
  "registry.data.strings",
];

function joinText(detail: FindingDetail): string {
  return detail.joinKeys.map((key) => `${key.field}=${key.value ?? "(none)"}`).join(" ");
}

function copyText(event: FindingEvent): string {
  const values = event.event?.values ?? {};
  return (values["process.command_line"] ?? values["process.args"] ?? values["process.name"] ?? []).join(" ");
}

function eventLines(detail: FindingDetail, event: FindingEvent, at: number, width: number): readonly Line[] {
  const number = `${String(at + 1)} `;
  if (event.missing || event.event === null) {
    return [
      [
        span(number, "title"),
        span(`no event met stage ${String(event.stage)} in time, and the rule asks for that`, "dim"),
      ],
      [],
    ];
  }
  const row = event.event;
  const previous = detail.events[at - 1]?.event?.time ?? null;
  const gap = previous === null || row.time === null ? "" : `  +${formatDuration(row.time - previous)}`;
  const matchedFields = new Set(event.matched.flatMap((leaf) => (leaf.field === null ? [] : [leaf.field])));
  const head: Line = [
    span(number, "title"),
    span(formatTime(row.time), "strong"),
    span(gap, "accent"),
    span(`  ${row.source.split(/[\\/]/).at(-1) ?? ""}:${String(row.line)}`, "dim"),
  ];
  const told = [...new Set([...STORY_FIELDS.filter((field) => field in row.values), ...matchedFields])];
  const values = told.flatMap((field) => valueLines(field, row.values[field] ?? [], matchedFields.has(field), width));
  const why = event.matched.flatMap((leaf): readonly Line[] =>
    wrapText(
      `${leaf.text}${leaf.values.length === 0 ? "" : ` held on ${leaf.values.join(", ")}`}`,
      Math.max(8, width - 6),
    ).map((text, line): Line => [
      span(line === 0 ? "  why " : "      ", "dim"),
      span(text, line === 0 ? "match" : "plain"),
    ]),
  );
  return [head, ...values, ...why, []];
}

function valueLines(field: string, list: readonly string[], matched: boolean, width: number): readonly Line[] {
  if (list.length === 0) return [];
  const name = `${matched ? "◆ " : "  "}${field} `;
  const room = Math.max(8, width - name.length);
  const indent = " ".repeat(4);
  const value = list.join(" ");
  const style = matched ? "match" : "value";
  // What has a word without room beside its name, such as an id or a path, stands below it.
  if (value.split(/\s+/).some((word) => textWidth(safeText(word)) > room)) {
    const lines = wrapText(value, Math.max(8, width - indent.length)).slice(0, 6);
    return [[span(name, matched ? "match" : "field")], ...lines.map((text): Line => [span(indent), span(text, style)])];
  }
  return wrapText(value, room)
    .slice(0, 6)
    .map((text, at): Line =>
      at === 0 ? [span(name, matched ? "match" : "field"), span(text, style)] : [span(indent), span(text, style)],
    );
}

/** What is known about the finding besides its events: entities, ATT&CK, keys, tags. */
export const factsPane: PaneBuilder = (state, width) => {
  const { detail } = state.finding;
  if (detail === null) return blocksPane("Facts", [], { empty: "no finding is open" });
  const { row, rule } = detail;
  const facts: readonly (readonly [name: string, value: string | null])[] = [
    ["host", row.host],
    ["container", row.container],
    ["user", row.user],
    ["process", row.process],
    ["command line", row.commandLine],
    ["destination", row.destination],
    ["entity", row.entity],
    ["incident", incidentText(state.findings.rows ?? [], row)],
    ...detail.joinKeys.map((key): readonly [string, string | null] => [`by ${key.field}`, key.value ?? "(none)"]),
    ...rule.attack.map((ref): readonly [string, string | null] => [
      "ATT&CK",
      [`${ref.tacticId} ${ref.tactic}`, ref.techniqueId === null ? null : `${ref.techniqueId} ${ref.technique ?? ""}`]
        .filter((part) => part !== null)
        .join(" › "),
    ]),
    ...rule.tags.map((tag): readonly [string, string | null] => ["tag", tag]),
    ...rule.references.map((reference): readonly [string, string | null] => ["reference", reference]),
  ];
  const blocks = facts.flatMap(([name, value]) => {
    if (value === null || value === "") return [];
    const lines = wrapText(value, Math.max(8, width - 14)).map((text, at): Line => [
      span((at === 0 ? name : "").padEnd(14), "dim"),
      span(text),
    ]);
    return [{ lines, copy: value }];
  });
  return blocksPane("Facts", blocks);
};

/** The rule that found it. */
export const rulePane: PaneBuilder = (state, width) => {
  const { detail } = state.finding;
  if (detail === null) return blocksPane("Rule", [], { empty: "no finding is open" });
  const { rule } = detail;
  const facts = (name: string, value: string | null): readonly Line[] =>
    value === null || value === ""
      ? []
      : wrapText(value, Math.max(8, width - 11)).map((text, at): Line => [
          span((at === 0 ? name : "").padEnd(11), "dim"),
          span(text),
        ]);
  const lines: readonly Line[] = [
    ...wrapText(rule.name, width).map((text): Line => [span(text, "title")]),
    ...wrapText(rule.description, width).map((text): Line => [span(text)]),
    [],
    [span(`${rule.language} query`, "dim")],
    ...wrapText(rule.query, width - 2).map((text): Line => [span("  "), span(text, "value")]),
    [],
    ...facts("severity", `${rule.severity}, risk ${String(rule.riskScore)}`),
    ...facts("author", rule.author),
    ...facts("license", rule.license),
    ...facts("version", rule.version),
    ...facts("id", rule.id),
    ...facts("upstream", rule.upstream),
    ...facts("file", rule.path),
    ...facts("sha256", rule.hash),
  ];
  return blocksPane(
    "Rule",
    lines.map((line) => ({
      lines: [line],
      copy: line
        .map((part) => part.text)
        .join("")
        .trim(),
    })),
    { uniform: true },
  );
};
