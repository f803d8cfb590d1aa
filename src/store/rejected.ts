import type { CaseFile } from "./case-file.ts";

/** Something that could not be read. */
export interface RejectedRow {
  readonly path: string;
  readonly member: number;
  /** 1-based; 0 where it is no document (the end of a truncated stream). */
  readonly line: number;
  /** In the member. */
  readonly offset: number;
  readonly bytes: number;
  readonly code: string;
  readonly reason: string;
}

/** What could not be read, in the order of the evidence. */
export function listRejected(file: CaseFile, limit = -1): RejectedRow[] {
  return file.db
    .prepare<[number], RejectedRow>(
      `SELECT s.path, r.member, r.line, r.offset, r.bytes, r.code, r.reason
       FROM rejected r JOIN member m ON m.id = r.member JOIN source s ON s.id = m.source ORDER BY r.id LIMIT ?`,
    )
    .all(limit);
}
