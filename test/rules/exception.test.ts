import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { catalogueField } from "../../src/ecs/catalogue.ts";
import { matches } from "../../src/eql/evaluate.ts";
import { printExpression } from "../../src/eql/printer.ts";
import { exceptionToCondition } from "../../src/rules/exception-condition.ts";
import { isExpired } from "../../src/rules/exception.ts";
import type { ExceptionEntry, ExceptionItem } from "../../src/rules/exception.ts";
import { printExceptions } from "../../src/rules/print-exception.ts";
import { refersTo } from "../../src/rules/rule-exceptions.ts";
import { builtinPack, readPack } from "../../src/rules/read-pack.ts";
import type { Pack } from "../../src/rules/pack-content.ts";

const FIELDS = { typeOf: (name: string) => catalogueField(name)?.type ?? null, names: () => [] };

function itemOf(entries: readonly ExceptionEntry[], more: Partial<ExceptionItem> = {}): ExceptionItem {
  return {
    itemId: "i",
    listId: "l",
    name: "Item",
    description: "",
    namespace: "single",
    osTypes: [],
    tags: [],
    entries,
    expireTime: null,
    comments: [],
    path: "x.ndjson#1",
    extra: {},
    ...more,
  };
}

const included = "included" as const;

it.each<[string, ExceptionEntry, string]>([
  ["match", { type: "match", field: "process.name", operator: included, value: "a*" }, 'process.name == "a*"'],
  [
    "an excluded match",
    { type: "match", field: "process.name", operator: "excluded", value: "a" },
    'not process.name == "a"',
  ],
  [
    "match_any",
    { type: "match_any", field: "process.name", operator: included, value: ["a", "b"] },
    'process.name in ("a", "b")',
  ],
  [
    "match regardless of case",
    { type: "match", field: "file.path.caseless", operator: included, value: "C:\\x" },
    'file.path in~ ("C:\\\\x")',
  ],
  [
    "match on a number",
    { type: "match", field: "destination.port", operator: included, value: "443" },
    "destination.port == 443",
  ],
  [
    "match on an address",
    { type: "match", field: "destination.ip", operator: included, value: "10.0.0.0/8" },
    'cidrMatch(destination.ip, "10.0.0.0/8")',
  ],
  ["exists", { type: "exists", field: "user.id", operator: "excluded" }, "not user.id != null"],
  [
    "wildcard",
    { type: "wildcard", field: "process.executable", operator: included, value: "/opt/*/a?" },
    'process.executable like "/opt/*/a?"',
  ],
  [
    "wildcard with escapes",
    { type: "wildcard", field: "file.path", operator: included, value: "C:\\\\a\\*" },
    'file.path regex "C\\\\:\\\\\\\\a\\\\*"',
  ],
  [
    "nested",
    {
      type: "nested",
      field: "process.Ext.code_signature",
      entries: [
        { type: "match", field: "subject_name", operator: included, value: "S" },
        { type: "match", field: "trusted", operator: included, value: "true" },
      ],
    },
    'process.Ext.code_signature.subject_name == "S" and process.Ext.code_signature.trusted == ',
  ],
])("translates %s", (_, entry, wanted) => {
  const { condition, remarks } = exceptionToCondition(itemOf([entry]), FIELDS);
  expect(remarks).toEqual([]);
  expect(condition === null ? null : printExpression(condition).slice(0, wanted.length)).toBe(wanted);
});

it("joins entries and operating systems with and", () => {
  const { condition } = exceptionToCondition(
    itemOf(
      [
        { type: "match", field: "process.name", operator: included, value: "a" },
        { type: "exists", field: "user.id", operator: included },
      ],
      { osTypes: ["linux", "macos"] },
    ),
    FIELDS,
  );
  expect(condition === null ? null : printExpression(condition)).toBe(
    'host.os.type in~ ("linux", "macos") and process.name == "a" and user.id != null',
  );
});

it("holds for a missing field only when excluded", () => {
  const on = (operator: "included" | "excluded"): boolean => {
    const { condition } = exceptionToCondition(
      itemOf([{ type: "match", field: "user.id", operator, value: "0" }]),
      FIELDS,
    );
    return condition !== null && matches(condition, { values: () => [] });
  };
  expect([on("included"), on("excluded")]).toEqual([false, true]);
});

it("does not apply an item whose value list is unknown, and applies it when given", () => {
  const entry: ExceptionEntry = {
    type: "list",
    field: "process.name",
    operator: included,
    list: { id: "names", type: "keyword" },
  };
  expect(exceptionToCondition(itemOf([entry]), FIELDS)).toEqual({
    condition: null,
    remarks: ["the value list names is not here: an export of rules does not hold it"],
  });
  const { condition } = exceptionToCondition(
    itemOf([entry]),
    FIELDS,
    new Map([["names", { type: "keyword", values: ["a", "b"] }]]),
  );
  expect(condition === null ? null : printExpression(condition)).toBe('process.name in ("a", "b")');
});

it("expires at its time", () => {
  const item = itemOf([], { expireTime: "2026-01-01T00:00:00Z" });
  const time = Date.parse("2026-01-01T00:00:00Z");
  expect([isExpired(item, time - 1), isExpired(item, time), isExpired(itemOf([]), time)]).toEqual([false, true, false]);
});

it("applies to the rules that refer to its list, until it expires", () => {
  const [rule] = builtinPack().rules;
  if (rule === undefined) throw new Error("no built-in rule");
  const referring = { ...rule, exceptionLists: [{ id: null, listId: "l", namespace: "single", type: "rule_default" }] };
  const entry: ExceptionEntry = { type: "exists", field: "user.id", operator: included };
  const items = [
    itemOf([entry]),
    itemOf([entry], { itemId: "elsewhere", listId: "m" }),
    itemOf([entry], { itemId: "other space", namespace: "agnostic" }),
    itemOf([entry], { itemId: "expired", expireTime: "2025-01-01T00:00:00Z" }),
  ];
  expect(items.filter((item) => refersTo(referring, item)).map((item) => item.itemId)).toEqual(["i", "expired"]);
  expect(items.filter((item) => refersTo(rule, item))).toEqual([]);
});

function readText(text: string): Pack {
  const folder = mkdtempSync(path.join(tmpdir(), "eqlite-exceptions-"));
  try {
    writeFileSync(path.join(folder, "export.ndjson"), text);
    const pack = readPack([path.join(folder, "export.ndjson")]);
    const plain = <T extends { readonly path: string }>(each: T): T => ({ ...each, path: path.basename(each.path) });
    return {
      ...pack,
      exceptionLists: pack.exceptionLists.map(plain),
      exceptionItems: pack.exceptionItems.map(plain),
      problems: pack.problems.map(plain),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it("gives an exported list back as it was", () => {
  const list = {
    _version: "W",
    created_by: "me",
    list_id: "l",
    name: "List",
    description: "D",
    type: "rule_default",
    namespace_type: "agnostic",
    os_types: [],
    tags: ["t"],
  };
  const item = {
    created_by: "me",
    item_id: "i",
    list_id: "l",
    name: "Item",
    description: "",
    type: "simple",
    namespace_type: "agnostic",
    os_types: ["linux"],
    tags: [],
    entries: [
      { type: "match", field: "process.name", operator: "included", value: " a " },
      { type: "nested", field: "x", entries: [{ type: "exists", field: "y", operator: "included" }] },
      { type: "list", field: "z", operator: "excluded", list: { id: "v", type: "ip" } },
    ],
    expire_time: "2026-01-01T00:00:00Z",
    comments: [{ comment: "why", created_by: "me", created_at: "2025-01-01T00:00:00Z" }],
  };
  const pack = readText(`${JSON.stringify(list)}\n${JSON.stringify(item)}\n`);
  expect(pack.problems).toEqual([]);
  const printed = printExceptions(pack.exceptionLists, pack.exceptionItems);
  const [listAgain, itemAgain, summary] = printed
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
  expect(listAgain).toEqual(list);
  expect(itemAgain).toEqual(item);
  expect(summary).toMatchObject({ exported_exception_list_count: 1, exported_exception_list_item_count: 1 });
  const again = readText(printed);
  expect(again.problems).toEqual([]);
  expect(again.exceptionItems).toEqual(pack.exceptionItems);
  expect(again.exceptionLists).toEqual(pack.exceptionLists);
});

it.each([
  [{ entries: [] }, "the exception item has no entries"],
  [{ entries: [{ type: "match", operator: "included", value: "x" }] }, "an entry of the exception item has no `field`"],
  [{ entries: [{ type: "near", field: "a", operator: "included" }] }, "the entry of a has the unknown type `near`"],
  [
    { entries: [{ type: "match", field: "a", operator: "maybe", value: "x" }] },
    "the entry of a has the unknown operator `maybe`",
  ],
  [{ entries: [{ type: "match", field: "a", operator: "included" }] }, "the entry of a has no value"],
  [
    {
      entries: [
        { type: "nested", field: "a", entries: [{ type: "wildcard", field: "b", operator: "included", value: "x" }] },
      ],
    },
    "the nested entry of a may hold match, match_any and exists only",
  ],
  [
    { entries: [{ type: "exists", field: "a", operator: "included" }], expire_time: "soon" },
    "`expire_time` is not a time: soon",
  ],
])("refuses an item it does not wholly understand: %j", (part, message) => {
  const pack = readText(JSON.stringify({ item_id: "i", list_id: "l", ...part }));
  expect(pack.exceptionItems).toEqual([]);
  expect(pack.problems.map((problem) => problem.message)).toEqual([message]);
});
