import { safeLines, safeText, wrapText } from "../base/safe-text.ts";
import { isoTime } from "../base/time-text.ts";
import type { FindingDetail, FindingEvent, Pivot, StepView } from "../triage/types.ts";

/** A finding as text for a terminal or a pipe: facts, events with why they matched, guide, notes, pivots. */
export function findingText(detail: FindingDetail, columns: number | null): string {
  const { row, rule } = detail;
  const width = columns ?? 100;
  const verdict = row.verdictBy === null ? row.verdict : `${row.verdict} by ${row.verdictBy}, ${row.verdictAt ?? ""}`;
  const facts: readonly (readonly [string, string | null])[] = [
    ["verdict", row.verdictWhy === null ? verdict : `${verdict}: ${row.verdictWhy}`],
    [
      "severity",
      `${row.severity}, risk ${row.riskScore}${row.incident === null ? "" : `, incident ${row.incident}`}, ${row.state}`,
    ],
    ["time", timeText(row.time) + (row.endTime === row.time ? "" : ` to ${timeText(row.endTime)}`)],
    ["host", row.host],
    ["container", row.container],
    ["user", row.user],
    ["process", row.process],
    ["command line", row.commandLine],
    ["destination", row.destination],
    ["hidden by", row.suppressedBy],
    ["rule", `${rule.id}, ${rule.path}`],
    ["ATT&CK", rule.attack.map((ref) => ref.techniqueId ?? ref.tacticId).join(", ")],
  ];
  return [
    `${row.id}. ${safeText(row.ruleName)}`,
    ...facts.flatMap(([name, value]) =>
      value === null || value === "" ? [] : [`  ${name.padEnd(13)} ${safeText(value)}`],
    ),
    "",
    ...rule.description.split(/\n\s*\n/).flatMap((part) => wrapText(part.replace(/\s*\n\s*/g, " "), width)),
    "",
    ...detail.events.flatMap(eventLines),
    ...stepLines("Steps", detail.steps, width),
    ...stepLines("Response", detail.responses, width),
    ...(detail.falsePositives.length === 0
      ? []
      : ["", "False positives", ...detail.falsePositives.map((text) => `  - ${safeText(text)}`)]),
    ...(detail.notes.length === 0 ? [] : ["", "Notes"]),
    ...detail.notes.flatMap((note) => [
      `  ${note.at} ${safeText(note.analyst)}`,
      ...safeLines(note.text).map((line) => `    ${line}`),
    ]),
    "",
    "Pivots",
    ...detail.pivots.map(pivotLine),
    "",
  ].join("\n");
}

function eventLines({ position, missing, event, matched }: FindingEvent): string[] {
  if (missing || event === null) return [`event ${position}: missing, none matched here`];
  return [
    `event ${position}: ${timeText(event.time)}  ${safeText(event.source)}:${event.line}`,
    ...matched.map((leaf) => `    ${safeText(leaf.text)}  held on ${safeText(leaf.values.join(", "))}`),
  ];
}

function stepLines(title: string, steps: readonly StepView[], width: number): string[] {
  if (steps.length === 0) return [];
  return [
    "",
    title,
    ...steps.flatMap((step) => {
      const mark = step.state === "done" ? "x" : step.state === "skipped" ? "-" : " ";
      const [first = "", ...rest] = wrapText(step.text, width - 10);
      return [
        `  [${mark}] ${step.number}. ${first}`,
        ...rest.map((line) => `         ${line}`),
        ...step.details.flatMap((item) =>
          wrapText(item.text, width - 12).map((line) => `         ${"  ".repeat(item.level - 1)}- ${line}`),
        ),
        ...(step.note === null ? [] : [`         note: ${safeText(step.note)}`]),
        ...step.pivots.map((pivot) => `       ${pivotLine(pivot)}`),
      ];
    }),
  ];
}

function pivotLine(pivot: Pivot): string {
  return `  ${safeText(pivot.label)}: ${safeText(pivot.query ?? pivot.unavailable ?? "")}`;
}

function timeText(time: bigint | null): string {
  return time === null ? "unknown time" : isoTime(time);
}
