import type Database from "better-sqlite3";

/** What is counted of a source. */
export interface SourceCounts {
  documents: number;
  events: number;
  duplicates: number;
  rejected: number;
  blank: number;
  untimed: number;
  conflicts: number;
  zoneless: number;
  unnamed: number;
}

export function noCounts(): SourceCounts {
  return {
    documents: 0,
    events: 0,
    duplicates: 0,
    rejected: 0,
    blank: 0,
    untimed: 0,
    conflicts: 0,
    zoneless: 0,
    unnamed: 0,
  };
}

/** Adds to the counts of a source. In a transaction of the caller. */
export function addSourceCounts(db: Database.Database, source: number, counts: SourceCounts): void {
  db.prepare(
    `UPDATE source SET documents = documents + ?, events = events + ?, duplicates = duplicates + ?,
       rejected = rejected + ?, blank = blank + ?, untimed = untimed + ?, conflicts = conflicts + ?,
       zoneless = zoneless + ?, unnamed = unnamed + ?
     WHERE id = ?`,
  ).run(
    ...[
      counts.documents,
      counts.events,
      counts.duplicates,
      counts.rejected,
      counts.blank,
      counts.untimed,
      counts.conflicts,
      counts.zoneless,
      counts.unnamed,
      source,
    ].map(BigInt),
  );
}
