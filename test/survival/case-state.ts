/** What a case holds, without what differs between two runs of the same work: times, durations, owners, hashes of these. */
import { createHash } from "node:crypto";
import Database from "better-sqlite3";

/** Per table the columns that two undisturbed runs give alike; `*` is all. */
const EVIDENCE: Readonly<Record<string, string>> = {
  source:
    "id, path, sha256, bytes, format, status, options, normaliser, tool_version, documents, events, duplicates, rejected, blank, untimed, conflicts, zoneless, unnamed, warnings",
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
  derived: "*",
  derived_block: "*",
};

/** Tables that a load leaves empty, but for its rows in the journal, which tell when it was. */
const INVESTIGATION: ReadonlySet<string> = new Set([
  ...["rule", "hunt", "hunt_rule", "finding", "finding_event", "step_state", "note", "exception", "journal", "setting"],
]);

const LEDGER = `SELECT r.rule_id, r.hash, l.outcome, l.findings, l.reason, l.sql_hash
  FROM hunt_rule l JOIN rule r ON r.id = l.rule
  WHERE l.hunt = (SELECT max(id) FROM hunt) ORDER BY r.rule_id, r.hash`;

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

/** Tables that nothing here looks at: a new one has to be given a place. */
export function unknownTables(file: string): string[] {
  return reading(file, (db) =>
    tablesOf(db).filter((name) => !(name in EVIDENCE) && !INVESTIGATION.has(name) && !SIDE_TABLE.test(name)),
  );
}

/** SHA-256 of each table with the values of a field that has no column: hunts fill them. */
export function sideTablesOf(file: string): Record<string, string> {
  return reading(file, (db) =>
    Object.fromEntries(
      tablesOf(db)
        .filter((name) => SIDE_TABLE.test(name))
        .map((name) => [
          name,
          digest(db.prepare(`SELECT * FROM ${name} ORDER BY 1, 2`).raw().safeIntegers().iterate()),
        ]),
    ),
  );
}

const SIDE_TABLE = /^f_\d+$/;

function tablesOf(db: Database.Database): string[] {
  return db
    .prepare<[], string>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'kysely%' AND name NOT LIKE 'sqlite%' ORDER BY name",
    )
    .pluck()
    .all();
}

/** SHA-256 of the findings with their events, and of how each rule of the last hunt ended. */
export function findingsOf(file: string): { readonly count: number; readonly sha256: string; readonly ledger: string } {
  return reading(file, (db) => ({
    count: db.prepare<[], number>("SELECT count(*) FROM finding").pluck().get() ?? 0,
    sha256: digest(db.prepare(FINDINGS).raw().safeIntegers().iterate()),
    ledger: digest(db.prepare(LEDGER).raw().safeIntegers().iterate()),
  }));
}

/** How many acts of a kind the journal has. */
export function actsOf(file: string, action: string): number {
  return reading(
    file,
    (db) => db.prepare<[string], number>("SELECT count(*) FROM journal WHERE action = ?").pluck().get(action) ?? 0,
  );
}

/** The verdict of a finding. */
export function verdictOf(file: string, finding: number): string | undefined {
  return reading(file, (db) =>
    db.prepare<[number], string>("SELECT verdict FROM finding WHERE id = ?").pluck().get(finding),
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
