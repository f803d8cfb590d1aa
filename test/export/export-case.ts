import type { CaseBook } from "../../src/triage/case-book.ts";
import { CSV_DEFAULTS, type CsvOptions } from "../../src/export/csv.ts";
import type { ExportFormatName } from "../../src/export/formats.ts";
import { runExport } from "../../src/export/run-export.ts";
import type { FindingFilter } from "../../src/triage/finding-filter.ts";

/** The text of an export. */
export async function exported(
  book: CaseBook,
  format: ExportFormatName,
  options: { filter?: FindingFilter; csv?: Partial<CsvOptions> } = {},
): Promise<string> {
  const parts: Uint8Array[] = [];
  await runExport(
    book,
    { format, filter: options.filter ?? {}, csv: { ...CSV_DEFAULTS, ...options.csv } },
    "-",
    (bytes) => void parts.push(bytes),
  );
  return Buffer.concat(parts).toString("utf8");
}
