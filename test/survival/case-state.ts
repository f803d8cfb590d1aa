/** What a case holds, without what differs between two runs of the same work: times, durations, owners, hashes of these. */
import { createHash } from "node:crypto";
import Database from "better-sqlite3";

/** Per table the columns that two undisturbed runs give alike; `*` is all. */
const EVIDENCE: Readonly<Record<string, string>> = {
  source:
    "id, path, sha256, bytes, format, status, documents, events, duplicates, rejected, blank, untimed, conflicts, warnings",
  member: "*",
  block: "*",
  rejected: "*",
  duplicate: "*",
  family: "*",
  value: "*",
  value_item: "*",
  field: "id, path, type, typed_by, family, has_column, strings, numbers, booleans, lists",
  field_source: "*",
  event: "*",
  row_digest: "*",
};

const FINDINGS = `SELECT f.key, r.rule_id, r.hash, f.time, f.end_time, f.total, f.join_keys, f.summary, f.suppressed_by,
    (SELECT group_concat(ifnull(event, 'missing'), ' ') FROM (SELECT event FROM finding_event WHERE finding = f.id ORDER BY position)) AS events
  FROM finding f JOIN rule r ON r.id = f.rule ORDER BY f.key`;

/** SHA-256 of every table of the evidence that the case has: an older schema has fewer. */
export function evidenceOf(file: string): Record<string, string> {
  return reading(file, (db) =>
    Object.fromEntries(
      Object.entries(EVIDENCE)
        .filter(([table]) => hasTable(db, table))
        .map(([table, columns]) => [
          table,
          digest(db.prepare(`SELECT ${columns} FROM ${table} ORDER BY 1, 2`).raw().safeIntegers().iterate()),
        ]),
    ),
  );
}

function hasTable(db: Database.Database, name: string): boolean {
  return db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(name) !== undefined;
}

/** SHA-256 of the findings with their events. */
export function findingsOf(file: string): { readonly count: number; readonly sha256: string } {
  return reading(file, (db) => ({
    count: db.prepare<[], number>("SELECT count(*) FROM finding").pluck().get() ?? 0,
    sha256: digest(db.prepare(FINDINGS).raw().safeIntegers().iterate()),
  }));
}

/** How many acts of a kind the journal has. */
export function actsOf(file: string, action: string): number {
  return reading(
    file,
    (db) => db.prepare<[string], number>("SELECT count(*) FROM journal WHERE action = ?").pluck().get(action) ?? 0,
  );
}

function reading<T>(file: string, read: (db: Database.Database) => T): T {
  const db = new Database(file, { readonly: true });
  try {
    return read(db);
  } finally {
    db.close();
  }
}

function digest(rows: Iterable<unknown>): string {
  const hash = createHash("sha256");
  for (const row of rows) {
    for (const cell of row as readonly unknown[]) {
      hash.update(Buffer.isBuffer(cell) ? cell : String(cell));
      hash.update("\u0000");
    }
    hash.update("\n");
  }
  return hash.digest("hex");
}
