import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jsonCutter, MAX_NESTING } from "../../../src/ingest/formats/json-cutter.ts";
import { describeShared, shared } from "../../shared.ts";
import { cutEveryWay, cutInPieces } from "./cut.ts";

const documents = (input: string | Uint8Array) => cutEveryWay((state) => jsonCutter("documents", state), input);
const hits = (input: string | Uint8Array) => cutEveryWay((state) => jsonCutter("hits", state), input);

describe("documents of a JSON stream", () => {
  test("one a line, with CRLF, a BOM and blank lines", () => {
    expect(documents('\ufeff{"a":1}\r\n\r\n{"b":"}{"}\r\n')).toEqual([
      { line: 1, text: '{"a":1}' },
      { line: 3, text: '{"b":"}{"}' },
    ]);
  });

  test("pretty-printed, concatenated, and in a list", () => {
    expect(documents('{\n "a": [1, {"b": "\\"]"}]\n}\n\n{ "c": {} }{"d":1}')).toEqual([
      { line: 1, text: '{\n "a": [1, {"b": "\\"]"}]\n}' },
      { line: 5, text: '{ "c": {} }' },
      { line: 5, text: '{"d":1}' },
    ]);
    expect(documents('[\n  {"a":1},\n  {"b":[]}\n]\n')).toEqual([
      { line: 2, text: '{"a":1}' },
      { line: 3, text: '{"b":[]}' },
    ]);
  });

  test("a text record separator or a comma between them is nothing", () => {
    expect(documents('\u001e{"a":1}\n\u001e{"b":2},\n{"c":3}').map((cut) => cut.text)).toEqual([
      '{"a":1}',
      '{"b":2}',
      '{"c":3}',
    ]);
  });

  test("nothing in empty input", () => {
    expect(documents("")).toEqual([]);
    expect(documents(" \n\n")).toEqual([]);
    expect(documents("[]")).toEqual([]);
  });
});

describe("what is broken is rejected, and the next document found", () => {
  test("a document that is not closed", () => {
    expect(documents('{"a":1}\n{"b":[1,2\n{"c":3}\n')).toEqual([
      { line: 1, text: '{"a":1}' },
      { line: 2, text: '{"b":[1,2\n', rejected: "unbalanced" },
      { line: 3, text: '{"c":3}' },
    ]);
  });

  test("brackets that do not match, in a list", () => {
    expect(documents('[\n  {\n    "a": [1}\n  },\n  {\n    "b": 2\n  }\n]')).toEqual([
      { line: 2, text: '{\n    "a": [1}\n  },\n  ', rejected: "unbalanced" },
      { line: 5, text: '{\n    "b": 2\n  }' },
    ]);
  });

  test("a string that is not closed, also one that ends in a backslash", () => {
    expect(documents('{"a":"x}\n{"b":2}\n{"c":"\\\n{"d":4}\n')).toEqual([
      { line: 1, text: '{"a":"x}\n', rejected: "unbalanced" },
      { line: 2, text: '{"b":2}' },
      { line: 3, text: '{"c":"\\\n', rejected: "unbalanced" },
      { line: 4, text: '{"d":4}' },
    ]);
  });

  test("text that is no JSON, up to the end of its line", () => {
    expect(documents('{"a":1}\nhello {"b":2}\n"text"\n{"c":3}\n')).toEqual([
      { line: 1, text: '{"a":1}' },
      { line: 2, text: 'hello {"b":2}', rejected: "not-json" },
      { line: 3, text: '"text"', rejected: "not-json" },
      { line: 4, text: '{"c":3}' },
    ]);
  });

  test("a bracket that closes nothing", () => {
    expect(documents('{"a":1}}\n{"b":2}')).toEqual([
      { line: 1, text: '{"a":1}' },
      { line: 1, text: "}\n", rejected: "unbalanced" },
      { line: 2, text: '{"b":2}' },
    ]);
  });

  test("the end of the input within a document, or within a list", () => {
    expect(documents('[{"a":1},\n{"b":')).toEqual([
      { line: 1, text: '{"a":1}' },
      { line: 2, text: '{"b":', rejected: "truncated" },
    ]);
    expect(documents('[{"a":1},\n')).toEqual([
      { line: 1, text: '{"a":1}' },
      { line: 2, text: "", rejected: "truncated" },
    ]);
  });

  test("a document nested deeper than the limit", () => {
    const deep = `${"[".repeat(MAX_NESTING + 1)}${"]".repeat(MAX_NESTING + 1)}`;
    const cuts = cutInPieces(
      (state) => jsonCutter("documents", state),
      Buffer.from(`{"a":${deep}}\n{"b":1}\n`),
      512,
      true,
    );
    expect(cuts.map(({ line, rejected }) => ({ line, rejected }))).toEqual([
      { line: 1, rejected: "nested-too-deep" },
      { line: 2, rejected: undefined },
    ]);
    const outside = cutInPieces(() => jsonCutter("documents"), Buffer.from("[".repeat(20_000)), 4096, false);
    expect(outside.map((cut) => cut.rejected)).toEqual(["nested-too-deep"]);
  });

  test("a document longer than the limit holds no bytes back", () => {
    const splitter = jsonCutter("documents");
    const megabyte = Buffer.alloc(1024 * 1024, "x");
    splitter.push(Buffer.from('{"a":"'));
    for (let i = 0; i < 65; i += 1) splitter.push(megabyte);
    expect(splitter.holdFrom()).toBe(6 + 65 * 1024 * 1024);
    expect(splitter.push(Buffer.from('"}\n{"b":1}'))).toEqual([
      {
        start: 0,
        end: 8 + 65 * 1024 * 1024,
        line: 1,
        rejected: { code: "document-too-long", reason: "longer than 67108864 bytes" },
      },
      { start: 9 + 65 * 1024 * 1024, end: 16 + 65 * 1024 * 1024, line: 2 },
    ]);
  });
});

describe("hits of search answers", () => {
  test("of one answer, pretty-printed, whatever surrounds them", () => {
    const answer = {
      took: 3,
      _shards: { total: 1, hits: [{ no: 1 }] },
      hits: { total: { value: 2 }, hits: [{ _id: "1", _source: { hits: [{ no: 2 }] } }, { _id: "2" }] },
      aggregations: { hits: { hits: [{ no: 3 }] } },
    };
    expect(hits(JSON.stringify(answer, null, 1)).map((cut) => JSON.parse(cut.text) as unknown)).toEqual(
      answer.hits.hits,
    );
  });

  test("of answers one a line, a broken one among them", () => {
    const line = (id: number): string => JSON.stringify({ took: 1, hits: { hits: [{ _id: String(id) }] } });
    expect(hits(`${line(1)}\n${line(2).slice(0, -5)}\n${line(3)}\n`)).toEqual([
      { line: 1, text: '{"_id":"1"}' },
      { line: 2, text: '{"_id":"2\n', rejected: "unbalanced" },
      { line: 3, text: '{"_id":"3"}' },
    ]);
  });

  test("of answers one a line, one cut off outside of a hit or in the middle of one: the next answer is read", () => {
    const line = (id: number): string =>
      JSON.stringify({ took: 1, hits: { hits: [{ _id: String(id), _source: {} }] } });
    const cutAfter = (text: string): string => line(2).slice(0, line(2).indexOf(text) + text.length);
    const after = { line: 3, text: '{"_id":"3","_source":{}}' };
    const one = { line: 1, text: '{"_id":"1","_source":{}}' };
    for (const text of [cutAfter('"took":1'), cutAfter('"hits":'), cutAfter('"hits":{"hits":[')]) {
      const rejected = { line: 3, text: "", rejected: "truncated" };
      expect(hits(`${line(1)}\n${text}\n${line(3)}\n`), text).toEqual([one, rejected, after]);
    }
    expect(hits(`${line(1)}\n${cutAfter("{}}")},\n${line(3)}\n`)).toEqual([
      one,
      { line: 2, text: '{"_id":"2","_source":{}}' },
      { line: 3, text: "", rejected: "truncated" },
      after,
    ]);
    const within = cutAfter('"_source":');
    expect(hits(`${line(1)}\n${within}\n${line(3)}\n`)).toEqual([
      one,
      { line: 2, text: `${within.slice(within.indexOf('{"_id'))}\n`, rejected: "truncated" },
      after,
    ]);
  });

  test("of a pretty-printed answer that is cut off, before another one", () => {
    const pretty = (id: number): string =>
      JSON.stringify({ _scroll_id: "x", hits: { hits: [{ _id: String(id) }] } }, null, 2);
    expect(hits(`${pretty(1).slice(0, -12)},\n${pretty(2)}`)).toEqual([
      { line: 5, text: '{\n        "_id": "1"\n      }' },
      { line: 8, text: "", rejected: "truncated" },
      { line: 12, text: '{\n        "_id": "2"\n      }' },
    ]);
  });

  test("that stand unindented on lines of their own, and have the names of an answer within", () => {
    const text = '{"hits":\n{\n"hits":\n[\n{"_id":"1","_source":\n{\n"a":\n{"hits":1}}},\n{"_id":"2"}\n]}}';
    expect(hits(text)).toHaveLength(2);
    expect(hits('{"responses":[\n{"took":1,"hits":{"hits":[{"_id":"1"}]}},\n{"took":1,"hits":{"hits":[]}}]}')).toEqual([
      { line: 2, text: '{"_id":"1"}' },
    ]);
  });

  test("of EQL: events, and events of sequences", () => {
    const answer = {
      hits: {
        events: [{ _id: "1" }],
        sequences: [{ join_keys: ["x"], events: [{ _id: "2" }, { _id: "3" }] }, { events: [{ _id: "4" }] }],
      },
    };
    expect(hits(JSON.stringify(answer)).map((cut) => cut.text)).toEqual([
      '{"_id":"1"}',
      '{"_id":"2"}',
      '{"_id":"3"}',
      '{"_id":"4"}',
    ]);
  });

  test("of a multi search, and of Kibana's inspector", () => {
    const one = { hits: { hits: [{ _id: "1" }] } };
    expect(hits(JSON.stringify({ responses: [one, one] }))).toHaveLength(2);
    expect(hits(JSON.stringify({ rawResponse: one }))).toHaveLength(1);
    expect(hits(JSON.stringify([one, one, one]))).toHaveLength(3);
  });
});

test("any JSON documents, however they are written, come out as they went in", () => {
  const value = fc.jsonValue({ maxDepth: 6, stringUnit: "grapheme-composite" });
  const object = fc.dictionary(fc.string(), value);
  const writing = fc.constantFrom<(list: unknown[]) => string>(
    (list) => list.map((item) => JSON.stringify(item)).join("\n"),
    (list) => list.map((item) => JSON.stringify(item)).join(""),
    (list) => list.map((item) => JSON.stringify(item, null, 2)).join("\n\n"),
    (list) => JSON.stringify(list),
    (list) => JSON.stringify(list, null, 1),
  );
  fc.assert(
    fc.property(fc.array(object, { maxLength: 5 }), writing, fc.integer({ min: 1, max: 40 }), (list, write, size) => {
      const bytes = Buffer.from(write(list));
      const cuts = cutInPieces((state) => jsonCutter("documents", state), bytes, size, true);
      expect(cuts.map((cut) => cut.rejected)).toEqual(list.map(() => undefined));
      expect(cuts.map((cut) => JSON.parse(cut.text) as unknown)).toEqual(JSON.parse(JSON.stringify(list)));
    }),
  );
});

test("arbitrary bytes never throw, and no byte that is no white space goes unnoticed at the top level", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...'{}[]":,\\ \nab1'), { maxLength: 60 }), (signs) => {
      cutInPieces((state) => jsonCutter("documents", state), Buffer.from(signs.join("")), 7, true);
      cutInPieces((state) => jsonCutter("hits", state), Buffer.from(signs.join("")), 7, true);
    }),
  );
});

describeShared("real exports", () => {
  test.each([
    ["03-single-hit-pretty.json", "documents", 1],
    ["04-search-response.json", "hits", 5],
    ["05-scroll-responses-one-per-line.ndjson", "hits", 4],
    ["06-eql-search-sequences-response.json", "hits", 3],
    ["09-json-array-pretty.json", "documents", 6],
    ["10-json-array-ecs.json", "documents", 5],
    ["14-es_archiver-concatenated.json", "documents", 3],
    ["34-evtx_dump.json", "documents", 1],
  ] as const)("%s: %s", (name, shape, count) => {
    const bytes = readFileSync(shared("data", "export-shapes", name));
    const cuts = cutInPieces((state) => jsonCutter(shape, state), bytes, 1000, true);
    expect(cuts.map((cut) => cut.rejected)).toEqual(cuts.map(() => undefined));
    for (const cut of cuts) JSON.parse(cut.text);
    expect(cuts).toHaveLength(count);
  });
});
