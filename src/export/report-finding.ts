/** What a report tells of one finding. */
import { isoTime, spanText } from "../base/time-text.ts";
import type { StepProgress } from "../triage/case-book.ts";
import type { Rule } from "../rules/rule.ts";
import { attackOf } from "../triage/rule-view.ts";
import type { FindingRow, Verdict } from "../triage/types.ts";
import { evidenceFile, type ExportedEvent, type ExportedFinding } from "./exported-finding.ts";
import { type Block, BREAK, code, joined, type Line, type SequenceMark, strong } from "./report-model.ts";

/** What a report says of a verdict. */
export const VERDICT_TEXT: Readonly<Record<Verdict, string>> = {
  undetermined: "undetermined",
  true_positive: "true positive",
  false_positive: "false positive",
  benign_positive: "benign positive",
  duplicate: "duplicate",
};

/** The section of a finding. */
export function findingBlock(finding: ExportedFinding): Block {
  const { row } = finding;
  const attributes = [
    `risk score ${row.riskScore}`,
    ...(row.incident === null ? [] : [`incident ${row.incident}`]),
    row.state,
    ...(row.marked ? ["marked"] : []),
    ...(row.outsideIndex ? ["outside the rule's index patterns"] : []),
  ];
  return {
    kind: "finding",
    id: row.id,
    blocks: [
      { kind: "heading", level: 3, content: [`${row.id}. ${row.ruleName}`] },
      { kind: "paragraph", content: [{ kind: "severity", severity: row.severity }, ` ${attributes.join(", ")}`] },
      { kind: "facts", rows: factsOf(finding) },
      ...sequenceBlock(finding),
      ...finding.events.flatMap(eventBlocks),
      ...stepBlocks("Steps", finding.steps),
      ...stepBlocks("Response", finding.responses),
      ...noteBlocks(finding),
    ],
  };
}

function factsOf({ row, rule, sqlHash, toolVersion, joinKeys }: ExportedFinding): { name: string; content: Line }[] {
  const values: (readonly [string, string | null])[] = [
    ["Host", row.host],
    ["Container", row.container],
    ["User", row.user],
    ["Process", row.process],
    ["Command line", row.commandLine],
    ["Destination", row.destination],
    ["Hidden by exception", row.suppressedBy],
  ];
  const attack = attackOf(rule).map(({ tacticId, tactic, techniqueId, technique }): Line => {
    return [`${tacticId} ${tactic}${techniqueId === null ? "" : `: ${techniqueId} ${technique ?? ""}`}`];
  });
  const keys = joinKeys.map(({ field, value }): Line => [code(field), " ", value === null ? "none" : code(value)]);
  return [
    { name: "Verdict", content: verdictLine(row) },
    { name: "Time", content: [timeText(row.time), row.endTime === row.time ? "" : ` to ${timeText(row.endTime)}`] },
    ...values.flatMap(([name, value]) => (value === null ? [] : [{ name, content: [code(value)] }])),
    ...(keys.length === 0 ? [] : [{ name: "Joined by", content: joined(keys) }]),
    ...(attack.length === 0 ? [] : [{ name: "ATT&CK", content: joined(attack) }]),
    {
      name: "Rule",
      content: [
        { kind: "rule", anchor: ruleAnchor(rule), text: rule.name },
        BREAK,
        code(rule.id),
        ", ",
        code(rule.path),
        ", sha256 ",
        code(rule.hash),
        rule.license === null ? "" : `, ${rule.license}`,
      ],
    },
    {
      name: "Found by",
      content: [
        toolVersion === null ? "an unknown version" : `eqlite ${toolVersion}`,
        ...(sqlHash === null ? [] : [", SQL sha256 ", code(sqlHash)]),
      ],
    },
  ];
}

function verdictLine({ verdict, verdictBy, verdictAt, verdictWhy }: FindingRow): Line {
  return [
    strong(VERDICT_TEXT[verdict]),
    verdictBy === null ? "" : ` by ${verdictBy}, ${verdictAt ?? ""}`,
    verdictWhy === null ? "" : `: ${verdictWhy}`,
  ];
}

/** The order of the events of a match that has several. */
function sequenceBlock({ events }: ExportedFinding): Block[] {
  if (events.length < 2 || events.length > MAX_MARKS) return [];
  const marks = events.map(({ event, position }, index): SequenceMark => {
    const before = events[index - 1]?.event?.time ?? null;
    const time = event?.time ?? null;
    return {
      position,
      name: event === null ? "missing" : (first(event.values, "process.name", "event.action") ?? "event"),
      after: before === null || time === null ? null : `+${spanText(time - before)}`,
      missing: event === null,
    };
  });
  return [{ kind: "sequence", events: marks }];
}

const MAX_MARKS = 12;

function first(values: ReadonlyMap<string, readonly string[]>, ...paths: readonly string[]): string | null {
  for (const path of paths) {
    const value = values.get(path)?.[0];
    if (value !== undefined) return value;
  }
  return null;
}

function eventBlocks(part: ExportedEvent): Block[] {
  const { event, position, matched } = part;
  if (event === null) {
    return [
      { kind: "heading", level: 4, content: [`Event ${position}`] },
      { kind: "paragraph", content: ["A missing event: none matched here."] },
    ];
  }
  return [
    { kind: "heading", level: 4, content: [`Event ${position}: ${timeText(event.time)}`] },
    {
      kind: "paragraph",
      quiet: true,
      content: [
        code(evidenceFile(event)),
        ` line ${event.line}, byte ${event.offset}`,
        BREAK,
        "sha256 of the source ",
        code(event.sourceSha256 ?? "unknown"),
        ...(event.memberSha256 === null || event.memberPath === ""
          ? []
          : [BREAK, "of the entry ", code(event.memberSha256)]),
        BREAK,
        "of the original ",
        code(event.originalSha256 ?? "withheld"),
      ],
    },
    ...(matched.length === 0
      ? []
      : [
          { kind: "paragraph", content: ["Why it matched:"] } satisfies Block,
          {
            kind: "list",
            items: matched.map((leaf) => ({
              content: [code(leaf.text), " held on ", code(leaf.values.join(", "))],
              children: [],
            })),
          } satisfies Block,
        ]),
    { kind: "table", columns: ["field", "value"], rows: shownValues(part) },
  ];
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
function shownValues({ event, matched }: ExportedEvent): Line[][] {
  const held = new Set(matched.flatMap(({ field }) => (field === null ? [] : [field])));
  const fields = [...held, ...TELLING_FIELDS.filter((field) => !held.has(field))];
  return fields.flatMap((field) => {
    const text = event?.values.get(field)?.join(" ");
    if (text === undefined) return [];
    const value: Line = held.has(field) ? [{ kind: "code", text, strong: true }, " (matched)"] : [code(text)];
    return [[[code(field)], value]];
  });
}

/** Where the section of a version of a rule begins. */
export function ruleAnchor({ hash }: Rule): string {
  return `rule-${hash.slice(0, 16)}`;
}

/** What was done of a list of steps; the section of the rule has all of them. */
function stepBlocks(title: string, steps: readonly StepProgress[]): Block[] {
  if (steps.length === 0) return [];
  const touched = steps.filter(({ state, note }) => state !== "open" || note !== null);
  const open = steps.length - touched.length;
  if (touched.length === 0) {
    return [{ kind: "paragraph", content: [strong(`${title}:`), ` all ${open} are open.`] }];
  }
  const rows = touched.map(({ number, text, state, analyst, at, note }): Line[] => [
    [String(number)],
    [text],
    [state],
    [`${analyst ?? ""} ${at ?? ""}`],
    [note ?? ""],
  ]);
  return [
    { kind: "heading", level: 4, content: [`${title}: ${touched.length} of ${steps.length} seen to`] },
    { kind: "table", columns: ["", "step", "state", "by", "note"], rows },
  ];
}

function noteBlocks({ notes }: ExportedFinding): Block[] {
  if (notes.length === 0) return [];
  const items = notes.map(({ at, analyst, text }) => ({ content: [`${at} ${analyst}: ${text}`], children: [] }));
  return [
    { kind: "heading", level: 4, content: ["Notes"] },
    { kind: "list", items },
  ];
}

/** ISO 8601 in UTC, or that it is unknown. */
export function timeText(time: bigint | null): string {
  return time === null ? "unknown time" : isoTime(time);
}
