import type { CaseBook } from "../../src/triage/case-book.ts";
import { CSV_DEFAULTS, type CsvOptions } from "../../src/export/csv.ts";
import { DEFAULT_DETAILS } from "../../src/export/report-choice.ts";
import type { ExportFormatName } from "../../src/triage/export-formats.ts";
import { runExport } from "../../src/export/run-export.ts";
import type { FindingFilter } from "../../src/triage/finding-filter.ts";

/** The text of an export. */
export async function exported(
  book: CaseBook,
  format: ExportFormatName,
  options: { filter?: FindingFilter; csv?: Partial<CsvOptions>; details?: number } = {},
): Promise<string> {
  const parts: Uint8Array[] = [];
  await runExport(
    book,
    {
      format,
      filter: options.filter ?? {},
      csv: { ...CSV_DEFAULTS, ...options.csv },
      details: options.details ?? DEFAULT_DETAILS,
    },
    "-",
    (bytes) => void parts.push(bytes),
  );
  return Buffer.concat(parts).toString("utf8");
}
