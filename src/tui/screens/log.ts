/** What was done to the case: exceptions, hunts, the ledger of the last hunt, the journal. */
import { wrapText } from "../../base/safe-text.ts";
import { OUTCOMES, type Outcome } from "../../triage/types.ts";
import { formatCount } from "../../base/counted.ts";
import { type Line, span } from "../line.ts";
import { blocksPane, type PaneBuilder, type PaneView } from "../pane-view.ts";
import type { Style } from "../theme.ts";
import { column, type Column, fitColumns, headerLine, rowLine } from "../widgets/table.ts";

function tablePane<Row>(
  title: string,
  rows: readonly Row[] | null,
  columns: readonly Column<Row>[],
  width: number,
  options: { readonly empty: string; readonly copy: (row: Row) => string },
): PaneView {
  const fitted = fitColumns(columns, width);
  return {
    title,
    note: rows === null ? "" : formatCount(rows.length),
    head: [headerLine(fitted, "", false)],
    count: rows?.length ?? 0,
    uniform: true,
    block: (index) => {
      const row = rows?.[index];
      return [row === undefined ? [] : rowLine(fitted, row)];
    },
    empty: rows === null ? "reading…" : options.empty,
    copy: (index) => {
      const row = rows?.[index];
      return row === undefined ? null : options.copy(row);
    },
  };
}

/** Exceptions, and how many findings each hides. */
export const exceptionsPane: PaneBuilder = (state, width) =>
  tablePane(
    "Exceptions",
    state.log.exceptions,
    [
      column("hides", { min: 6, align: "right" }, (row) => span(formatCount(row.hides), "strong")),
      column("name", { min: 14, grow: 2 }, (row) => row.name),
      column(
        "condition",
        { min: 16, grow: 4 },
        (row) => (row.stage === null ? row.condition : `stage ${String(row.stage)}: ${row.condition}`),
        "value",
      ),
      column(
        "rules",
        { min: 8, grow: 1, drop: 3 },
        (row) => (row.rules.length === 0 ? "all" : row.rules.join(" ")),
        "dim",
      ),
      column("by", { min: 8, drop: 2 }, (row) => row.analyst, "accent"),
      column("expires", { min: 10, drop: 4 }, (row) => row.expiresAt?.slice(0, 10) ?? "never", "dim"),
    ],
    width,
    {
      empty: "No exceptions. The tab Exceptions of a finding (3, then Tab and {) offers some.",
      copy: (row) => row.condition,
    },
  );

function outcomes(counts: Readonly<Record<Outcome, number>>): string {
  return OUTCOMES.filter((outcome) => counts[outcome] > 0)
    .map((outcome) => `${outcome} ${formatCount(counts[outcome])}`)
    .join(", ");
}

/** Hunts, newest first, as the case lists them. */
export const huntsPane: PaneBuilder = (state, width) =>
  tablePane(
    "Hunts",
    state.log.hunts,
    [
      column("hunt", { min: 4, align: "right" }, (row) => String(row.id)),
      column("started", { min: 20 }, (row) => row.startedAt, "dim"),
      column("status", { min: 9 }, (row) => row.status),
      column("by", { min: 8, drop: 3 }, (row) => row.analyst ?? "-", "accent"),
      column("events", { min: 9, drop: 4, align: "right" }, (row) => formatCount(row.events)),
      column("new", { min: 6, align: "right", drop: 2 }, (row) => span(formatCount(row.fresh), "strong")),
      column("gone", { min: 5, align: "right", drop: 5 }, (row) => formatCount(row.gone)),
      column("rules", { min: 16, grow: 3, drop: 1 }, (row) => outcomes(row.outcomes)),
    ],
    width,
    { empty: "no hunt yet", copy: (row) => outcomes(row.outcomes) },
  );

const OUTCOME_STYLE: Readonly<Record<Outcome, Style>> = {
  hit: "bad",
  none: "good",
  blind: "warn",
  unsupported: "warn",
  error: "critical",
  skipped: "dim",
};

/** Every rule of the last hunt and how it ended. */
export const ledgerPane: PaneBuilder = (state, width) =>
  tablePane(
    "Ledger",
    state.log.ledger,
    [
      column("outcome", { min: 11 }, (row) => span(row.outcome, OUTCOME_STYLE[row.outcome])),
      column("findings", { min: 8, align: "right" }, (row) => formatCount(row.findings)),
      column("rule", { min: 20, grow: 3 }, (row) => row.name),
      column("reason", { min: 10, grow: 3, drop: 1 }, (row) => row.reason ?? "", "dim"),
      column("ms", { min: 6, drop: 2, align: "right" }, (row) => formatCount(Math.round(row.ms)), "dim"),
    ],
    width,
    { empty: "no hunt yet", copy: (row) => `${row.ruleId} ${row.name} ${row.outcome} ${row.reason ?? ""}` },
  );

/** The journal, newest first, as the case lists it. */
export const journalPane: PaneBuilder = (state, width) =>
  tablePane(
    "Journal",
    state.log.journal,
    [
      column("at", { min: 20 }, (row) => row.at, "dim"),
      column("by", { min: 8 }, (row) => row.analyst, "accent"),
      column("act", { min: 12 }, (row) => span(row.action, "strong")),
      column("on", { min: 10, grow: 1, drop: 2 }, (row) => row.target ?? ""),
      column("detail", { min: 10, grow: 3, drop: 1 }, (row) => JSON.stringify(row.detail), "dim"),
    ],
    width,
    { empty: "nothing has been done yet", copy: (row) => JSON.stringify(row) },
  );

/** Exceptions that would hide this finding, most specific first; Enter tells what one would hide and asks. */
export const suggestionsPane: PaneBuilder = (state, width) => {
  const { suggestions } = state.finding;
  return blocksPane(
    "Suggestions",
    (suggestions ?? []).map(({ condition }) => ({
      lines: wrapText(condition, Math.max(8, width - 2)).map((text, at): Line => [
        span(at === 0 ? "" : "  "),
        span(text, "value"),
      ]),
      copy: condition,
    })),
    {
      note: suggestions === null ? "" : formatCount(suggestions.length),
      empty: suggestions === null ? "reading…" : "no exception comes to mind",
    },
  );
};
