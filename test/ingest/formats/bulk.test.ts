import { expect, test } from "vitest";
import { bulk } from "../../../src/ingest/formats/bulk.ts";
import { cutEveryWay } from "./cut.ts";

const cut = (input: string) =>
  cutEveryWay((state) => {
    if (bulk.documents === "lines") throw new Error("a splitter was expected");
    return bulk.documents.splitter({ name: "x", modified: null }, state);
  }, input);

test("documents carry the index and id of their action", () => {
  expect(
    cut(
      '{"index":{"_index":"a","_id":"1"}}\n{"x":1}\r\n\n{"create":{}}\n{"x":2}\n' +
        '{"update":{"_id":"1"}}\n{"doc":{}}\n{"delete":{"_id":"1"}}\n{"index":{"_id":9}}\n{"x":3}',
    ),
  ).toEqual([
    { line: 2, text: '{"x":1}', context: { index: "a", id: "1" } },
    { line: 3, text: "" },
    { line: 5, text: '{"x":2}', context: { index: null, id: null } },
    { line: 7, text: '{"doc":{}}', rejected: "bulk-update" },
    { line: 8, text: '{"delete":{"_id":"1"}}', rejected: "bulk-delete" },
    { line: 10, text: '{"x":3}', context: { index: null, id: "9" } },
  ]);
});

test("what does not alternate is rejected, and the rest read", () => {
  expect(
    cut('{"x":0}\n{"index":{}}\n{"index":{"_id":"2"}}\n{"x":2}\n{"index":{}}\n').map(({ text, rejected }) => [
      text,
      rejected,
    ]),
  ).toEqual([
    ['{"x":0}', "bulk-action"],
    ['{"index":{"_id":"2"}}', "bulk-action"],
    ['{"x":2}', undefined],
    ["", "truncated"],
  ]);
});
