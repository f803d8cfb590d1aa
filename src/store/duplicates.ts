import type { CaseFile } from "./case-file.ts";

/** A document that repeats an event, and was not loaded. */
export interface DuplicateRow {
  readonly path: string;
  readonly line: number;
  /** The event it repeats, and where that is from. */
  readonly event: number;
  readonly ofPath: string;
  readonly ofLine: number;
}

/** All duplicates, in the order of the evidence. */
export function listDuplicates(file: CaseFile): DuplicateRow[] {
  return file.db
    .prepare<[], DuplicateRow>(
      `SELECT s.path, d.line, d.event, os.path AS ofPath, e.line AS ofLine
       FROM duplicate d JOIN member m ON m.id = d.member JOIN source s ON s.id = m.source
       JOIN event e ON e.id = d.event JOIN member om ON om.id = e.member JOIN source os ON os.id = om.source
       ORDER BY d.id`,
    )
    .all();
}
