import { cpSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import Database from "better-sqlite3";
import { beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../../src/cli/program.ts";
import { loadEvidence } from "../../src/ingest/load.ts";
import { DEFAULT_LOAD_OPTIONS } from "../../src/ingest/load-types.ts";
import { openCase } from "../../src/store/case-file.ts";
import { setSetting } from "../../src/store/settings.ts";
import { ensureSideTables } from "../../src/store/side-tables.ts";
import { verifyCase, verifyChecks } from "../../src/triage/verify-case.ts";
import { memoryIo } from "../cli/memory-io.ts";
import { tempFolder } from "../temp-folder.ts";

/** Columns that say nothing which findings or evidence rest on; docs/integrity.md says why. */
const CANNOT_MATTER: ReadonlySet<string> = new Set([
  "source.owner",
  "field.side_complete",
  "field.side_until",
  "family.id",
  "rule.identity",
  "hunt.owner",
]);

/** Tables whose rows are of several kinds: the first and the last are tried. */
const BOTH_ENDS: ReadonlySet<string> = new Set(["event", "finding", "value", "derived", "setting", "exception"]);

/** Bits that are flipped. */
const FLIPS = Number(process.env["EQLITE_FLIPS"] ?? 40);

let folder: string;
let casePath: string;
/** Tables and their columns. */
let columns: { table: string; name: string }[];

/** A case with a row in every table. */
beforeAll(async () => {
  folder = tempFolder();
  casePath = path.join(folder, "a.case");
  const event = (n: number, more: object): string =>
    JSON.stringify({
      "@timestamp": `2026-01-01T10:00:0${n}.000Z`,
      "event.id": `id-${n}`,
      "event.sequence": n,
      "agent.id": "a1",
      "event.category": ["process", "network"],
      "event.type": "start",
      "host.name": "Web-1",
      "host.id": "h1",
      "process.name": n % 2 === 0 ? "nc" : "SH",
      "process.args": ["a", "B"],
      "process.pid": n,
      "source.ip": "10.0.0.1",
      "labels.ticket": `T${n}`,
      ...more,
    });
  const hit = `{"_index":"i","_id":"1","_source":${event(4, {})}}`;
  const lines = [event(1, {}), event(2, { "process.pid": [2, 3] }), event(1, {}), "{broken", event(3, {}), hit];
  writeFileSync(path.join(folder, "dump.ndjson"), `${lines.join("\n")}\n`);
  writeFileSync(
    path.join(folder, "audit.log"),
    'type=SYSCALL msg=audit(1767261600.000:7): arch=c000003e syscall=59 success=yes exit=0 pid=9 comm="nc" exe="/bin/nc"\ntype=EOE msg=audit(1767261600.000:7):\n',
  );
  writeFileSync(
    path.join(folder, "r.toml"),
    '[rule]\nname = "Rule"\nrule_id = "r"\ntype = "eql"\nlanguage = "eql"\nquery = \'process where process.name : "nc"\'\nrisk_score = 1\nseverity = "low"\ndescription = "d"\nnote = """## Triage and analysis\n\n### Possible investigation steps\n\n- Look.\n"""\n',
  );
  const file = await openCase(casePath, "create");
  const options = { ...DEFAULT_LOAD_OPTIONS, workers: 1 };
  await loadEvidence(file, [path.join(folder, "dump.ndjson"), path.join(folder, "audit.log")], options);
  ensureSideTables(file, ["labels.ticket"]);
  setSetting(file, "screen", "overview");
  file.close();
  writeFileSync(path.join(folder, "list.txt"), "10.0.0.7\n10.0.0.8\n");
  writeFileSync(path.join(folder, "more.ndjson"), `${event(6, {})}\n${event(8, { "labels.late": 1 })}\n`);
  for (const line of [
    ["hunt", "--rules", path.join(folder, "r.toml")],
    ["verdict", "1", "true_positive", "--why", "so"],
    ["note", "1", "noted"],
    ["step", "1", "1", "done", "--note", "seen"],
    ["mark", "2"],
    ["exceptions", "add", "process.pid == 4", "--name", "known"],
    ["load", path.join(folder, "more.ndjson")],
    ["hunt", "--rules", path.join(folder, "r.toml"), "--to", "2026-01-01T10:00:07Z"],
    ["exceptions", "values", "addresses", path.join(folder, "list.txt")],
    ["exceptions", "add", "process.pid == 6", "--name", "again"],
    ["undo"],
    ["exceptions", "add", "process.pid == 2", "--name", "not any more"],
    ["exceptions", "delete", "3"],
    ["note", "2", "taken back"],
    ["undo"],
    ["verdict", "2", "benign_positive"],
  ]) {
    const io = memoryIo();
    const options = ["--case", casePath, ...(line[0] === "load" ? [] : ["--analyst", "ann"])];
    expect([await runCli([...line, ...options], io), io.err()]).toEqual([0, expect.anything()]);
  }
  const db = new Database(casePath);
  columns = db
    .prepare<[], { table: string; name: string }>(
      `SELECT t.name AS "table", c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c
       WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name NOT LIKE 'kysely%' ORDER BY 1, c.cid`,
    )
    .all();
  db.close();
});

async function problems(file: string): Promise<string[]> {
  const opened = await openCase(file, "read");
  try {
    return (await verifyCase(opened)).checks.flatMap((check) => check.problems.map((text) => `${check.name}: ${text}`));
  } finally {
    opened.close();
  }
}

/** Whether any check finds something; the later ones are not run then. */
async function isNoticed(file: string): Promise<boolean> {
  const opened = await openCase(file, "read");
  try {
    for await (const { total } of verifyChecks(opened)) if (total > 0) return true;
    return false;
  } finally {
    opened.close();
  }
}

/** Changes a copy of the case behind the back of the program, whose triggers stand again afterwards. */
function changed(name: string, change: (db: Database.Database) => number): { copy: string; changes: number } {
  const copy = path.join(folder, `${name}.case`);
  cpSync(casePath, copy);
  const db = new Database(copy);
  db.pragma("synchronous = OFF");
  db.pragma("journal_mode = MEMORY");
  db.pragma("ignore_check_constraints = ON");
  db.pragma("foreign_keys = OFF");
  const triggers = db
    .prepare<[], { name: string; sql: string }>("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
    .all();
  for (const trigger of triggers) db.exec(`DROP TRIGGER ${trigger.name}`);
  let changes = 0;
  try {
    changes = change(db);
  } catch (error) {
    // A key that another row has, or a column that is never empty.
    expect(String(error)).toMatch(/UNIQUE|NOT NULL|datatype mismatch/);
  }
  for (const { sql } of triggers) db.exec(sql);
  db.close();
  return { copy, changes };
}

/** Something else of the same kind. */
const OTHER = `CASE typeof(@c) WHEN 'integer' THEN @c + 1 WHEN 'real' THEN @c + 0.5 WHEN 'text' THEN @c || 'x'
  WHEN 'blob' THEN CAST(substr(@c, 1, length(@c) - 1) || x'7f' AS BLOB) ELSE @null END`;

/** Changes a column of the first, or last, row that has a value (or, where none has, that has none). */
function edit(db: Database.Database, table: string, name: string, order: "ASC" | "DESC"): number {
  const type = db
    .prepare<[string, string], string>("SELECT type FROM pragma_table_info(?) WHERE name = ?")
    .pluck()
    .get(table, name);
  const other = OTHER.replaceAll("@c", `"${name}"`).replace(
    "@null",
    type === "TEXT" ? "'x'" : type === "BLOB" ? "x'00'" : "1",
  );
  const key = db
    .prepare<[string], string>("SELECT group_concat(quote(name)) FROM pragma_table_info(?) WHERE pk > 0")
    .pluck()
    .get(table);
  const id = key === null || key === undefined ? "rowid" : key.replaceAll("'", '"');
  return db
    .prepare(
      `UPDATE "${table}" SET "${name}" = ${other} WHERE (${id}) = (
         SELECT ${id} FROM "${table}" ORDER BY "${name}" IS NULL, ${id
           .split(",")
           .map((part) => `${part} ${order}`)
           .join(",")} LIMIT 1)`,
    )
    .run().changes;
}

/** Adds the last row once more, with other keys. */
function addRow(db: Database.Database, table: string): number {
  const keys = new Set(
    db
      .prepare<[string, string], string>(
        `SELECT name FROM pragma_table_info(?) WHERE pk = (SELECT max(pk) FROM pragma_table_info(?))`,
      )
      .pluck()
      .all(table, table),
  );
  const unique = db
    .prepare<[string], string>(
      `SELECT c.name FROM pragma_index_list(?) i, pragma_index_info(i.name) c WHERE i."unique" = 1 AND i.origin <> 'pk'`,
    )
    .pluck()
    .all(table);
  for (const name of unique) keys.add(name);
  const cells = columns
    .filter((column) => column.table === table)
    .map(({ name }) => {
      if (!keys.has(name)) return `"${name}"`;
      return `iif(typeof("${name}") = 'text', "${name}" || 'x', (SELECT max("${name}") FROM "${table}") + 1)`;
    });
  return db
    .prepare(
      `INSERT INTO "${table}" SELECT ${cells.join()} FROM "${table}" ORDER BY ${[...keys].map((name) => `"${name}" DESC`).join()} LIMIT 1`,
    )
    .run().changes;
}

describe("verify", () => {
  it("finds nothing wrong with the case as it is", async () => {
    expect(await problems(casePath)).toEqual([]);
  });

  it("has a row in every table", () => {
    const db = new Database(casePath, { readonly: true });
    const tables = [...new Set(columns.map(({ table }) => table))];
    expect(tables.filter((table) => db.prepare(`SELECT 1 FROM "${table}"`).get() === undefined)).toEqual([]);
    db.close();
  });

  it("finds, and names, an edit of any column of any table", async () => {
    const unnoticed: string[] = [];
    for (const { table, name } of columns) {
      if (CANNOT_MATTER.has(`${table}.${name}`)) continue;
      for (const order of BOTH_ENDS.has(table) ? (["ASC", "DESC"] as const) : (["ASC"] as const)) {
        const { copy, changes } = changed("edited", (db) => edit(db, table, name, order));
        if (changes > 0 && !(await isNoticed(copy))) unnoticed.push(`${table}.${name} ${order}`);
      }
    }
    // Of the settings those of the screen; the last one is a value list.
    expect(unnoticed).toEqual(["setting.key ASC", "setting.value ASC"]);
  });

  it("finds, and names, a value that was taken out of any column of any table", async () => {
    const unnoticed: string[] = [];
    for (const { table, name } of columns) {
      if (CANNOT_MATTER.has(`${table}.${name}`)) continue;
      const { copy, changes } = changed(
        "emptied",
        (db) => db.prepare(`UPDATE "${table}" SET "${name}" = NULL WHERE "${name}" IS NOT NULL`).run().changes,
      );
      if (changes > 0 && !(await isNoticed(copy))) unnoticed.push(`${table}.${name}`);
    }
    expect(unnoticed).toEqual([]);
  });

  it("finds, and names, a row that was taken out of any table", async () => {
    const unnoticed: string[] = [];
    for (const table of new Set(columns.map((column) => column.table))) {
      for (const which of ["min", "max"]) {
        const { copy } = changed("shorter", (db) => {
          const key =
            db.prepare<[string], string>("SELECT name FROM pragma_table_info(?) WHERE pk > 0").pluck().get(table) ??
            "rowid";
          return db.prepare(`DELETE FROM "${table}" WHERE "${key}" = (SELECT ${which}("${key}") FROM "${table}")`).run()
            .changes;
        });
        if (!(await isNoticed(copy))) unnoticed.push(`${table} ${which}`);
      }
    }
    expect(unnoticed).toEqual(["setting min"]);
  });

  it("finds, and names, a row that was added to any table", async () => {
    const unnoticed: string[] = [];
    for (const table of new Set(columns.map((column) => column.table))) {
      const { copy, changes } = changed("longer", (db) => addRow(db, table));
      expect([table, changes]).toEqual([table, 1]);
      if (!(await isNoticed(copy))) unnoticed.push(table);
    }
    // A family that no field has says nothing.
    expect(unnoticed).toEqual(["family"]);
  });

  it("finds a missing trigger, a strange one, and a view that lies", async () => {
    const copy = path.join(folder, "schema.case");
    cpSync(casePath, copy);
    const db = new Database(copy);
    db.exec(
      `DROP TRIGGER journal_is_append_only_delete; DROP VIEW events; CREATE VIEW events AS SELECT 1 AS id;
       CREATE TRIGGER strange AFTER INSERT ON note BEGIN DELETE FROM finding; END`,
    );
    db.close();
    expect(await problems(copy)).toEqual([
      "file: the view events is not as the program makes it",
      "file: the trigger strange is not the program's",
      "file: the trigger journal_is_append_only_delete is missing",
    ]);
  });

  it("finds flipped bits anywhere in the file, or the file says the same as before", async () => {
    const bytes = readFileSync(casePath);
    const copy = path.join(folder, "flipped.case");
    const before = contents(casePath);
    let found = 0;
    // A fixed series of places.
    let random = 12_345;
    for (let round = 0; round < FLIPS; round++) {
      random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
      const at = Math.floor((random / 2 ** 32) * bytes.length);
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (round & 7));
      writeFileSync(copy, flipped);
      const wrong = await problems(copy).catch((error: unknown) => [String(error)]);
      if (wrong.length > 0) found += 1;
      else expect([at, contents(copy)]).toEqual([at, before]);
    }
    expect(found).toBeGreaterThanOrEqual(FLIPS / 20);
  });
});

/** What can matter of what a case says, as text. */
function contents(file: string): string {
  const db = new Database(file, { readonly: true });
  const tables = new Map<string, string[]>();
  for (const { table, name } of columns) {
    if (!CANNOT_MATTER.has(`${table}.${name}`)) tables.set(table, [...(tables.get(table) ?? []), name]);
  }
  const rows = [...tables].map(([table, names]) => {
    const cells = names.map((name) => `quote("${name}")`).join(", ");
    return `${table}\n${db.prepare<[], string[]>(`SELECT ${cells} FROM "${table}"`).raw().all().join("\n")}`;
  });
  db.close();
  return rows.join("\n");
}
