import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadEvidence } from "../../src/ingest/load.ts";
import { DEFAULT_LOAD_OPTIONS, type SourceReport } from "../../src/ingest/load-types.ts";
import { type CaseFile, openCase } from "../../src/store/case-file.ts";
import { eventValues } from "../../src/store/decoded-values.ts";
import { EVENT_FLAG } from "../../src/store/event-flags.ts";
import { EventReader } from "../../src/store/events.ts";
import { fieldByPath, listFields } from "../../src/store/fields.ts";
import { memberBytes } from "../../src/store/members.ts";
import { listRejected } from "../../src/store/rejected.ts";
import { ensureSideTables } from "../../src/store/side-tables.ts";

let folder: string;
let file: CaseFile;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "eqlite-"));
  file = await openCase(path.join(folder, "a.case"), "create");
});
afterEach(() => {
  expect(file.db.pragma("integrity_check", { simple: true })).toBe("ok");
  file.close();
  rmSync(folder, { recursive: true, force: true });
});

const GOOD = `{"@timestamp":"2026-01-31T10:00:00Z","process":{"name":"good"}}`;

/** Loads lines; checks that the two good ones around them are events, and that the member is kept byte for byte. */
async function load(...documents: (string | Buffer)[]): Promise<SourceReport> {
  const lines = [GOOD, ...documents, GOOD].flatMap((line) => [Buffer.from(line), Buffer.from("\n")]);
  const bytes = Buffer.concat(lines);
  writeFileSync(path.join(folder, "a.ndjson"), bytes);
  const report = await loadFile("a.ndjson", "ndjson");
  const names = file
    .rows({ sql: `SELECT "process.name" FROM events ORDER BY id`, parameters: [] })
    .map(([name]) => name);
  expect([names[0], names.at(-1)]).toEqual(["good", "good"]);
  expect(report.documents).toBe(report.events + report.duplicates + report.rejected + report.blank);
  expect(Buffer.concat([...memberBytes(file, 1)]).equals(bytes)).toBe(true);
  return report;
}

async function loadFile(name: string, format = "auto"): Promise<SourceReport> {
  const { sources } = await loadEvidence(file, [path.join(folder, name)], {
    ...DEFAULT_LOAD_OPTIONS,
    format,
    workers: 1,
  });
  const [report] = sources;
  if (report === undefined) throw new Error("no report");
  return report;
}

const values = (event: number, ...paths: string[]) => ({ ...eventValues(file, [event], paths).get(event) });

describe("hostile documents", () => {
  it("nested 10,000 deep are rejected, 900 deep are loaded", async () => {
    const nested = (depth: number) => `{"a":`.repeat(depth) + "1" + "}".repeat(depth);
    expect(await load(nested(10_000), `{"a":${"[".repeat(900)}1${"]".repeat(900)}}`)).toMatchObject({
      events: 3,
      rejected: 1,
    });
    expect(listRejected(file)).toMatchObject([{ line: 2, code: "nested-too-deep" }]);
    expect(fieldByPath(file, "a")).toMatchObject({ numbers: 1 });
  });

  it("with keys that JavaScript or SQL knows keep them as fields", async () => {
    await load(
      `{"__proto__":{"x":"p"},"constructor":"c","\\"":"q","a\\"; DROP TABLE event; --":"s","":"e","rowid":1,"ROWID":2}`,
    );
    const paths = ["__proto__.x", "constructor", '"', 'a"; DROP TABLE event; --', "", "rowid", "ROWID"];
    ensureSideTables(file, paths);
    expect(Object.entries(values(2, ...paths))).toEqual([
      ["__proto__.x", ["p"]],
      ["constructor", ["c"]],
      ['"', ["q"]],
      ['a"; DROP TABLE event; --', ["s"]],
      ["", ["e"]],
      ["rowid", ["1"]],
      ["ROWID", ["2"]],
    ]);
  });

  it("with a key of a megabyte are loaded, and say what is not a field", async () => {
    const report = await load(`{"${"k".repeat(1 << 20)}":"v","process":{"name":"x"}}`);
    expect(report).toMatchObject({ events: 3, rejected: 0 });
    expect(report.warnings).toContainEqual(expect.stringContaining("1 value is in the originals only"));
    expect(values(2, "process.name")).toEqual({ "process.name": ["x"] });
    expect(listFields(file).map(({ path: name }) => name)).toEqual(["@timestamp", "process.name"]);
  });

  it("with repeated keys keep all values", async () => {
    await load(`{"process":{"name":"one"},"process":{"name":"two"},"process.name":"two"}`);
    expect(values(2, "process.name")).toEqual({ "process.name": ["one", "two"] });
  });

  it("with NUL bytes and lone surrogates keep them exactly", async () => {
    await load(`{"process":{"name":"curl\\u0000x","args":["\\ud800","curl\\\\u0000x","\\udc00\\ud800"]}}`);
    expect(values(2, "process.name", "process.args")).toEqual({
      "process.name": ["curl\0x"],
      "process.args": ["\ud800", "curl\\u0000x", "\udc00\ud800"],
    });
    expect(file.rows({ sql: "SELECT folded FROM value WHERE odd = 1 ORDER BY id", parameters: [] })).toEqual([
      ["curl\\u0000x"],
      ["\\ud800"],
      ["\\udc00\\ud800"],
    ]);
  });

  it("with raw control characters are no JSON, and rejected", async () => {
    expect(await load(`{"a":"x\u0000y"}`, `{"a":"x\ty"}`)).toMatchObject({ events: 2, rejected: 2 });
  });

  it("that are not UTF-8 are loaded and flagged, their bytes kept", async () => {
    const bytes = Buffer.from([...Buffer.from(`{"process":{"name":"a`), 0xff, ...Buffer.from(`b"}}`)]);
    await load(bytes, `{"process":{"name":"ä"}}`);
    expect(values(2, "process.name")).toEqual({ "process.name": ["a\ufffdb"] });
    expect(values(3, "process.name")).toEqual({ "process.name": ["ä"] });
    expect(new EventReader(file).position(2)?.flags).toBe(
      EVENT_FLAG.badUtf8 | EVENT_FLAG.untimed | EVENT_FLAG.byContent,
    );
    expect(new EventReader(file).originalBytes(2)).toEqual(bytes);
  });

  it("with numbers beyond 2^53 and 1e400 keep them exactly, or count them as malformed", async () => {
    await load(
      `{"process":{"pid":9007199254740993,"exit_code":1e400,"args_count":9223372036854775808},"event":{"code":9007199254740993,"action":1e400,"sequence":9223372036854775807},"user":{"id":1.50}}`,
    );
    expect(
      values(2, "process.pid", "process.exit_code", "process.args_count", "event.code", "event.action", "user.id"),
    ).toEqual({
      "process.pid": ["9007199254740993"],
      "process.exit_code": [],
      "process.args_count": [],
      "event.code": ["9007199254740993"],
      "event.action": ["1e400"],
      "user.id": ["1.5"],
    });
    expect(fieldByPath(file, "process.exit_code")).toMatchObject({ malformed: 1 });
    expect(file.rows({ sql: "SELECT tiebreaker FROM event WHERE id = 2", parameters: [] })).toEqual([
      [9223372036854775807n],
    ]);
  });

  it("with 5,000 field names, and texts of megabytes, are loaded", async () => {
    const names = Array.from({ length: 5_000 }, (_, n) => `"f${n}":${n}`).join();
    const long = "x".repeat(2 << 20);
    await load(`{${names}}`, `{"process":{"command_line":"${long}"},"a":"${long}"}`);
    expect(listFields(file).length).toBe(5_004);
    expect(values(3, "process.command_line")["process.command_line"]?.[0]?.length).toBe(2 << 20);
    ensureSideTables(file, ["a", "f4999"]);
    expect(values(2, "f4999")).toEqual({ f4999: ["4999"] });
    expect(values(3, "a")["a"]?.[0]).toBe(long);
    expect(new EventReader(file).document(3).json.length).toBe(
      (2 << 20) * 2 + `{"process":{"command_line":""},"a":""}`.length,
    );
  });
});

describe("hostile files", () => {
  it("of one line of 100 MB become one rejection, and are kept", async () => {
    const line = Buffer.alloc(100 << 20, "x");
    line.write(`{"a":"`);
    writeFileSync(path.join(folder, "a"), Buffer.concat([Buffer.from(`${GOOD}\n`), line, Buffer.from(`\n${GOOD}\n`)]));
    expect(await loadFile("a")).toMatchObject({ documents: 3, events: 2, rejected: 1 });
    expect(listRejected(file)).toMatchObject([{ line: 2, code: "document-too-long" }]);
    expect(file.rows({ sql: "SELECT line FROM event", parameters: [] })).toEqual([[1n], [3n]]);
  });

  it("that expand without end are cut off with a reason", async () => {
    const zeros = Buffer.alloc(64 << 20, "0");
    const bomb = zstdCompressSync(zeros);
    writeFileSync(
      path.join(folder, "a"),
      Buffer.concat([zstdCompressSync(Buffer.from(`${GOOD}\n`)), ...Array<Buffer>(40).fill(bomb)]),
    );
    const report = await loadFile("a");
    expect(report).toMatchObject({ status: "complete", events: 1 });
    expect(listRejected(file).map(({ code }) => code)).toEqual(["document-too-long", "decompression-bomb"]);
  });

  it("that are damaged inside of the compression keep what precedes", async () => {
    const bytes = gzipSync(Array.from({ length: 20_000 }, (_, n) => `{"event":{"id":"${n * n}"}}`).join("\n"));
    bytes.fill(0xff, bytes.length - 5_000, bytes.length - 4_900);
    writeFileSync(path.join(folder, "a"), bytes);
    const report = await loadFile("a");
    expect(report.events).toBeGreaterThan(1_000);
    expect(listRejected(file).at(-1)).toMatchObject({ code: "compressed-damaged" });
  });

  it("that are binary or UTF-16 are refused in a sentence", async () => {
    writeFileSync(path.join(folder, "binary"), Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0]));
    writeFileSync(path.join(folder, "utf-16"), Buffer.from(`\ufeff${GOOD}`, "utf16le"));
    for (const name of ["binary", "utf-16"]) {
      const { status, error } = await loadFile(name);
      expect(status).toBe("failed");
      expect(error?.message).toMatch(/\.$/);
    }
    expect(file.rows({ sql: "SELECT count(*) FROM source", parameters: [] })).toEqual([[0n]]);
  });
});
