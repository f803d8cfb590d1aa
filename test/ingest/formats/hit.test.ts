import { describe, expect, test } from "vitest";
import { unwrapHit } from "../../../src/ingest/formats/hit.ts";

/** As plain objects, so that documents without a prototype compare. */
function unwrap(json: string): unknown {
  const hit = unwrapHit(JSON.parse(json) as Record<string, unknown>);
  return JSON.parse(JSON.stringify(hit));
}

describe("a hit becomes its document", () => {
  test("with _source", () => {
    expect(unwrap('{"_index":"logs-a","_id":"1","_score":1,"_source":{"event":{"kind":"event"}}}')).toEqual({
      document: { event: { kind: "event" } },
      index: "logs-a",
      id: "1",
    });
  });

  test("with fields only: single values leave their list, multi-fields stand in only for an absent field", () => {
    expect(
      unwrap(
        '{"_index":"logs-a","_id":"1","fields":{"process.name":["nc"],"process.name.caseless":["NC"],' +
          '"host.os.full.text":["Ubuntu"],"host.ip":["10.0.0.1","::1"],"process.io.text":["typed"],"empty":[]}}',
      ),
    ).toEqual({
      document: {
        "process.name": "nc",
        "host.os.full": "Ubuntu",
        "host.ip": ["10.0.0.1", "::1"],
        "process.io.text": "typed",
        empty: [],
      },
      index: "logs-a",
      id: "1",
    });
  });

  test("with both: _source wins, and what only fields has is added", () => {
    expect(
      unwrap(
        '{"_index":"i","_id":"1","_source":{"user":{"id":0},"event.category":["file"],"group":[{"id":1}]},' +
          '"fields":{"user.id":["0"],"user.name":["root"],"event.category":["x"],"group.id":["1"]}}',
      ),
    ).toEqual({
      document: { user: { id: 0 }, "event.category": ["file"], group: [{ id: 1 }], "user.name": "root" },
      index: "i",
      id: "1",
    });
  });

  test("of es_archiver", () => {
    expect(unwrap('{"type":"doc","value":{"index":"k","id":"7","source":{"message":"hi"}}}')).toEqual({
      document: { message: "hi" },
      index: "k",
      id: "7",
    });
  });

  test("whose metadata was mixed into the document", () => {
    expect(unwrap('{"_id":"f5","_index":".siem","_score":"1","_type":"_doc","host":{"id":"h"},"_custom":1}')).toEqual({
      document: { host: { id: "h" }, _custom: 1 },
      index: ".siem",
      id: "f5",
    });
  });
});

describe("what is no hit stays as it is", () => {
  test.each([
    '{"event":{"kind":"event"},"fields":{"a":"b"}}',
    '{"_id":"only","message":"x"}',
    '{"type":"doc","value":"text"}',
    '{"type":"doc","value":{"index":"a"}}',
    '{"_source":"text"}',
    '{"_source":[{"a":1}]}',
  ])("%s", (json) => {
    expect(unwrap(json)).toEqual({ document: JSON.parse(json) as unknown, index: null, id: null });
  });

  test("keys of the prototype are no keys of the document", () => {
    const hit = unwrapHit(JSON.parse('{"fields":{"__proto__":["x"],"constructor":["y"]}}') as Record<string, unknown>);
    expect(Object.entries(hit.document)).toEqual([
      ["__proto__", "x"],
      ["constructor", "y"],
    ]);
  });
});
