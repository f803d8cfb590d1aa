import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openCase } from "../../src/store/case-file.ts";
import { readJournal, verifyJournal } from "../../src/store/journal.ts";
import { type Upgrade, whenUpgraded } from "../../src/store/upgrade-notice.ts";
import { migrate } from "../../src/store/migrate.ts";
import { readMigrations, SCHEMA_VERSION } from "../../src/store/migrations.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "eqlite-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => path.join(folder, name);

describe("openCase", () => {
  it("creates a case with the current schema and opens it again", async () => {
    (await openCase(at("a.case"), "create")).close();
    const file = await openCase(at("a.case"), "read");
    expect(file.rows({ sql: "PRAGMA user_version", parameters: [] })).toEqual([[BigInt(SCHEMA_VERSION)]]);
    expect(file.rows({ sql: "PRAGMA journal_mode", parameters: [] })).toEqual([["delete"]]);
    file.close();
  });

  it("says when there is no case", async () => {
    await expect(openCase(at("none.case"), "read")).rejects.toMatchObject({ code: "case-not-found" });
  });

  it("refuses a directory, a text file and another program's database", async () => {
    writeFileSync(at("text.case"), "this is no database at all");
    new Database(at("other.case")).exec("create table t(x)").close();
    await expect(openCase(folder, "write")).rejects.toMatchObject({ code: "not-a-case" });
    await expect(openCase(at("text.case"), "create")).rejects.toMatchObject({ code: "not-a-case" });
    await expect(openCase(at("other.case"), "create")).rejects.toMatchObject({ code: "not-a-case" });
  });

  it("refuses a case of a newer schema", async () => {
    (await openCase(at("a.case"), "create")).close();
    const db = new Database(at("a.case"));
    db.pragma(`user_version = ${SCHEMA_VERSION + 10}`);
    db.close();
    await expect(openCase(at("a.case"), "write")).rejects.toMatchObject({ code: "case-too-new" });
  });
});

/** Two schemas to come after the current one. */
const LATER = [
  { name: "0980_more", version: 980, text: "CREATE TABLE more (x);" },
  { name: "0990_most", version: 990, text: "ALTER TABLE more ADD COLUMN y; INSERT INTO more VALUES (1, 2);" },
];

/** Rows of every table that the migrations up to `version` have made. */
function dump(file: string): Record<string, unknown[]> {
  const db = new Database(file, { readonly: true });
  const tables = db
    .prepare<[], string>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'kysely%' ORDER BY name",
    )
    .pluck()
    .all();
  const rows = Object.fromEntries(tables.map((name) => [name, db.prepare(`SELECT * FROM ${name}`).raw().all()]));
  db.close();
  return rows;
}

/** A case as an eqlite wrote it whose last migration was the `count`-th. */
async function olderCase(name: string, count: number): Promise<Record<string, unknown[]>> {
  const file = await openCase(at(name), "create", [...readMigrations(), ...LATER].slice(0, count));
  file.db.exec("INSERT INTO setting VALUES ('k', 'v'); INSERT INTO family (id, name) VALUES (1, 'f')");
  file.close();
  return dump(at(name));
}

describe("a case of an older schema", () => {
  const all = [...readMigrations(), ...LATER];
  const older = all.slice(0, -1).map((_, at) => at + 1);

  it.each(older)("is brought to the newest from the %i. one, and what it was is kept beside it", async (count) => {
    const before = await olderCase("old.case", count);
    const told: Upgrade[] = [];
    whenUpgraded((upgrade) => told.push(upgrade));
    const from = all[count - 1]?.version ?? 0;
    const file = await openCase(at("old.case"), "write", all);
    expect(file.rows({ sql: "PRAGMA user_version", parameters: [] })).toEqual([[990n]]);
    expect(file.rows({ sql: "SELECT * FROM more", parameters: [] })).toEqual([[1n, 2n]]);
    expect(readJournal(file, 1)).toMatchObject([
      { action: "upgrade", detail: { from, to: 990, backup: at(`old.case.schema-${from}`) } },
    ]);
    expect(verifyJournal(file).problems).toEqual([]);
    file.close();
    const after = dump(at("old.case"));
    expect(after).toMatchObject({ ...before, more: [[1, 2]], journal: [expect.anything()] });
    const added = Object.keys(after).filter((table) => !(table in before) && table !== "more");
    expect(added.flatMap((table) => after[table])).toEqual([]);
    expect(dump(at(`old.case.schema-${from}`))).toEqual(before);
    expect(told).toEqual([{ path: at("old.case"), from, to: 990, backup: at(`old.case.schema-${from}`) }]);
    expect(readdirSync(folder).sort()).toEqual(["old.case", `old.case.schema-${from}`]);
  });

  it("is not read as it is: the error says how to upgrade it", async () => {
    await olderCase("old.case", 1);
    await expect(openCase(at("old.case"), "read", all)).rejects.toMatchObject({
      code: "case-too-old",
      hint: "bring it to the current schema: eqlite upgrade --case FILE; a copy of what it is now is kept beside it",
    });
    expect(readdirSync(folder)).toEqual(["old.case"]);
  });

  it("keeps a copy that is there already", async () => {
    await olderCase("old.case", 1);
    writeFileSync(at("old.case.schema-10"), "mine");
    (await openCase(at("old.case"), "write", all)).close();
    expect(readFileSync(at("old.case.schema-10"), "utf8")).toBe("mine");
    expect(readdirSync(folder)).toContain("old.case.schema-10-2");
  });

  it("stays what it was when a migration fails", async () => {
    const before = await olderCase("old.case", readMigrations().length);
    const bad = [...all, { name: "0995_bad", version: 995, text: "DROP TABLE setting; SELECT nonsense;" }];
    await expect(openCase(at("old.case"), "write", bad)).rejects.toMatchObject({ code: "migration-failed" });
    expect(dump(at("old.case"))).toEqual(before);
    (await openCase(at("old.case"), "read")).close();
  });

  it("stays what it was when the migration is killed", async () => {
    const before = await olderCase("old.case", readMigrations().length);
    const child = path.join(import.meta.dirname, "migrate-child.ts");
    expect(spawnSync(process.execPath, [child, at("old.case")]).signal).toBe("SIGKILL");
    const file = await openCase(at("old.case"), "read");
    expect(file.rows({ sql: "SELECT * FROM setting", parameters: [] })).toEqual([["k", "v"]]);
    file.close();
    (await openCase(at("old.case"), "write")).close();
    expect(dump(at("old.case"))).toEqual(before);
    expect(dump(at(`old.case.schema-${SCHEMA_VERSION}`))).toEqual(before);
  });
});

describe("migrate", () => {
  it("leaves nothing behind when a migration fails", async () => {
    const db = new Database(":memory:");
    const files = [
      ...readMigrations(),
      { name: "0990_bad", version: 990, text: "CREATE TABLE left_over (x); SELECT nonsense;" },
    ];
    await expect(migrate(db, files)).rejects.toMatchObject({ code: "migration-failed" });
    expect(db.prepare("SELECT count(*) FROM sqlite_master WHERE name IN ('left_over', 'event')").pluck().get()).toBe(0);
    expect(db.pragma("user_version", { simple: true })).toBe(0);
  });
});
