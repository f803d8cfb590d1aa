/** The export formats: name, what it is, file ending, and how it is written. */
import type { CaseBook } from "../triage/case-book.ts";
import type { FindingRow } from "../triage/types.ts";
import { csvExport, type CsvOptions } from "./csv.ts";
import { type Explain, exportedFindings } from "./exported-finding.ts";
import type { ExportHeader } from "./export-header.ts";
import { dotText, mermaidText, toGraph } from "./graph.ts";
import { jsonExport, ndjsonExport } from "./json.ts";
import { coverageLayer, findingsLayer } from "./navigator.ts";
import { reportFacts } from "./report-facts.ts";
import { htmlReport } from "./report-html.ts";
import { markdownReport } from "./report-markdown.ts";
import { timesketchCsv, timesketchJsonl } from "./timesketch.ts";

export interface ExportInput {
  readonly book: CaseBook;
  /** The findings, filtered, in their order. */
  readonly rows: readonly FindingRow[];
  readonly header: ExportHeader;
  readonly csv: CsvOptions;
  readonly explain: Explain;
}

export interface ExportFormat {
  readonly title: string;
  readonly extension: string;
  /** It says why events matched. */
  readonly explains: boolean;
  /** The text of the export in pieces; memory does not grow with the number of findings. */
  readonly write: (input: ExportInput) => Iterable<string>;
}

export const EXPORT_FORMATS = {
  csv: {
    title: "a spreadsheet, one row per finding or event",
    extension: "csv",
    explains: false,
    write: ({ book, rows, csv }) => csvExport(exportedFindings(book, rows), csv),
  },
  json: {
    title: "alerts in ECS shape, one JSON text",
    extension: "json",
    explains: true,
    write: ({ book, rows, header, explain }) => jsonExport(exportedFindings(book, rows, explain), header),
  },
  ndjson: {
    title: "alerts in ECS shape, one a line",
    extension: "ndjson",
    explains: true,
    write: ({ book, rows, explain }) => ndjsonExport(exportedFindings(book, rows, explain)),
  },
  markdown: {
    title: "the report as Markdown",
    extension: "md",
    explains: true,
    write: ({ book, rows, header, explain }) =>
      markdownReport(reportFacts(book, rows, header), exportedFindings(book, rows, explain), ofIncident(book, rows)),
  },
  html: {
    title: "the report as one HTML file",
    extension: "html",
    explains: true,
    write: ({ book, rows, header, explain }) =>
      htmlReport(reportFacts(book, rows, header), exportedFindings(book, rows, explain), ofIncident(book, rows)),
  },
  navigator: {
    title: "ATT&CK Navigator layer scored by findings",
    extension: "json",
    explains: false,
    write: ({ book, rows }) => [findingsLayer(book, rows)],
  },
  "navigator-coverage": {
    title: "ATT&CK Navigator layer scored by rules this evidence can answer",
    extension: "json",
    explains: false,
    write: ({ book }) => [coverageLayer(book)],
  },
  timesketch: {
    title: "events of the findings for Timesketch, CSV",
    extension: "csv",
    explains: false,
    write: ({ book, rows }) => timesketchCsv(exportedFindings(book, rows)),
  },
  "timesketch-jsonl": {
    title: "events of the findings for Timesketch, JSON lines",
    extension: "jsonl",
    explains: false,
    write: ({ book, rows }) => timesketchJsonl(exportedFindings(book, rows)),
  },
  mermaid: {
    title: "processes and connections as a Mermaid graph",
    extension: "mmd",
    explains: false,
    write: ({ book, rows }) => [mermaidText(toGraph(exportedFindings(book, rows)))],
  },
  dot: {
    title: "processes and connections as a Graphviz graph",
    extension: "dot",
    explains: false,
    write: ({ book, rows }) => [dotText(toGraph(exportedFindings(book, rows)))],
  },
} as const satisfies Readonly<Record<string, ExportFormat>>;

export type ExportFormatName = keyof typeof EXPORT_FORMATS;

export const EXPORT_FORMAT_NAMES = Object.keys(EXPORT_FORMATS) as ExportFormatName[];

function ofIncident(
  book: CaseBook,
  rows: readonly FindingRow[],
): (incident: number) => ReturnType<typeof exportedFindings> {
  return (incident) =>
    exportedFindings(
      book,
      rows.filter((row) => row.incident === incident),
    );
}
