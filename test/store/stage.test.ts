import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { NumberRecord } from "../../src/store/record.ts";
import { Stage } from "../../src/store/stage.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "eqlite-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const SQL = "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b REAL, c INTEGER)";
const VALUES = [0n, 1n, -1n, 127n, 128n, -128n, -129n, 32_767n, 32_768n, 8_388_607n, 8_388_608n, 2_147_483_647n];
const WIDE = [2n ** 31n, -(2n ** 31n) - 1n, 2n ** 47n - 1n, 2n ** 47n, -(2n ** 47n), 2n ** 63n - 1n, -(2n ** 63n)];

function halves(value: bigint): [number, number] {
  return [Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n))];
}

describe("Stage", () => {
  it("is a database that SQLite finds sound, with every row, and copies into a table of the same definition", () => {
    const stage = new Stage();
    const table = stage.table("t", SQL);
    stage.table("empty", "CREATE TABLE empty (x)");
    const record = new NumberRecord(4);
    const rows = 60_000;
    const doubles = new Float64Array([1.5]);
    const bits = new Int32Array(doubles.buffer);
    const all = [...VALUES, ...WIDE];
    for (let id = 1; id <= rows; id++) {
      record.clear();
      const value = all[id % all.length] ?? 0n;
      record.setInt64(1, ...halves(value));
      if (id % 2 === 0) record.setDouble(2, bits[0] ?? 0, bits[1] ?? 0);
      if (id % 3 === 0) record.setInt32(3, id);
      const at = stage.reserve(table, id * 3, record.length);
      record.write(stage.data, at);
    }
    const file = path.join(folder, "stage");
    writeFileSync(file, stage.finish());
    const db = new Database(path.join(folder, "case"));
    db.defaultSafeIntegers();
    db.exec(SQL);
    db.prepare("ATTACH ? AS stage").run(file);
    expect(db.pragma("stage.integrity_check", { simple: true })).toBe("ok");
    db.exec("INSERT INTO t SELECT * FROM stage.t");
    expect(db.pragma("main.integrity_check", { simple: true })).toBe("ok");
    const got = db.prepare("SELECT * FROM t ORDER BY id").raw().all();
    const want = Array.from({ length: rows }, (_, index) => {
      const id = index + 1;
      return [BigInt(id * 3), all[id % all.length], id % 2 === 0 ? 1.5 : null, id % 3 === 0 ? BigInt(id) : null];
    });
    expect(got).toEqual(want);
    db.close();
  });

  it("does not take a record that would need an overflow page", () => {
    const stage = new Stage();
    const table = stage.table("t", "CREATE TABLE t (x)");
    expect(stage.add(table, 1, new Uint8Array(70_000), 70_000)).toBe(false);
    expect(stage.add(table, 1, new Uint8Array([2, 0]), 2)).toBe(true);
  });
});
