/** The export formats: name, what it is, file ending, and how it is written. */
import type { CaseBook } from "../triage/case-book.ts";
import type { ExportFormatName } from "../triage/export-formats.ts";
import type { FindingSelection } from "../triage/select-findings.ts";
import { csvExport, type CsvOptions } from "./csv.ts";
import { type Explain, exportedFindings } from "./exported-finding.ts";
import type { ExportHeader } from "./export-header.ts";
import { dotExport, mermaidExport } from "./graph-text.ts";
import { jsonExport, ndjsonExport } from "./json.ts";
import { coverageLayer, findingsLayer } from "./navigator.ts";
import { reportBlocks } from "./report-content.ts";
import { reportFacts } from "./report-facts.ts";
import { htmlReport } from "./report-html.ts";
import { markdownReport } from "./report-markdown.ts";
import type { Block } from "./report-model.ts";
import { timesketchCsv, timesketchJsonl } from "./timesketch.ts";

export interface ExportInput {
  readonly book: CaseBook;
  /** The findings, filtered, in their order. */
  readonly selection: FindingSelection;
  readonly header: ExportHeader;
  readonly csv: CsvOptions;
  /** Findings that a report tells in full; 0: all. */
  readonly details: number;
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
    write: ({ book, selection, header, csv }) => csvExport(exportedFindings(book, selection.ids), header, csv),
  },
  json: {
    title: "alerts in ECS shape, one JSON text",
    extension: "json",
    explains: true,
    write: ({ book, selection, header, explain }) => jsonExport(exportedFindings(book, selection.ids, explain), header),
  },
  ndjson: {
    title: "alerts in ECS shape, one a line",
    extension: "ndjson",
    explains: true,
    write: ({ book, selection, header, explain }) =>
      ndjsonExport(exportedFindings(book, selection.ids, explain), header),
  },
  markdown: {
    title: "the report as Markdown",
    extension: "md",
    explains: true,
    write: (input) => markdownReport(reportOf(input)),
  },
  html: {
    title: "the report as one HTML file",
    extension: "html",
    explains: true,
    write: (input) => htmlReport(reportOf(input)),
  },
  navigator: {
    title: "ATT&CK Navigator layer scored by findings",
    extension: "json",
    explains: false,
    write: ({ book, selection, header }) => [findingsLayer(book, selection, header)],
  },
  "navigator-coverage": {
    title: "ATT&CK Navigator layer scored by rules this evidence can answer",
    extension: "json",
    explains: false,
    write: ({ book, header }) => [coverageLayer(book, header)],
  },
  timesketch: {
    title: "events of the findings for Timesketch, CSV",
    extension: "csv",
    explains: false,
    write: ({ book, selection, header }) => timesketchCsv(exportedFindings(book, selection.ids), header),
  },
  "timesketch-jsonl": {
    title: "events of the findings for Timesketch, JSON lines",
    extension: "jsonl",
    explains: false,
    write: ({ book, selection, header }) => timesketchJsonl(exportedFindings(book, selection.ids), header),
  },
  mermaid: {
    title: "processes and connections as a Mermaid graph",
    extension: "mmd",
    explains: false,
    write: ({ book, selection, header }) => [mermaidExport(header, () => exportedFindings(book, selection.ids))],
  },
  dot: {
    title: "processes and connections as a Graphviz graph",
    extension: "dot",
    explains: false,
    write: ({ book, selection, header }) => dotExport(header, exportedFindings(book, selection.ids)),
  },
} as const satisfies Readonly<Record<ExportFormatName, ExportFormat>>;

/** The blocks of a report, for both renderers. */
function reportOf({ book, selection, header, details, explain }: ExportInput): Iterable<Block> {
  return reportBlocks(reportFacts(book, selection, header, details), (ids, explained) =>
    exportedFindings(book, ids, explained ? explain : undefined),
  );
}
