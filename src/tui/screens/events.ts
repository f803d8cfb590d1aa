/** Events of a query as a table with chosen columns, and the top values of one of them. */
import { wrapText } from "../../base/safe-text.ts";
import type { EventRow } from "../../triage/types.ts";
import { counted, formatCount } from "../../base/counted.ts";
import { formatTime } from "../format.ts";
import type { Line } from "../line.ts";
import { span } from "../line.ts";
import { linesPane, type PaneBuilder } from "../pane-view.ts";
import { eventAt } from "../state/events.ts";
import type { EventsState } from "../state/state.ts";
import { column, type Column, fitColumns, type FittedColumn, rowLine } from "../widgets/table.ts";
import { progressBar } from "../widgets/histogram.ts";
import { safeCell } from "../../base/safe-text.ts";

/** The table. Only the rows on screen are looked at; those of pages not in memory are asked for. */
export const eventsPane: PaneBuilder = (state, width) => {
  const { events } = state;
  if (events.problems.length > 0) return problemsPane(events, width);
  const shown = visibleColumns(events, width);
  const fitted = fitColumns(shown, width);
  return {
    title: events.around === null ? "Events" : "Around an event",
    note: eventsNote(events, "query" in state.running),
    head: events.asked ? [queryLine(events), columnHeads(events, fitted)] : [],
    count: events.known,
    uniform: true,
    block: (index) => {
      const row = eventAt(events, index);
      return [row === null ? [span("…", "dim")] : rowLine(fitted, row)];
    },
    empty: emptyText(events, "query" in state.running),
    copy: (index) => {
      const row = eventAt(events, index);
      const field = events.columns[events.column];
      return row === null || field === undefined ? null : (row.values[field] ?? []).join(" ");
    },
  };
};

function emptyText(events: EventsState, running: boolean): string {
  if (!events.asked) return 'i asks a question in EQL, such as: process where process.name : "nc"';
  return running ? "asking…" : "no event matches";
}

function eventsNote(events: EventsState, running: boolean): string {
  if (!events.asked) return "";
  if (events.known === 0 && running) return "asking…";
  return events.total === null ? `more than ${formatCount(events.known)} events` : counted(events.total, "event");
}

function queryLine(events: EventsState): Line {
  const range = [
    ...(events.from === null ? [] : [`from ${formatTime(events.from)}`]),
    ...(events.to === null ? [] : [`to ${formatTime(events.to)}`]),
  ].join(" ");
  return [span("❯ ", "accent"), span(events.query, "strong"), span(range === "" ? "" : `  ${range}`, "dim")];
}

/** Columns from the chosen one's neighbourhood on: the chosen column is always among those shown. */
function visibleColumns(events: EventsState, width: number): readonly Column<EventRow>[] {
  const time = column<EventRow>(
    "@timestamp",
    { min: width < 90 ? 18 : 23 },
    (row) => (width < 90 ? formatTime(row.time).slice(5) : formatTime(row.time)),
    "dim",
  );
  const fields = events.columns.filter((field) => field !== "@timestamp");
  const chosen = events.columns[events.column];
  const first = Math.max(0, fields.indexOf(chosen ?? "") - 4);
  return [
    time,
    ...fields
      .slice(first)
      .map((field, at) =>
        column<EventRow>(
          field,
          { min: isLong(field) ? 24 : 10, grow: isLong(field) ? 4 : 1, drop: at + 1, max: isLong(field) ? 500 : 40 },
          (row) => (row.values[field] ?? []).join(" "),
        ),
      ),
  ];
}

function isLong(field: string): boolean {
  return (
    field.endsWith("command_line") || field.endsWith("args") || field.endsWith("path") || field.endsWith("executable")
  );
}

function columnHeads(events: EventsState, fitted: readonly FittedColumn<EventRow>[]): Line {
  const chosen = events.columns[events.column];
  return fitted.flatMap(({ column: one, width }, at) => [
    span(at === 0 ? "" : " "),
    one.title === chosen ? span(safeCell(`›${one.title}`, width), "title") : span(safeCell(one.title, width), "dim"),
  ]);
}

function problemsPane(events: EventsState, width: number): ReturnType<PaneBuilder> {
  const lines = events.problems.flatMap((problem): readonly Line[] => [
    ...wrapText(events.query, Math.max(8, width)).map((text): Line => [span(text)]),
    [
      span(
        `${" ".repeat(Math.min(problem.start, Math.max(0, width - 1)))}${"^".repeat(Math.max(1, Math.min(problem.end - problem.start, width)))}`,
        "bad",
      ),
    ],
    ...wrapText(problem.message, width).map((text): Line => [span(text, "bad")]),
    ...(problem.hint === null ? [] : wrapText(problem.hint, width).map((text): Line => [span(text, "accent")])),
    [],
  ]);
  return linesPane("Events", lines, { note: "the query was not understood; i mends it" });
}

/** Top values of a column. */
export const facetsPane: PaneBuilder = (state, width) => {
  const { facet } = state.events;
  const values = facet?.values ?? [];
  const most = values[0]?.count ?? 0;
  return {
    title: "Top values",
    note: facet?.field ?? "",
    head: [],
    count: values.length,
    uniform: true,
    block: (index) => {
      const one = values[index];
      if (one === undefined) return [[]];
      const bar = Math.min(10, Math.max(0, width - 20));
      return [
        [
          span(safeCell(one.value, Math.max(4, width - bar - 10))),
          span(safeCell(formatCount(one.count), 9, "right"), "strong"),
          span(" "),
          span(progressBar(one.count, most, bar), "bar"),
        ],
      ];
    },
    empty:
      facet === null
        ? "c counts the values of the column"
        : facet.values === null
          ? "counting…"
          : "no event has this field",
    copy: (index) => values[index]?.value ?? null,
  };
};
