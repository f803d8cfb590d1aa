import { existsSync } from "node:fs";
import path from "node:path";
import { EXIT, UserError } from "../base/errors.ts";
import type { CaseBook } from "../triage/case-book.ts";
import { EXPORT_FORMAT_NAMES } from "../triage/export-formats.ts";
import type { FindingFilter } from "../triage/finding-filter.ts";
import { CSV_DEFAULTS } from "./csv.ts";
import { DEFAULT_DETAILS } from "./report-choice.ts";
import { EXPORT_FORMATS } from "./formats.ts";
import { exportToFile } from "./run-export.ts";

/**
 * What the triage screen's export does: the findings that pass the filter, to `target` or to a new file beside the case.
 * @throws UserError `unknown-format`, `output-failed`
 */
export async function exportForTriage(
  book: CaseBook,
  format: string,
  target: string | null,
  filter: FindingFilter,
): Promise<{ readonly path: string; readonly findings: number; readonly leftOut: number }> {
  const name = EXPORT_FORMAT_NAMES.find((known) => known === format);
  if (name === undefined) {
    throw new UserError("unknown-format", `${JSON.stringify(format)} is no export format`, {
      hint: `one of: ${EXPORT_FORMAT_NAMES.join(", ")}`,
      exitCode: EXIT.usage,
    });
  }
  const file = target ?? freePath(book.file.path, EXPORT_FORMATS[name].extension);
  const { findings, leftOut } = await exportToFile(
    book,
    { format: name, filter, csv: CSV_DEFAULTS, details: DEFAULT_DETAILS },
    file,
  );
  return { path: file, findings, leftOut };
}

/** `web.case` -> `web-findings.csv`, or the next of `web-findings-2.csv`, ... that does not exist. */
function freePath(casePath: string, extension: string): string {
  const base = path.join(path.dirname(casePath), `${path.basename(casePath, ".case")}-findings`);
  for (let number = 1; ; number += 1) {
    const candidate = `${base}${number === 1 ? "" : `-${number}`}.${extension}`;
    if (!existsSync(candidate)) return candidate;
  }
}
