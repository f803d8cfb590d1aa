import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openCase } from "../../src/store/case-file.ts";
import { migrate, readMigrations, SCHEMA_VERSION } from "../../src/store/migrate.ts";

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
