import type { CaseFile } from "./case-file.ts";
import { idList } from "./summary.ts";

/** Where an event stands in the evidence. */
export interface EventPlace {
  /** The file as it was loaded; an entry of an archive as `file!entry`. */
  readonly source: string;
  /** 1-based physical line of the member, or the ordinal of the document where the format has no lines. */
  readonly line: number;
}

/** Places of events by id. Events that do not exist are left out. */
export function readEventPlaces(file: CaseFile, events: readonly (bigint | number)[]): Map<number, EventPlace> {
  const rows = file.db
    .prepare<[string], { id: number; line: number; source: string | null; member: string | null }>(
      `SELECT e.id, e.line, s.path AS source, m.path AS member
       FROM event e LEFT JOIN member m ON m.id = e.member LEFT JOIN source s ON s.id = m.source
       WHERE e.id IN (SELECT value FROM json_each(?))`,
    )
    .all(idList(events));
  return new Map(
    rows.map(({ id, line, source, member }) => [
      id,
      { source: member === null || member === "" ? (source ?? "") : `${source ?? ""}!${member}`, line },
    ]),
  );
}
