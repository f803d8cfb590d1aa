import { describe, expect, it } from "vitest";
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
});

describe("ValueIndex", () => {
  const bytesOf = (n: number) => Buffer.from(`value ${n} ${"x".repeat(n % 300)}`);

  it("finds every value again, from memory or from the case, when all hashes are the same few", () => {
    const stored = new Map<number, Buffer>();
    let asked = 0;
    const index = new ValueIndex((id, _key, data, start, length) => {
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
    const index = new ValueIndex(() => {
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
