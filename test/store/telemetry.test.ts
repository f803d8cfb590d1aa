import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadEvidence } from "../../src/ingest/load.ts";
import { DEFAULT_LOAD_OPTIONS } from "../../src/ingest/load-types.ts";
import { type CaseFile, openCase } from "../../src/store/case-file.ts";
import { checkMembers } from "../../src/store/members.ts";
import { readTelemetry } from "../../src/store/telemetry.ts";

let folder: string;
let file: CaseFile;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "eqlite-"));
  file = await openCase(path.join(folder, "a.case"), "create");
});
afterEach(() => {
  file.close();
  rmSync(folder, { recursive: true, force: true });
});

async function load(documents: readonly object[]): Promise<void> {
  const at = path.join(folder, "a.ndjson");
  writeFileSync(at, documents.map((document) => JSON.stringify(document)).join("\n"));
  await loadEvidence(file, [at], { ...DEFAULT_LOAD_OPTIONS, format: "ndjson", workers: 1 });
}

/** An event at a second of a day. */
const event = (second: number, sequence: number, more: object = {}): object => ({
  "@timestamp": new Date(1_769_817_600_000 + second * 1000).toISOString(),
  event: { sequence, category: ["process"] },
  host: { name: "web" },
  ...more,
});
const at = (second: number): bigint => BigInt(1_769_817_600 + second) * 1_000_000_000n;

describe("readTelemetry", () => {
  it("tells silent stretches to the nanosecond, and holes of the sequence", async () => {
    const seconds = [...Array(100).keys(), ...Array.from({ length: 100 }, (_, n) => 10_000 + n)];
    await load(seconds.map((second, n) => event(second, n < 50 ? n : n + 10)));
    const { hosts, first, last } = readTelemetry(file);
    expect([first, last]).toEqual([at(0), at(10_099)]);
    expect(hosts).toMatchObject([
      {
        host: "web",
        events: 200,
        silences: [{ from: at(99), to: at(10_000) }],
        sequence: { first: 0n, last: 209n, missing: 10n, holes: [{ after: 49n, before: 60n }] },
        categories: [{ category: "process", events: 200 }],
      },
    ]);
    expect(hosts[0]?.histogram.filter((count) => count > 0)).toEqual([100, 100]);
  });

  it("counts events without a time, and those of no host", async () => {
    await load([event(0, 1), { host: { name: "web" } }, { message: "nobody's" }]);
    expect(readTelemetry(file).hosts.map(({ host, events, first }) => [host, events, first])).toEqual([
      ["web", 2, at(0)],
      [null, 1, null],
    ]);
  });

  it("says nothing of an empty case", () => {
    expect(readTelemetry(file)).toEqual({ first: null, last: null, hosts: [] });
  });
});

describe("checkMembers", () => {
  it("finds a block that was changed", async () => {
    await load([event(0, 1)]);
    expect(checkMembers(file)).toMatchObject([{ ok: true, problem: null }]);
    file.db.exec("UPDATE block SET data = zeroblob(10)");
    expect(checkMembers(file)[0]?.problem).toMatch(/cannot be decompressed/);
    file.db.exec("DELETE FROM event; DELETE FROM block");
    expect(checkMembers(file)[0]?.problem).toMatch(/^0 bytes are in the case/);
  });
});
