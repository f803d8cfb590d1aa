import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { parseTimestamp } from "../../../src/ecs/timestamp.ts";
import { describeShared, shared } from "../../shared.ts";
import { pick, type Read, read } from "./read.ts";

const DOCUMENT = '{"@timestamp":"2022-02-16T23:49:50.502Z","event":{"kind":"event"},"process.name":"nc"}';
const EVENT = { "@timestamp": "2022-02-16T23:49:50.502Z", "event.kind": "event", "process.name": "nc" };
const hit = (id: string): string => `{"_index":"logs","_id":"${id}","_source":${DOCUMENT}}`;

describe("small files of each shape", () => {
  test.each<[string, string, string, string[]]>([
    ["NDJSON", "ndjson", `${DOCUMENT}\n\n${DOCUMENT}\n`, ["/", "/"]],
    ["NDJSON with BOM and CRLF", "ndjson", `\ufeff${DOCUMENT}\r\n${DOCUMENT}\r\n`, ["/", "/"]],
    ["one document without a line end", "ndjson", DOCUMENT, ["/"]],
    ["elasticdump", "ndjson", `${hit("1")}\n${hit("2")}\n`, ["logs/1", "logs/2"]],
    ["rubbish before NDJSON", "ndjson", `Loading ...\n${DOCUMENT}\n`, ["/"]],
    ["a list on one line", "json-array", `[${DOCUMENT},${DOCUMENT}]`, ["/", "/"]],
    ["a list of hits", "json-array", `[\n${hit("1")},\n${hit("2")}\n]`, ["logs/1", "logs/2"]],
    ["pretty documents", "json-documents", `${pretty(DOCUMENT)}\n${pretty(DOCUMENT)}`, ["/", "/"]],
    ["documents side by side", "json-documents", `${DOCUMENT}${DOCUMENT}`, ["/", "/"]],
    ["an answer", "search-response", `{"took":1,"hits":{"hits":[${hit("1")},${hit("2")}]}}`, ["logs/1", "logs/2"]],
    [
      "answers of a scroll",
      "search-response",
      `{"took":1,"hits":{"hits":[${hit("1")}]}}\n`.repeat(2),
      ["logs/1", "logs/1"],
    ],
    ["an EQL answer", "search-response", `{"hits":{"events":[${hit("1")}],"sequences":[]}}`, ["logs/1"]],
    [
      "a bulk body",
      "bulk",
      `{"index":{"_index":"logs","_id":"7"}}\n${DOCUMENT}\n{"create":{}}\n${DOCUMENT}\n`,
      ["logs/7", "/"],
    ],
    [
      "es_archiver",
      "es-archiver",
      `${pretty(`{"type":"doc","value":{"index":"logs","id":"1","source":${DOCUMENT}}}`)}\n\n`,
      ["logs/1"],
    ],
  ])("%s", (_name, format, input, identities) => {
    const result = read(input);
    expect(result.format).toBe(format);
    expect(result.events).toEqual(identities.map(() => EVENT));
    expect(result.identities).toEqual(identities);
  });

  test("a document longer than what is looked at, on one line and pretty-printed", () => {
    const long = JSON.stringify({ "@timestamp": "2022-02-16T23:49:50Z", message: "x".repeat(200_000) });
    expect(read(`${long}\n${long}\n`)).toMatchObject({ format: "ndjson", lines: [1, 2] });
    expect(read(pretty(long))).toMatchObject({ format: "json-documents", lines: [1] });
    expect(read(`[${long}]`)).toMatchObject({ format: "json-array", lines: [1] });
    expect(read(`{"took":1,"hits":{"hits":[{"_id":"1","_source":${long}}]}}`)).toMatchObject({
      format: "search-response",
      lines: [1],
    });
  });
});

function pretty(json: string): string {
  return JSON.stringify(JSON.parse(json), null, 2);
}

function readShape(name: string): Read {
  const bytes = readFileSync(shared("data", "export-shapes", name));
  return read(name.endsWith(".gz") ? gunzipSync(bytes) : bytes);
}

const EXEC = {
  "process.executable": "/usr/bin/ls",
  "process.pid": 12641,
  "process.args": ["ls", "--color=auto", "-la"],
  "process.parent.name": "bash",
  "event.action": "exec",
  "event.category": "process",
  "host.os.type": "linux",
};

describeShared("real exports", () => {
  test.each([
    ["01-elasticdump-es7.ndjson", "ndjson", 5],
    ["02-elasticdump-es8.ndjson", "ndjson", 5],
    ["03-single-hit-pretty.json", "json-documents", 1],
    ["04-search-response.json", "search-response", 5],
    ["07-bulk-create.ndjson", "bulk", 5],
    ["08-bulk-index-empty-action.ndjson", "bulk", 5],
    ["10-json-array-ecs.json", "json-array", 5],
    ["11-dotted-keys.ndjson", "ndjson", 5],
    ["17-fields-only-full.ndjson", "ndjson", 1],
    ["21-elasticdump.ndjson.gz", "ndjson", 5],
  ])("%s: the execution of ls by Elastic Defend", (name, format, count) => {
    const result = readShape(name);
    expect(result.format).toBe(format);
    expect(result.rejected).toEqual([]);
    expect(result.events).toHaveLength(count);
    expect(pick(result.events[0], ...Object.keys(EXEC))).toEqual(EXEC);
    expect(parseTimestamp(String(result.events[0]?.["@timestamp"]))?.seconds).toBe(1645055390);
  });

  test("the identity of a hit comes from the hit, or from the bulk action", () => {
    const id = ".ds-logs-endpoint.events.process-default-2022.02.15-000001/BuvxBH8BU45FNSRmRWIK";
    for (const name of ["01-elasticdump-es7.ndjson", "04-search-response.json", "07-bulk-create.ndjson"]) {
      expect(readShape(name).identities[0]).toBe(id);
    }
    expect(readShape("08-bulk-index-empty-action.ndjson").identities[0]).toBe("/");
  });

  test("05: answers of a scroll, one a line", () => {
    const result = readShape("05-scroll-responses-one-per-line.ndjson");
    expect(result.format).toBe("search-response");
    expect(result.events.map((event) => event["timestamp"])).toEqual([
      "2020-12-04T13:20:06.072Z",
      "2020-12-04T13:20:16.212Z",
      "2020-12-04T13:20:27.113Z",
      "2020-12-04T13:20:37.335Z",
    ]);
    expect(result.lines).toEqual([1, 2, 3, 4]);
  });

  test("06: the events of an EQL answer's sequences, times as FILETIME", () => {
    const result = readShape("06-eql-search-sequences-response.json");
    expect(result.format).toBe("search-response");
    expect(result.events.map((event) => event["event.category"])).toEqual(["process", "library", "network"]);
    expect(parseTimestamp(Number(result.events[0]?.["@timestamp"]))?.seconds).toBe(1543883723);
  });

  test("12: dotted keys of Auditbeat", () => {
    expect(pick(readShape("12-dotted-keys-real.ndjson").events[0], "event.type", "process.pid", "related.ip")).toEqual({
      "event.type": ["info", "connection"],
      "process.pid": 2498,
      "related.ip": ["10.224.1.168", "35.184.73.24"],
    });
  });

  test("13: nested and dotted keys in one document", () => {
    const { events } = readShape("13-mixed-dotted-and-nested.ndjson");
    expect(pick(events[0], "event.kind", "container.id", "event.dataset")).toEqual({
      "event.kind": "alert",
      "container.id": "4d037be57631",
      "event.dataset": "falco.falco_alerts",
    });
  });

  test("14: es_archiver", () => {
    const result = readShape("14-es_archiver-concatenated.json");
    expect(result).toMatchObject({
      format: "es-archiver",
      identities: ["kubernetes-test-index/1", "kubernetes-test-index/2", "kubernetes-test-index/6"],
    });
    expect(pick(result.events[2], "orchestrator.namespace", "container.image.name")).toEqual({
      "orchestrator.namespace": "namespace03",
      "container.image.name": "debian11",
    });
  });

  test("15, 16: fields only, and _source beside fields", () => {
    const fields = readShape("15-discover-fields-arrays.ndjson");
    expect(pick(fields.events[0], "event.category", "user.id", "host.os.full", "host.os.full.text")).toEqual({
      "event.category": "file",
      "user.id": "0",
      "host.os.full": "Ubuntu focal(20.04.6 LTS (Focal Fossa))",
    });
    expect(pick(fields.events[1], "process.name", "process.executable", "destination.port", "event.sequence")).toEqual({
      "process.name": "kdmtmpflush",
      "process.executable": "/dev/shm/kdmtmpflush",
      "destination.port": 70,
      "event.sequence": 24286,
    });
    const both = readShape("16-source-and-fields.json");
    expect(pick(both.events[0], "user.id", "process.hash.md5", "process.command_line", "process.parent.name")).toEqual({
      "user.id": 0,
      "process.hash.md5": "d1df5503ee0a3a8d2c4c469e6e5ef522",
      "process.command_line": "/usr/sbin/sshd -d -r",
      "process.parent.name": "sshd",
    });
  });

  test("18: a signal whose metadata is mixed into the document", () => {
    const result = readShape("18-siem-signal-stringified.json");
    expect(result.identities).toEqual([
      ".siem-signals-default-000002/f5f70140041dc670ea876d11e2476f2e7fa52bf9fe379c5f74eefeea1b4c6e99",
    ]);
    expect(pick(result.events[0], "event.kind", "destination.port", "event.action", "_id", "_index")).toEqual({
      "event.kind": "signal",
      "destination.port": "2278",
      "event.action": "connection_accepted",
    });
  });

  test.each(["19-kibana-discover-8x.csv", "20-kibana-csv-iso.csv"])("%s: a report of Kibana", (name) => {
    const result = readShape(name);
    expect(result).toMatchObject({ format: "kibana-csv", rejected: [], lines: [2, 3, 4, 5, 6] });
    expect(result.identities[0]).toBe(
      ".ds-logs-endpoint.events.process-default-2022.02.15-000001/BuvxBH8BU45FNSRmRWIK",
    );
    expect(pick(result.events[0], ...Object.keys(EXEC).filter((path) => path !== "process.parent.name"))).toEqual({
      "process.executable": "/usr/bin/ls",
      "process.pid": 12641,
      "process.args": ["ls", "--color=auto", "-la"],
      "event.action": "exec",
      "event.category": "process",
      "host.os.type": "linux",
    });
    expect(result.events[0]).not.toHaveProperty(["destination.ip"]);
    expect(result.events[0]?.["host.ip"]).toEqual(["127.0.0.1", "::1", "10.0.2.15", "fe80::b6:64ff:fef1:a5f0"]);
    expect(pick(result.events[2], "destination.port", "destination.ip", "process.args")).toEqual({
      "destination.port": 1389,
      "destination.ip": "192.168.2.6",
    });
    expect(parseTimestamp(String(result.events[0]?.["@timestamp"]))?.seconds).toBe(1645055390);
  });

  test("22: gzip of a list", () => {
    expect(readShape("22-array.json.gz").events.length).toBeGreaterThan(0);
  });
});
