import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HashRuns } from "../../src/store/hash-runs.ts";
import { HashTable } from "../../src/store/hash-table.ts";
import { ValueIndex } from "../../src/store/value-index.ts";

describe("HashTable", () => {
  it("gives back every id of a hash in order, however much it grows", () => {
    const table = new HashTable();
    for (let id = 1; id <= 100_000; id++) table.add(Math.imul(id % 30_000, 0x9e3779b1), id);
    for (const n of [0, 1, 9_999, 29_999]) {
      const ids: number[] = [];
      table.seek(Math.imul(n, 0x9e3779b1));
      for (let id = table.next(); id !== 0; id = table.next()) ids.push(id);
      expect(ids).toEqual([n, n + 30_000, n + 60_000, n + 90_000].filter((id) => id > 0 && id <= 100_000));
    }
    table.seek(12345);
    expect(table.next()).toBe(0);
  });

  it("hands its entries out in the order of the hashes, those of a hash in the order they came", () => {
    const table = new HashTable();
    const entries = Array.from(
      { length: 20_000 },
      (_, n) => [Math.imul((n % 7_000) - 3_500, 0x9e3779b1), n + 1] as const,
    );
    for (const [hash, id] of entries) table.add(hash, id);
    const { hashes, ids } = table.sorted();
    const expected = entries.toSorted(([a, n], [b, m]) => (a >>> 0) - (b >>> 0) || n - m);
    expect([...hashes].map((hash, at) => [hash, ids[at]])).toEqual(expected);
    table.clear();
    expect(table.count).toBe(0);
    table.seek(entries[0]?.[0] ?? 0);
    expect(table.next()).toBe(0);
  });
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "eqlite-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const all = (runs: HashRuns, hash: number): number[] => {
  const ids: number[] = [];
  runs.seek(hash);
  for (let id = runs.next(); id !== 0; id = runs.next()) ids.push(id);
  return ids;
};

describe("HashRuns", () => {
  it("finds what is in memory and what was written out, each id once, and nothing else", () => {
    const runs = new HashRuns(path.join(folder, "runs"), 1_000);
    const hash = (n: number): number => Math.imul(n % 3_000, 0x9e3779b1);
    for (let id = 1; id <= 10_500; id++) runs.add(hash(id), id);
    for (let n = 0; n < 3_000; n++) {
      const expected = [n, n + 3_000, n + 6_000, n + 9_000].filter((id) => id > 0 && id <= 10_500);
      expect(all(runs, hash(n)).toSorted((a, b) => a - b)).toEqual(expected);
    }
    for (let n = 3_000; n < 20_000; n++) expect(all(runs, Math.imul(n, 0x9e3779b1))).toEqual([]);
    runs.close();
  });

  it("finds more entries of one hash than a page of the file holds", () => {
    const runs = new HashRuns(path.join(folder, "runs"), 2_000);
    for (let id = 1; id <= 2_001; id++) runs.add(id <= 1_800 ? 77 : id, id);
    expect(all(runs, 77)).toHaveLength(1_800);
    expect(all(runs, 1_999)).toEqual([1_999]);
    expect(all(runs, 2_001)).toEqual([2_001]);
    runs.close();
  });

  it("leaves no file behind, and begins anew after it was closed", () => {
    const runs = new HashRuns(path.join(folder, "runs"), 10);
    for (let id = 1; id <= 100; id++) runs.add(id, id);
    expect(readdirSync(folder)).toEqual([]);
    runs.close();
    expect(all(runs, 5)).toEqual([]);
    for (let id = 1; id <= 100; id++) runs.add(id, id + 1);
    expect(all(runs, 5)).toEqual([6]);
    runs.close();
  });
});

describe("ValueIndex", () => {
  const bytesOf = (n: number) => Buffer.from(`value ${n} ${"x".repeat(n % 300)}`);

  it("finds every value again, from memory or from the case, when all hashes are the same few", () => {
    const stored = new Map<number, Buffer>();
    let asked = 0;
    const index = new ValueIndex(new HashRuns(path.join(folder, "values"), 500), 1, (id, _key, data, start, length) => {
      asked += 1;
      return stored.get(id)?.equals(data.subarray(start, start + length)) === true;
    });
    const pending: [number, Buffer][] = [];
    for (let n = 1; n <= 3_000; n++) {
      const bytes = bytesOf(n);
      expect(index.find(7, bytes, 0, bytes.length, n % 700)).toBe(0);
      index.add(7, bytes, 0, bytes.length, n % 700, n);
      pending.push([n, bytes]);
      if (n % 1_000 !== 0) continue;
      for (const [id, saved] of pending.splice(0)) stored.set(id, saved);
      index.saved();
    }
    for (let n = 1; n <= 3_000; n++) {
      const bytes = bytesOf(n);
      expect(index.find(7, bytes, 0, bytes.length, n % 700)).toBe(n);
      expect(index.find(8, bytes, 0, bytes.length, n % 700)).toBe(0);
    }
    expect(asked).toBe(0);
  });

  it("never forgets what is not in the case yet", () => {
    const index = new ValueIndex(new HashRuns(path.join(folder, "values")), 1, () => {
      throw new Error("it is not in the case");
    });
    const big = Buffer.alloc(1 << 20, "x");
    for (let n = 1; n <= 80; n++) {
      big.writeUInt32LE(n, 0);
      index.add(1, big, 0, big.length, n, n);
    }
    for (let n = 1; n <= 80; n++) {
      big.writeUInt32LE(n, 0);
      expect(index.find(1, big, 0, big.length, n)).toBe(n);
    }
  });
});
