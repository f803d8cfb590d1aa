import { describe, expect, test } from "vitest";
import { allFormats, detectFormat, formatById } from "../../../src/ingest/formats/registry.ts";

describe("what is refused, and the sentence that says why", () => {
  test.each<[string, string | Buffer, string, string]>([
    ["nothing", "", "empty", "The file is empty."],
    ["white space", " \n\n", "blank", "The file holds only white space."],
    ["a program", "\x7fELF\x02\x01", "elf", "This is an ELF program or library, no event data."],
    ["a Windows program", "MZ\x90\0", "pe", "This is a Windows program or library, no event data."],
    [
      "a database",
      "SQLite format 3\0...",
      "sqlite",
      "This is a SQLite database (a case, or a browser's or phone's data), no event export.",
    ],
    [
      "packets",
      Buffer.from("d4c3b2a1020004", "hex"),
      "pcap",
      "This is a packet capture (pcap); read it with Zeek or Wireshark.",
    ],
    [
      "a binary event log",
      "ElfFile\0",
      "evtx",
      "This is a binary Windows event log; convert it with evtx_dump (-o jsonl) and load the result.",
    ],
    [
      "Parquet",
      "PAR1\x15",
      "parquet",
      "This is a Parquet file; convert it to NDJSON (DuckDB: COPY ... TO 'x.ndjson') and load the result.",
    ],
    [
      "xz",
      Buffer.from("fd377a585a00", "hex"),
      "xz",
      "This is compressed with xz; unpack it (unxz) and load the result.",
    ],
    [
      "UTF-16",
      Buffer.from("\ufeff{}", "utf16le"),
      "utf-16",
      "This is UTF-16 text; convert it to UTF-8 (iconv -f utf-16 -t utf-8) and load the result.",
    ],
    [
      "a web page",
      "<!DOCTYPE html><html>",
      "html",
      "This is an HTML page, no event data: perhaps a log-in page was saved instead.",
    ],
    [
      "events as XML",
      "<Events><Event>",
      "xml",
      "This is XML, which is not read as it is. Windows events as XML: convert them to JSON first.",
    ],
    ["bytes", "ab\x00\x01\x02", "binary", "This is binary data of an unknown kind."],
    [
      "prose",
      "Dear colleague,\nplease find",
      "not-events",
      'This is text of no known event format; it begins: "Dear colleague,"',
    ],
    [
      "an escape sequence",
      "\x1b[2Jhello",
      "not-events",
      'This is text of no known event format; it begins: "?[2Jhello"',
    ],
    ["numbers", "[1,2,3]", "not-events", 'This is text of no known event format; it begins: "[1,2,3]"'],
    [
      "a table",
      "name,size,owner,group,mode\na,1,b,c,d\n",
      "csv-unknown",
      "This is CSV of no known export; its columns begin: name, size, owner, group, mode",
    ],
    [
      "rules",
      '{"rule_id":"x","risk_score":1,"severity":"low","type":"eql","query":"any where true"}',
      "rule",
      "This is a file of detection rules, no event data: give it to hunt --rules.",
    ],
    [
      "saved objects",
      '{"attributes":{},"references":[],"type":"dashboard","id":"1"}',
      "saved-object",
      "These are saved objects of Kibana (dashboards, rules), no event data.",
    ],
    [
      "a mapping",
      '{"mappings":{"properties":{}}}',
      "index-mapping",
      "This is the mapping of an index, no event data: give it to --mapping.",
    ],
    [
      "an error",
      '{"error":{"type":"security_exception"},"status":401}',
      "error-answer",
      "This is an error that Elasticsearch answered, no event data.",
    ],
  ])("%s", (_what, head, code, reason) => {
    const bytes = typeof head === "string" ? Buffer.from(head, "latin1") : head;
    expect(detectFormat(bytes)).toEqual({ kind: "refused", code, reason });
  });
});

test("NUL bytes and broken lines do not hide that a file is NDJSON", () => {
  for (const head of ['{"a":"\0\0\0"}\n', '{"a":\n{"@timestamp":1}\n', '{"a":1,\n', '{"a":"\xff\xfe"}\n', '{"a']) {
    const detection = detectFormat(Buffer.from(head, "latin1"));
    expect(detection.kind === "format" ? detection.format.id : detection.code, JSON.stringify(head)).toMatch(
      /^(?:ndjson|json-documents)$/,
    );
  }
});

test("every format is found by its id, and says what it is in a sentence", () => {
  for (const [id, format] of allFormats()) {
    expect(formatById(id)).toBe(format);
    expect(format.title).toMatch(/^[A-Z].*\.$/);
  }
  expect(formatById("no-such-format")).toBeNull();
});
