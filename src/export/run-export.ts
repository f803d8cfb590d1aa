import { createHash } from "node:crypto";
import { writeWholeFile } from "../base/whole-file.ts";
import { Engine } from "../hunt/engine.ts";
import { appendJournal } from "../store/journal.ts";
import type { CaseBook } from "../triage/case-book.ts";
import { FindingExplainer } from "../triage/explain-finding.ts";
import type { ExportFormatName } from "../triage/export-formats.ts";
import type { FindingFilter } from "../triage/finding-filter.ts";
import { selectFindings } from "../triage/select-findings.ts";
import type { CsvOptions } from "./csv.ts";
import { EXPORT_FORMATS, type ExportFormat } from "./formats.ts";
import { exportHeader } from "./export-header.ts";

export interface ExportRequest {
  readonly format: ExportFormatName;
  readonly filter: FindingFilter;
  readonly csv: CsvOptions;
  /** Findings that a report tells in full; 0: all. */
  readonly details: number;
}

export interface ExportResult {
  readonly findings: number;
  /** Findings of the case that the filter leaves out. */
  readonly leftOut: number;
  readonly bytes: number;
  /** Of the text that was written (UTF-8). */
  readonly sha256: string;
}

/**
 * Writes an export piece by piece and journals it with the sha256 of what was written; a case that is open read-only is
 * exported without an entry.
 * @param write gets UTF-8 bytes in order and resolves when it can take more
 */
export async function runExport(
  book: CaseBook,
  request: ExportRequest,
  target: string,
  write: (bytes: Uint8Array) => Promise<void> | void,
): Promise<ExportResult> {
  const selection = selectFindings(book, request.filter);
  const header = exportHeader(book, selection, request.filter);
  const format: ExportFormat = EXPORT_FORMATS[request.format];
  const digest = createHash("sha256");
  let bytes = 0;
  const engine = format.explains ? await Engine.open(book.file.path) : null;
  try {
    const explainer = engine === null ? null : new FindingExplainer(engine);
    const explain = (finding: number) => explainer?.explain(finding) ?? [];
    for (const piece of format.write({
      book,
      selection,
      header,
      csv: request.csv,
      details: request.details,
      explain,
    })) {
      const data = Buffer.from(piece, "utf8");
      digest.update(data);
      bytes += data.length;
      await write(data);
    }
  } finally {
    engine?.close();
  }
  const result = { findings: header.findings, leftOut: header.left_out, bytes, sha256: digest.digest("hex") };
  if (!book.file.readonly) {
    book.file.transaction(() =>
      appendJournal(book.file, book.actor(), {
        action: "export",
        target: null,
        detail: { format: request.format, file: target, filter: header.filter, ...result },
      }),
    );
  }
  return result;
}

/**
 * As `runExport`, to a file: it appears under its name only when it is complete.
 * @throws UserError `output-failed`
 */
export function exportToFile(book: CaseBook, request: ExportRequest, path: string): Promise<ExportResult> {
  return writeWholeFile(path, { replace: true }, (write) => runExport(book, request, path, write));
}
