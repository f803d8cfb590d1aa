/** The list of findings, and a summary of the one under the cursor. */
import { clipRaw, safeText, textWidth, truncateText, wrapText } from "../../base/safe-text.ts";
import type { FindingRow } from "../../triage/types.ts";
import { counted, formatCount } from "../../base/counted.ts";
import { formatShortTime, formatTime, severitySpan, verdictSign, verdictSpan } from "../format.ts";
import type { Line } from "../line.ts";
import { span } from "../line.ts";
import { linesPane, type PaneBuilder, type PaneView } from "../pane-view.ts";
import { cursorOf, type FindingItem, type Sort, type State } from "../state/state.ts";
import { incidentText } from "../state/incidents.ts";
import { column, type Column, fitColumns, headerLine, rowLine } from "../widgets/table.ts";

type Row = FindingRow & { readonly isMarked: boolean };

function columnsFor(width: number): readonly Column<Row>[] {
  const wide = width >= 110;
  return [
    column<Row>(" ", { min: 1 }, (row) => span(row.isMarked ? "●" : " ", "match")),
    column<Row>("v", { min: 1 }, (row) => verdictSign(row.verdict)),
    column<Row>("sev", { min: 4 }, (row) => severitySpan(row.severity)),
    column<Row>(
      "time",
      { min: wide ? 23 : 14 },
      (row) => (wide ? formatTime(row.time) : formatShortTime(row.time)),
      "dim",
    ),
    column<Row>("rule", { min: 22, grow: 4, max: 60 }, (row) => row.ruleName),
    column<Row>("host", { min: 8, grow: 1, max: 24, drop: 1 }, (row) => row.host ?? "-", "accent"),
    column<Row>("container", { min: 8, grow: 1, max: 20, drop: 6 }, (row) => row.container ?? "-"),
    column<Row>("what", { min: 16, grow: 5, drop: 2 }, whatText),
    column<Row>(
      "inc",
      { min: 3, drop: 5, align: "right" },
      (row) => (row.incident === null ? "" : String(row.incident)),
      "dim",
    ),
    column<Row>("risk", { min: 4, drop: 7, align: "right" }, (row) => String(row.riskScore), "dim"),
    column<Row>("steps", { min: 5, drop: 4, align: "right" }, (row) => stepsText(row), "dim"),
  ];
}

const SORTED_TITLE: Readonly<Record<Sort, string>> = {
  time: "time",
  severity: "sev",
  risk: "risk",
  rule: "rule",
  incident: "inc",
  host: "host",
  verdict: "v",
};

/** What was run, and to where it led: what tells two findings of one rule apart. */
function whatText(row: FindingRow): string {
  const parts = [row.commandLine ?? row.process, row.destination === null ? null : `→ ${row.destination}`];
  return parts.filter((part) => part !== null).join(" ") || "-";
}

function stepsText(row: FindingRow): string {
  return row.steps === 0 ? "" : `${String(row.stepsDone)}/${String(row.steps)}`;
}

/** The list: groups and findings. */
export const findingsPane: PaneBuilder = (state, width) => {
  const { findings } = state;
  const fitted = fitColumns(columnsFor(width), width);
  const sorted = SORTED_TITLE[findings.sort];
  const range = selectedRange(state);
  const item = (index: number): Line => {
    const one = findings.items[index];
    if (one === undefined) return [];
    if (one.kind === "group") return groupLine(one, width);
    const isMarked = findings.marks.has(one.row.id) || (range !== null && index >= range[0] && index <= range[1]);
    return rowLine(fitted, { ...one.row, isMarked });
  };
  return {
    title: "Findings",
    note: listNote(state),
    head: [headerLine(fitted, sorted, findings.descending)],
    count: findings.items.length,
    uniform: true,
    block: (index) => [item(index)],
    empty: emptyText(state),
    copy: (index) => {
      const one = findings.items[index];
      if (one === undefined) return null;
      return one.kind === "group" ? one.label : (one.row.commandLine ?? one.row.ruleName);
    },
  };
};

/** The range between anchor and cursor, as indexes of items; null where none is being made. */
export function selectedRange(state: State): readonly [first: number, last: number] | null {
  const { anchor } = state.findings;
  if (anchor === null) return null;
  const { index } = cursorOf(state, "findings");
  return [Math.min(anchor, index), Math.max(anchor, index)];
}

function listNote(state: State): string {
  const { rows, shown, filter, marks, group } = state.findings;
  if (rows === null) return "reading…";
  const hidden = rows.length - shown;
  const parts = [
    hidden > 0
      ? `${formatCount(shown)} of ${formatCount(rows.length)}, ${formatCount(hidden)} hidden`
      : formatCount(rows.length),
  ];
  if (filter !== "") parts.unshift(`filter: ${filter}`);
  if (group !== "none") parts.push(`by ${group}`);
  if (marks.size > 0) parts.push(`${formatCount(marks.size)} marked`);
  return parts.join(" · ");
}

function emptyText(state: State): string {
  if (state.findings.rows === null) return "reading the findings…";
  if (state.findings.rows.length === 0) return "No findings. `eqlite hunt` makes them; 4 asks the events themselves.";
  return "No finding passes the filter. F changes it, ! inverts it, Esc drops it.";
}

function groupLine(group: Extract<FindingItem, { kind: "group" }>, width: number): Line {
  const done = group.ids.length - group.undetermined;
  const count = `  ${counted(group.ids.length, "finding")}, ${formatCount(done)} judged`;
  // A long name gives way to the count.
  const room = Math.max(12, width - 2 - textWidth(count));
  return [
    span(group.folded ? "▸ " : "▾ ", "accent"),
    span(truncateText(safeText(clipRaw(group.label, room)), room), "strong"),
    span(count, "dim"),
    span(group.remark === "" ? "" : `  ${group.remark}`, "warn"),
  ];
}

/** What a tired reader wants to know before opening a finding. */
export const previewPane: PaneBuilder = (state, width): PaneView => {
  const item = state.findings.items[cursorOf(state, "findings").index];
  if (item === undefined) return linesPane("Summary", [], { empty: "no finding under the cursor" });
  if (item.kind === "group") {
    return linesPane("Group", [
      ...wrapText(item.label, width).map((text): Line => [span(text, "title")]),
      [span(`${counted(item.ids.length, "finding")}, ${formatCount(item.undetermined)} without a verdict`)],
      ...wrapText(item.remark, width).map((text): Line => [span(text, "warn")]),
      ...wrapText(
        `Space marks all of them; t f b d u then judge them at once. Enter ${item.folded ? "unfolds" : "folds"}.`,
        width,
      ).map((text): Line => [span(text, "dim")]),
    ]);
  }
  return linesPane("Summary", summaryLines(item.row, state.findings.rows ?? [], width), {
    note: `finding ${String(item.row.id)}`,
  });
};

function summaryLines(row: FindingRow, all: readonly FindingRow[], width: number): readonly Line[] {
  const fact = (name: string, value: string | null): readonly Line[] =>
    value === null || value === ""
      ? []
      : wrapText(value, Math.max(8, width - 11)).map((text, at) => [
          span((at === 0 ? name : "").padEnd(11), "dim"),
          span(text),
        ]);
  return [
    ...wrapText(row.ruleName, width).map((text): Line => [span(text, "title")]),
    [
      severitySpan(row.severity),
      span(` risk ${String(row.riskScore)} · `, "dim"),
      verdictSpan(row.verdict),
      span(row.marked ? " · marked" : "", "dim"),
    ],
    ...fact("why", row.verdictWhy),
    ...fact("judged", row.verdictBy === null ? null : `${row.verdictBy}, ${row.verdictAt ?? ""}`),
    ...fact(
      "time",
      row.endTime === null || row.endTime === row.time
        ? formatTime(row.time)
        : `${formatTime(row.time)} to ${formatTime(row.endTime)}`,
    ),
    ...fact("host", row.host),
    ...fact("container", row.container),
    ...fact("user", row.user),
    ...fact("process", row.process),
    ...fact("command", row.commandLine),
    ...fact("to", row.destination),
    ...fact("tactics", row.tactics.join(", ")),
    ...fact("incident", incidentText(all, row)),
    ...fact("events", String(row.events)),
    ...fact("steps", row.steps === 0 ? null : `${String(row.stepsDone)} of ${String(row.steps)} done`),
    ...fact("notes", row.notes === 0 ? null : String(row.notes)),
    ...fact("state", row.state === "gone" ? "gone: the last hunt did not find it again" : row.state),
    ...fact("hidden by", row.suppressedBy),
    ...(row.outsideIndex ? fact("index", "outside the rule's own index pattern") : []),
  ];
}
