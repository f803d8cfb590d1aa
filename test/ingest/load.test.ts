import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadEvidence } from "../../src/ingest/load.ts";
import { DEFAULT_LOAD_OPTIONS, type LoadOptions, type SourceReport } from "../../src/ingest/load-types.ts";
import { type CaseFile, openCase } from "../../src/store/case-file.ts";
import { eventValues } from "../../src/store/decoded-values.ts";
import { EventReader } from "../../src/store/events.ts";
import { fieldByPath } from "../../src/store/fields.ts";
import { listRejected } from "../../src/store/rejected.ts";
import { ensureSideTables } from "../../src/store/side-tables.ts";

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

function write(name: string, content: string | Buffer): string {
  const at = path.join(folder, name);
  writeFileSync(at, content);
  return at;
}

async function load(paths: string[], options: Partial<LoadOptions> = {}, stdin?: Readable): Promise<SourceReport[]> {
  const all = { ...DEFAULT_LOAD_OPTIONS, workers: 1, ...options };
  return [...(await loadEvidence(file, paths, all, stdin === undefined ? {} : { stdin })).sources];
}

const counts = ({ documents, events, duplicates, rejected, blank, status }: SourceReport) => ({
  documents,
  events,
  duplicates,
  rejected,
  blank,
  status,
});

/** The decoded values of an event. */
function values(event: number, ...paths: string[]): Record<string, string[]> {
  return { ...eventValues(file, [event], paths).get(event) };
}

describe("loadEvidence", () => {
  it("unites nested, dotted and mixed keys of one document", async () => {
    await load([
      write(
        "a.ndjson",
        `{"@timestamp":"2026-01-31T10:00:00.123456789Z","event":{"category":["process"],"sequence":7},"event.type":"start","process":{"name":"nc","parent.name":"sh","args":["nc","-l"]},"process.pid":12}\n`,
      ),
    ]);
    expect(
      values(1, "@timestamp", "event.category", "event.type", "process.name", "process.parent.name", "process.args"),
    ).toEqual({
      "@timestamp": ["2026-01-31T10:00:00.123456789Z"],
      "event.category": ["process"],
      "event.type": ["start"],
      "process.name": ["nc"],
      "process.parent.name": ["sh"],
      "process.args": ["nc", "-l"],
    });
    expect(values(1, "process.pid", "process.executable")).toEqual({ "process.pid": ["12"], "process.executable": [] });
    expect(file.rows({ sql: "SELECT time, tiebreaker, line FROM event", parameters: [] })).toEqual([
      [1769853600123456789n, 7n, 1n],
    ]);
  });

  it("keeps the lines, rejects what is broken and accounts for every document", async () => {
    const [report] = await load(
      [write("a.ndjson", `{"a":1}\r\n\r\n{"a":\n[1]\n\n{"@timestamp":"2026-01-31T10:00:00Z"} x\n{"a":2}`)],
      { format: "ndjson" },
    );
    expect(report && counts(report)).toEqual({
      documents: 7,
      events: 2,
      duplicates: 0,
      rejected: 3,
      blank: 2,
      status: "complete",
    });
    expect(file.rows({ sql: "SELECT id, line FROM event ORDER BY id", parameters: [] })).toEqual([
      [1n, 1n],
      [2n, 7n],
    ]);
    expect(listRejected(file).map(({ line, code, reason }) => [line, code, reason])).toEqual([
      [3, "bad-json", "the document is cut off (character 6)"],
      [4, "not-an-object", "the document is not a JSON object"],
      [6, "bad-json", "text after the end of the document (character 39)"],
    ]);
  });

  it("reads gzip, zstd, folders and standard input", async () => {
    const line = (id: number) => `{"event":{"id":"${id}"},"@timestamp":"2026-01-31T10:00:00Z"}\n`;
    write("b.gz", gzipSync(line(1) + line(2)));
    const zst = write("c.zst", Buffer.concat([line(3), line(6)].map((text) => zstdCompressSync(Buffer.from(text)))));
    const reports = await load([path.join(folder, "b.gz"), zst, "-"], {}, Readable.from([line(4), line(5)]));
    expect(reports.map((report) => [path.basename(report.path), report.events])).toEqual([
      ["b.gz", 2],
      ["c.zst", 2],
      ["-", 2],
    ]);
  });

  it("keeps what a truncated gzip holds, and says that it is cut off", async () => {
    const whole = gzipSync(Array.from({ length: 5000 }, (_, id) => `{"event":{"id":"${id}x${id * id}"}}`).join("\n"));
    const [report] = await load([write("a.gz", whole.subarray(0, whole.length - 3000))]);
    expect(report?.status).toBe("complete");
    expect(report?.events).toBeGreaterThan(1000);
    expect(listRejected(file).at(-1)).toMatchObject({ code: "compressed-truncated" });
  });

  it("reports a missing file, tells of files without documents, and loads the others", async () => {
    const reports = await load([
      path.join(folder, "none"),
      write("empty", ""),
      write("empty.gz", gzipSync("")),
      write("blank", "\n \n"),
      write("hits", `{"took":1,"timed_out":false,"hits":{"total":{"value":0},"hits":[]}}\n`),
      write("a", `{"event":{"id":"1"},"@timestamp":0}\n`),
    ]);
    expect(
      reports.map(({ status, error, documents, blank, warnings }) => [
        status,
        error?.code,
        documents,
        blank,
        ...warnings,
      ]),
    ).toEqual([
      ["failed", "evidence-unreadable", 0, 0],
      ["complete", undefined, 0, 0, "the file is empty"],
      ["complete", undefined, 0, 0, "the file is empty"],
      ["complete", undefined, 2, 2, "the file holds only blank lines"],
      ["complete", undefined, 0, 0, "there is no document in the file"],
      ["complete", undefined, 1, 0],
    ]);
  });

  it("keeps duplicates apart, by id and content, by hit, and between sources by bytes", async () => {
    const [a, b] = await load([
      write(
        "a.ndjson",
        [
          `{"event":{"id":"1"},"agent":{"id":"x"},"process":{"name":"a"}}`,
          `{ "agent.id":"x","event.id":"1","process":{"name":"a"} }`,
          `{"event":{"id":"1"},"agent":{"id":"x"},"process":{"name":"b"}}`,
          `{"event":{"id":"1"},"agent":{"id":"y"},"process":{"name":"a"}}`,
          `{"_index":"i","_id":"1","_source":{"process":{"name":"c"}}}`,
          `{"_index":"i","_id":"1","_source":{"process":{"name":"d"}}}`,
          `{"message":"repeated"}`,
          `{"message":"repeated"}`,
        ].join("\n"),
      ),
      write("b.ndjson", `{"message":"repeated"}\n{"message":"new"}\n`),
    ]);
    expect(a && counts(a)).toMatchObject({ documents: 8, events: 6, duplicates: 2 });
    expect(a?.conflicts).toBe(1);
    expect(b && counts(b)).toMatchObject({ documents: 2, events: 1, duplicates: 1 });
    expect(file.rows({ sql: "SELECT event, line FROM duplicate ORDER BY id", parameters: [] })).toEqual([
      [1n, 2n],
      [4n, 6n],
      [5n, 1n],
    ]);
  });

  it("counts the missing events of an EQL answer as blank, and reads on after an answer that is cut off", async () => {
    const hit = (id: number) => `{"_index":"i","_id":"${id}","_source":{"process":{"name":"p${id}"}}}`;
    const missing = `{"_index":"","_id":"","_source":{},"missing":true}`;
    const [eql, scroll, lines] = await load([
      write("eql.json", `{"took":1,"hits":{"sequences":[{"events":[${hit(1)},${missing},${hit(2)}]}]}}`),
      write(
        "scroll.json",
        [3, 4, 5].map((id) => `{"took":1,"hits":{"hits":[${hit(id)}${id === 4 ? "," : "]}}"}\n`).join(""),
      ),
      write("hits.ndjson", `${hit(6)}\n${missing}\n{"missing":true,"_id":"x"}\n`),
    ]);
    expect(eql && counts(eql)).toMatchObject({ documents: 3, events: 2, blank: 1, rejected: 0 });
    expect(scroll && counts(scroll)).toMatchObject({ documents: 4, events: 3, blank: 0, rejected: 1 });
    expect(lines && counts(lines)).toMatchObject({ documents: 3, events: 2, blank: 1, rejected: 0 });
    expect(file.rows({ sql: `SELECT "process.name" FROM events ORDER BY id`, parameters: [] }).flat()).toEqual([
      "p1",
      "p2",
      "p3",
      "p4",
      "p5",
      "p6",
      null,
    ]);
    expect(listRejected(file)).toMatchObject([{ line: 3, bytes: 0, code: "truncated" }]);
  });

  it("adds nothing when a source is loaded again", async () => {
    const at = write("a.ndjson", `{"event":{"id":"1"}}\n`);
    await load([at]);
    const [again] = await load([at]);
    expect(again).toMatchObject({ status: "already-loaded", events: 1 });
    expect(file.rows({ sql: "SELECT count(*) FROM event", parameters: [] })).toEqual([[1n]]);
  });

  it("continues the ids of the dictionary in a later load", async () => {
    await load([write("a.ndjson", `{"process":{"name":"Sh","args":["a","b"]}}\n`)]);
    await load([write("b.ndjson", `{"process":{"name":"Sh","args":["b","a"],"pid":1}}\n{"process":{"name":"sh"}}\n`)]);
    expect(
      file.rows({ sql: "SELECT folded, text FROM value WHERE folded = 'sh' ORDER BY id", parameters: [] }),
    ).toEqual([
      ["sh", "Sh"],
      ["sh", null],
    ]);
    expect(values(2, "process.name", "process.args")).toEqual({ "process.name": ["Sh"], "process.args": ["a", "b"] });
    expect(file.rows({ sql: "SELECT count(*) FROM value WHERE folded IS NULL", parameters: [] })).toEqual([[1n]]);
    expect(file.db.pragma("integrity_check", { simple: true })).toBe("ok");
  });

  it("counts values that do not fit their type as malformed and missing, and keeps the others of a list", async () => {
    await load([
      write(
        "a.ndjson",
        `{"process":{"pid":"12x","exit_code":[1,"two",3]},"host":{"ip":["10.0.0.1","here","FE80::0:1"]}}`,
      ),
    ]);
    expect(values(1, "process.pid", "process.exit_code", "host.ip")).toEqual({
      "process.pid": [],
      "process.exit_code": ["1", "3"],
      "host.ip": ["10.0.0.1", "fe80::1"],
    });
    expect(fieldByPath(file, "process.pid")).toMatchObject({ type: "long", malformed: 1, documents: 1 });
    expect(fieldByPath(file, "host.ip")).toMatchObject({ type: "ip", malformed: 1, lists: 1 });
  });

  it("fills side tables for fields without a column, and completes them after a later load", async () => {
    await load([write("a.ndjson", `{"custom":{"note":["x","y"],"size":4}}\n{"custom.note":"x"}\n`)]);
    ensureSideTables(file, ["custom.note", "custom.size", "nowhere"]);
    expect(values(1, "custom.note", "custom.size")).toEqual({ "custom.note": ["x", "y"], "custom.size": ["4"] });
    expect(values(2, "custom.note")).toEqual({ "custom.note": ["x"] });
    await load([write("b.ndjson", `{"custom":{"note":"z"}}\n`)]);
    expect(fieldByPath(file, "custom.note")?.complete).toBe(false);
    ensureSideTables(file, ["custom.note"]);
    expect(values(3, "custom.note")).toEqual({ "custom.note": ["z"] });
    expect(fieldByPath(file, "custom.note")).toMatchObject({ complete: true, type: "keyword" });
    expect(fieldByPath(file, "custom.size")).toMatchObject({ type: "double" });
  });

  it("gives back the document and its bytes", async () => {
    const text = `{ "_index":"i", "_id":"7", "_source": {"a": 12345678901234567890, "b": 1.50} }`;
    await load([write("a.ndjson", `\n${text}\r\n`)]);
    const reader = new EventReader(file);
    expect(reader.originalBytes(1).toString()).toBe(text);
    expect(reader.document(1)).toMatchObject({ json: `{"a":12345678901234567890,"b":1.50}`, original: null });
    expect(reader.position(1)).toMatchObject({ line: 2, offset: 1, bytes: text.length, memberPath: "" });
  });

  it("shows decoded values in the view `events`", async () => {
    await load([write("a.ndjson", `{"@timestamp":"1969-12-31T23:59:59.5Z","process":{"name":"Sh","args":["a","B"]}}`)]);
    expect(
      file.rows({ sql: `SELECT "@timestamp", line, "process.name", "process.args" FROM events`, parameters: [] }),
    ).toEqual([["1969-12-31T23:59:59.500000000Z", 1n, "Sh", `["a","B"]`]]);
  });
});
