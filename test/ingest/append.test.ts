import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createReadStream } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadEvidence } from "../../src/ingest/load.ts";
import { DEFAULT_LOAD_OPTIONS, type LoadOptions, type SourceReport } from "../../src/ingest/load-types.ts";
import { type CaseFile, openCase } from "../../src/store/case-file.ts";

const options: LoadOptions = { ...DEFAULT_LOAD_OPTIONS, workers: 1, batchBytes: 1 };
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "eqlite-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Events of which some repeat others by id, by content, or as hits; values and lists recur, also with other cases and NUL. */
function documents(from: number, to: number): string {
  const lines: string[] = [];
  for (let n = from; n < to; n++) {
    const process = {
      name: n % 3 === 0 ? `P${n % 50}` : `p${n % 50}`,
      args: [`p${n % 50}`, `-x${n % 70}`, `--n=${n}`].slice(0, 1 + (n % 3)),
      entity_id: `E${n % 900}`,
      command_line: n % 11 === 0 ? `nul\0${n % 20}` : `run ${n}`,
      exit_code: n % 13 === 0 ? [n % 5, n % 7] : 0,
    };
    const host = { name: `h${n % 4}`, ip: [`10.0.0.${n % 200}`, "::1"] };
    const rest = { host, process, padding: "x".repeat(600), [`custom${n % 40}`]: n };
    const time = new Date(1_769_853_600_000 + n * 250).toISOString();
    switch (n % 4) {
      case 0:
        lines.push(JSON.stringify({ "@timestamp": time, event: { id: `e${n % 1_500}` }, agent: { id: "a" }, ...rest }));
        break;
      case 1:
        lines.push(JSON.stringify({ _index: "i", _id: `${n % 1_300}`, _source: { "@timestamp": time, ...rest } }));
        break;
      case 2:
        lines.push(JSON.stringify({ "@timestamp": `2026-01-31T10:00:0${n % 9}Z`, host: { name: `h${n % 40}` } }));
        break;
      default:
        lines.push(n % 500 === 3 ? `{"broken` : JSON.stringify({ "@timestamp": time, ...rest }));
    }
  }
  return lines.join("\n");
}

async function load(name: string, paths: readonly string[], more: Partial<LoadOptions> = {}): Promise<SourceReport[]> {
  const file = await openCase(path.join(folder, name), "create");
  try {
    const stdin = createReadStream(path.join(folder, "b.ndjson"));
    const { sources } = await loadEvidence(file, paths, { ...options, ...more }, { stdin });
    stdin.destroy();
    return [...sources];
  } finally {
    file.close();
  }
}

const TABLES = [
  "block",
  "rejected",
  "duplicate",
  "family",
  "value",
  "value_item",
  "field",
  "field_source",
  "event",
  "row_digest",
];

async function contents(name: string): Promise<Record<string, unknown[][]>> {
  const file: CaseFile = await openCase(path.join(folder, name), "read");
  try {
    expect(file.db.pragma("integrity_check", { simple: true })).toBe("ok");
    const all: Record<string, unknown[][]> = {};
    for (const table of TABLES) all[table] = file.rows({ sql: `SELECT * FROM ${table} ORDER BY 1, 2`, parameters: [] });
    return all;
  } finally {
    file.close();
  }
}

const file = (name: string): string => path.join(folder, name);

async function indexes(name: string): Promise<unknown[]> {
  const opened = await openCase(file(name), "read");
  const sql = "SELECT name FROM sqlite_schema WHERE type = 'index' AND name LIKE 'event_%' ORDER BY 1";
  const found = opened.rows({ sql, parameters: [] }).flat();
  opened.close();
  return found;
}

describe("a file that is added to a case", () => {
  beforeAll(async () => {
    writeFileSync(file("a.ndjson"), documents(0, 3_000));
    writeFileSync(file("b.ndjson"), documents(2_000, 3_000));
    await load("both.case", [file("a.ndjson"), file("b.ndjson")]);
    await load("a.case", [file("a.ndjson")]);
    expect(statSync(file("b.ndjson")).size).toBeLessThan(statSync(file("a.case")).size);
  });

  it("gives the same rows as when both are loaded at once, though the case is not read for it", async () => {
    await load("added.case", [file("a.ndjson")]);
    expect(await indexes("added.case")).not.toContain("event_identity");
    const [report] = await load("added.case", [file("b.ndjson")]);
    expect(report).toMatchObject({ documents: 1_000, events: 0, duplicates: 998, rejected: 2 });
    expect(await contents("added.case")).toEqual(await contents("both.case"));
    expect(await indexes("added.case")).toContain("event_identity");
  });

  it("gives the same rows when it is larger than the case: from the beginning, or once that shows", async () => {
    writeFileSync(file("b.ndjson"), documents(2_000, 13_000));
    await load("both2.case", [file("a.ndjson"), file("b.ndjson")]);
    const both = await contents("both2.case");
    for (const given of [file("b.ndjson"), "-"]) {
      const name = given === "-" ? "stream.case" : "file.case";
      await load(name, [file("a.ndjson")]);
      const [report] = await load(name, [given]);
      expect(report?.documents).toBe(11_000);
      expect(report?.duplicates).toBeGreaterThan(1_000);
      expect(await contents(name)).toEqual(both);
      expect(await indexes(name)).not.toContain("event_identity");
      expect(await indexes(name)).toContain("event_time");
    }
  });

  it("is flagged where it repeats events and --keep-duplicates asks for them, the same way", async () => {
    writeFileSync(file("b.ndjson"), documents(2_000, 2_800));
    await load("kept2.case", [file("a.ndjson"), file("b.ndjson")], { keepDuplicates: true });
    await load("kept.case", [file("a.ndjson")], { keepDuplicates: true });
    const [report] = await load("kept.case", [file("b.ndjson")], { keepDuplicates: true });
    expect(report).toMatchObject({ documents: 800, events: 798, duplicates: 798, rejected: 2 });
    expect(await contents("kept.case")).toEqual(await contents("kept2.case"));
  });
});
