import { stringify } from "csv-stringify/sync";
import {
  EVENT_COLUMNS,
  FINDING_COLUMNS,
  fieldColumn,
  PROOF_COLUMNS,
  type CsvColumn,
  type CsvRow,
} from "./csv-columns.ts";
import { type ExportHeader, scopeText } from "./export-header.ts";
import type { ExportedFinding } from "./exported-finding.ts";
import { safeCellText } from "./spreadsheet-text.ts";

export interface CsvOptions {
  readonly rows: "finding" | "event";
  /** ECS fields, `process.pid` or `2.process.pid`, as further columns. */
  readonly columns: readonly string[];
  /** One character. */
  readonly delimiter: string;
  /** A byte order mark first, which some spreadsheets want to know that it is UTF-8. */
  readonly bom: boolean;
  /** Cells as they are: a spreadsheet may run them. */
  readonly raw: boolean;
}

export const CSV_DEFAULTS: CsvOptions = { rows: "finding", columns: [], delimiter: ",", bom: false, raw: false };

/** Cells with line breaks, and with what other programs take for a delimiter. */
const QUOTED = /[\r\n,;\t|]/;

/** The findings as CSV (RFC 4180: CRLF, quotes doubled), a header line first; text in pieces. */
export function* csvExport(
  findings: Iterable<ExportedFinding>,
  header: ExportHeader,
  options: CsvOptions,
): Generator<string> {
  const scope = scopeText(header);
  const columns: CsvColumn[] = [
    ...FINDING_COLUMNS,
    ...(options.rows === "event" ? EVENT_COLUMNS : []),
    ...PROOF_COLUMNS,
    { name: "export", cell: () => scope },
    ...options.columns.map(fieldColumn),
  ];
  const line = (cells: readonly string[]): string =>
    stringify([options.raw ? [...cells] : cells.map(safeCellText)], {
      delimiter: options.delimiter,
      record_delimiter: "windows",
      quoted_match: QUOTED,
    });
  yield (options.bom ? "\ufeff" : "") + line(columns.map(({ name }) => name));
  for (const finding of findings) {
    for (const row of rowsOf(finding, options.rows)) yield line(columns.map(({ cell }) => cell(row)));
  }
}

function rowsOf(finding: ExportedFinding, rows: CsvOptions["rows"]): CsvRow[] {
  return rows === "finding" ? [{ finding, event: null }] : finding.events.map((event) => ({ finding, event }));
}
