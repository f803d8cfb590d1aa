import { expect, it } from "vitest";
import { printExpression } from "../../src/eql/printer.ts";
import type { KqlFields, KqlFieldType } from "../../src/kql/fields.ts";
import { filtersToCondition } from "../../src/kql/filters.ts";
import { readPack } from "../../src/rules/read-pack.ts";
import { describeShared, shared } from "../shared.ts";

const TYPES: Readonly<Record<string, KqlFieldType>> = { k: "keyword", n: "long", i: "ip", b: "boolean" };
const FIELDS: KqlFields = { typeOf: (name) => TYPES[name] ?? null, names: () => Object.keys(TYPES) };

const phrase = (field: string, value: unknown): unknown => ({ query: { match_phrase: { [field]: value } } });

it.each([
  ["none", [], "true"],
  ["a phrase", [phrase("k", "x*")], 'k == "x*"'],
  ["a phrase with options in an object", [{ query: { match_phrase: { k: { query: "x" } } } }], 'k == "x"'],
  ["an old phrase", [{ query: { match: { k: { query: "x", type: "phrase" } } } }], 'k == "x"'],
  ["several, which must all hold", [phrase("k", "x"), phrase("n", 5)], 'k == "x" and n == 5'],
  ["a negated one", [{ meta: { negate: true }, query: { match_phrase: { b: true } } }], "not b == true"],
  [
    "a disabled one",
    [{ meta: { disabled: true, negate: true }, query: { match_phrase: { k: "x" } } }, phrase("k", "y")],
    'true and k == "y"',
  ],
  [
    "phrases",
    [
      {
        query: {
          bool: { should: [{ match_phrase: { k: "x" } }, { match_phrase: { k: "y" } }], minimum_should_match: 1 },
        },
      },
    ],
    'k == "x" or k == "y"',
  ],
  ["terms", [{ query: { terms: { k: ["x", "y"] } } }], 'k in ("x", "y")'],
  [
    "exists, old and new",
    [{ exists: { field: "k" } }, { query: { exists: { field: "n" } } }],
    "k != null and n != null",
  ],
  ["a range", [{ query: { range: { n: { gte: 1, lt: "5", format: "x" } } } }], "n >= 1 and n < 5"],
  ["an address block", [phrase("i", "10.0.0.0/8")], 'cidrMatch(i, "10.0.0.0/8")'],
  [
    "a wildcard",
    [{ query: { wildcard: { k: { value: "?:\\\\a\\*b*", case_insensitive: true } } } }],
    'k regex~ ".\\\\:\\\\\\\\a\\\\*b.*"',
  ],
  ["a plain wildcard", [{ query: { wildcard: { k: "C:\\\\x*" } } }], 'k like "C:\\\\x*"'],
  ["a prefix", [{ query: { prefix: { k: "a" } } }], 'k like "a*"'],
  [
    "a bool query",
    [
      {
        query: {
          bool: {
            must: { term: { k: "a" } },
            filter: [],
            should: [{ term: { k: "b" } }],
            must_not: [{ term: { k: "c" } }],
          },
        },
      },
    ],
    'k == "a" and not k == "c"',
  ],
  [
    "a combined one",
    [
      {
        meta: {
          type: "combined",
          relation: "OR",
          params: [phrase("k", "x"), { meta: { negate: true }, query: { exists: { field: "k" } } }],
        },
      },
    ],
    'k == "x" or not k != null',
  ],
  ["match_all", [{ query: { match_all: {} } }], "true"],
])("translates %s", (_, filters, wanted) => {
  const { condition, diagnostics } = filtersToCondition(filters, FIELDS);
  expect(diagnostics.map(({ code }) => code)).toEqual(wanted.includes("n >= 1 and") ? ["filter-range-list"] : []);
  expect(condition === null ? null : printExpression(condition)).toBe(wanted);
});

it.each([
  ["a script", { query: { script: {} } }, "a query of kind script"],
  ["Lucene", { query: { query_string: { query: "a:b" } } }, "a query of kind query_string"],
  [
    "two of three",
    { query: { bool: { should: [{ match_all: {} }, { match_all: {} }, { match_all: {} }], minimum_should_match: 2 } } },
    "a bool query with minimum_should_match",
  ],
  ["what is no object", 5, "it is not an object"],
  ["an empty one", {}, "its query is not a single object"],
  ["a property of objects", { query: { constructor: {} } }, "a query of kind constructor"],
])("refuses %s", (_, filter, what) => {
  const { condition, diagnostics } = filtersToCondition([filter], FIELDS);
  expect(condition).toBeNull();
  expect(diagnostics.map((each) => each.message)).toEqual([`the rule has a filter that is not supported: ${what}`]);
});

it("refuses filters that are nested to exhaust the stack", () => {
  let filter: unknown = { match_all: {} };
  for (let i = 0; i < 5_000; i++) filter = { bool: { must: [filter] } };
  expect(filtersToCondition([{ query: filter }], FIELDS).diagnostics.map((each) => each.message)).toEqual([
    "the rule has a filter that is not supported: it is nested too deeply",
  ]);
});

describeShared("the public corpus", () => {
  it("has 14 rules with filters, all of which translate", () => {
    const rules = readPack([shared("corpus/detection-rules")]).rules.filter((rule) => rule.filters.length > 0);
    expect(rules.length).toBe(14);
    expect(rules.flatMap((rule) => filtersToCondition(rule.filters, FIELDS).diagnostics)).toEqual([]);
  });
});
