import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { catalogueField } from "../../src/ecs/catalogue.ts";
import { matches } from "../../src/eql/evaluate.ts";
import { cidrMatcher, parseIp } from "../../src/eql/ip-address.ts";
import { printExpression } from "../../src/eql/printer.ts";
import type { Value } from "../../src/eql/values.ts";
import type { KqlFields, KqlFieldType } from "../../src/kql/fields.ts";
import { kqlToCondition } from "../../src/kql/to-condition.ts";
import type { KqlTranslation } from "../../src/kql/to-condition.ts";
import { parseKql } from "../../src/kql/parser.ts";
import { readPack } from "../../src/rules/read-pack.ts";
import { describeShared, shared } from "../shared.ts";

const TYPES: Readonly<Record<string, KqlFieldType>> = {
  k: "keyword",
  "o.a": "keyword",
  "o.b": "keyword",
  n: "long",
  d: "double",
  b: "boolean",
  i: "ip",
  t: "date",
  "process.command_line": "keyword",
};
const FIELDS: KqlFields = { typeOf: (name) => TYPES[name] ?? null, names: () => Object.keys(TYPES) };

function translate(query: string): KqlTranslation {
  const { query: tree, diagnostics } = parseKql(query);
  expect(diagnostics).toEqual([]);
  if (tree === null) throw new Error("not parsed");
  return kqlToCondition(tree, FIELDS);
}

it.each([
  ["", "true"],
  ["k:x", 'k == "x"'],
  ["k:X*y", 'k like "X*y"'],
  ["k:*", "k != null"],
  ["k:(a or b or c*)", 'k in ("a", "b") or k like "c*"'],
  ["k:(a and b)", 'k == "a" and k == "b"'],
  ["not k:(a or b)", 'not k in ("a", "b")'],
  ['k:"a*"', 'k == "a*"'],
  ["k:a?b*", 'k regex "a\\\\?b.*"'],
  ["k:a\\**", 'k regex "a\\\\*.*"'],
  ["n:5", "n == 5"],
  ["n:(1 or 2)", "n in (1, 2)"],
  ["n >= 5 and d < 0.5", "n >= 5 and d < 0.5"],
  ["b:true", "b == true"],
  ["i:10.0.0.1", 'i == "10.0.0.1"'],
  ["i:(10.0.0.0/8 or 1.1.1.1 or 192.168.0.0/16)", 'cidrMatch(i, "10.0.0.0/8", "192.168.0.0/16") or i == "1.1.1.1"'],
  ['i:"10.0.0.0/8"', 'cidrMatch(i, "10.0.0.0/8")'],
  ["o*:x", 'o.a == "x" or o.b == "x"'],
  ["o.*:(x or y)", 'o.a in ("x", "y") or o.b in ("x", "y")'],
  ["o:{a:x and b:y}", 'o.a == "x" and o.b == "y"'],
  ["process.command_line.caseless:X", 'process.command_line in~ ("X")'],
  ["process.command_line.keyword:X", 'process.command_line == "X"'],
  ['t >= "2026-01-01"', 't >= "2026-01-01"'],
])("translates %s into %s", (query, wanted) => {
  const { condition } = translate(query);
  expect(condition === null ? null : printExpression(condition)).toBe(wanted);
});

it.each([
  ["n:many", "warning", "`many` can never be a value of n, which is of type long"],
  ["n:1*", "warning", "`1*` can never be a value of n, which is of type long"],
  ["b:yes", "warning", "`yes` can never be a value of b, which is of type boolean"],
  ["i:10.*", "warning", "`10.*` can never be a value of i, which is of type ip"],
  ["zz*:x", "warning", "no known field is called zz*: this never matches"],
  ["o:{a:x}", "warning", "the conditions on o may be met by different objects of its list"],
  ["word", "unsupported", "`word` is looked for in every field, which is not supported"],
  ['t > "now-1d"', "unsupported", "`now-1d` for t is relative to the current time, which a dump has not"],
  ['t <= "2026-01-01"', "unsupported", "`2026-01-01` for t stands for a span of time, not an instant"],
  ["b > 1", "unsupported", "b is of type boolean, which has no ranges here"],
])("tells of %s: %s, %s", (query, severity, message) => {
  const { condition, diagnostics } = translate(query);
  expect(diagnostics.map((each) => [each.severity, each.message])).toEqual([[severity, message]]);
  expect(condition === null).toBe(severity === "unsupported");
});

describe("analysed text", () => {
  const on = (query: string, message: string): boolean => {
    const { condition } = translate(query);
    return condition !== null && matches(condition, { values: (name) => (name === "message" ? [message] : []) });
  };

  it.each([
    ['message:"Invoke-Command"', "x; INVOKE-command -y", true],
    ['message:"Invoke-Command"', "invoke command", true],
    ['message:"Invoke-Command"', "invoke a command", false],
    ['message:"Invoke-Command"', "InvokeCommand", false],
    ['message:"Invoke-Command"', "xInvoke-Command", false],
    ['message:"Reflection"', "[System.Reflection.Assembly]", false],
    ['message:"System.Reflection.Assembly"', "[System.Reflection.Assembly]::Load", true],
    ['message:"System.Reflection"', "System.Reflection.Assembly", false],
    ['message:"Assembly"', "Assembly.", true],
    ['message:"Assembly"', ".Assembly", true],
    ['message:"a b"', "a.b", false],
    ['message:"a b"', "a. b", true],
    ['message:"1 2"', "1.2", false],
    ['message:"1 2"', "1:2", true],
    ['message:"a 1"', "a.1", true],
    ['message:"1.2"', "v 1.2!", true],
    ['message:"10"', "10.5", false],
    ['message:"snake_case"', "snake_case", true],
    ['message:"snake"', "snake_case", false],
    ['message:"Über"', "x Über y", true],
    ['message:"()"', "()", false],
    ["message:one two", "just two", true],
    ["message:two", "one,two\nthree", true],
    ["message:*wo*", "one two three", true],
    ["message:tw*", "one TWo", true],
    ["message:tw*", "one atw", false],
    ["message:*wo", "two three", true],
    ["message:*wo", "wot", false],
    ["message:t*o", "a two b", true],
    ["message:t*o", "t o", false],
    ["message:*", "", true],
    ['not message:"x"', "y", true],
    ['message:"a"', "b\na\r\n", true],
  ])("%s on %j is %s", (query, message, wanted) => {
    expect(on(query, message)).toBe(wanted);
  });
});

// --- An independent evaluation -----------------------------------------------------------------------------------------

type Test =
  | { op: "or" | "and"; inner: Test[] }
  | { op: "not"; of: Test }
  | { op: "is"; field: string; value: string; quoted: boolean }
  | { op: "list"; field: string; join: "or" | "and"; values: { value: string; not: boolean }[] }
  | { op: "range"; field: string; sign: "<" | "<=" | ">" | ">="; bound: number };

const VALUES = [
  "a",
  "A",
  "ab",
  "a b",
  "b*",
  "a?",
  "a\\b",
  "and",
  "x:y",
  "",
  "\u212a",
  "5",
  "true",
  "10.0.0.1",
  "10.0.0.0/8",
  "::1",
];
const PATTERNS = ["*", "a*", "*b", "*\\**", "a?*", "*a*b*", "a\\\\*", "A*"];

const bare = (value: string): string => value.replaceAll(/[\\():<>"*{}]/g, "\\$&").replace(/^(and|or|not)$/, "\\$1");

const isTest: fc.Arbitrary<Test> = fc.record({
  op: fc.constant("is" as const),
  field: fc.constantFrom("k", "o.a", "n", "b", "i", "missing", "o.*"),
  value: fc.oneof(
    fc.constantFrom(...VALUES).map((v) => (v === "" ? '""' : bare(v))),
    fc.constantFrom(...PATTERNS),
  ),
  quoted: fc.constant(false),
});
const quotedTest: fc.Arbitrary<Test> = fc.record({
  op: fc.constant("is" as const),
  field: fc.constantFrom("k", "o.b", "i"),
  value: fc.constantFrom(...VALUES),
  quoted: fc.constant(true),
});
const listTest: fc.Arbitrary<Test> = fc.record({
  op: fc.constant("list" as const),
  field: fc.constantFrom("k", "i", "o.*"),
  join: fc.constantFrom("or" as const, "and" as const),
  values: fc.array(
    fc.record({
      value: fc.oneof(fc.constantFrom(...VALUES.filter((v) => v !== "")).map(bare), fc.constantFrom(...PATTERNS)),
      not: fc.boolean(),
    }),
    { minLength: 1, maxLength: 4 },
  ),
});
const rangeTest: fc.Arbitrary<Test> = fc.record({
  op: fc.constant("range" as const),
  field: fc.constantFrom("n", "d"),
  sign: fc.constantFrom("<" as const, "<=" as const, ">" as const, ">=" as const),
  bound: fc.integer({ min: -2, max: 6 }),
});
const { test: anyTest } = fc.letrec<{ test: Test }>((tie) => ({
  test: fc.oneof(
    { depthSize: "small" },
    isTest,
    quotedTest,
    listTest,
    rangeTest,
    fc.record({
      op: fc.constantFrom("or" as const, "and" as const),
      inner: fc.array(tie("test"), { minLength: 2, maxLength: 3 }),
    }),
    fc.record({ op: fc.constant("not" as const), of: tie("test") }),
  ),
}));

function print(test: Test): string {
  switch (test.op) {
    case "or":
    case "and":
      return `(${test.inner.map(print).join(` ${test.op} `)})`;
    case "not":
      return `not (${print(test.of)})`;
    case "is":
      return `${test.field}: ${test.quoted ? `"${test.value.replaceAll(/[\\"]/g, "\\$&")}"` : test.value}`;
    case "list":
      return `${test.field}:(${test.values.map(({ value, not }) => (not ? `not ${value}` : value)).join(` ${test.join} `)})`;
    case "range":
      return `${test.field} ${test.sign} ${test.bound}`;
  }
}

type Doc = Readonly<Record<string, readonly Value[]>>;

/** KQL as its documentation tells it, value by value; wildcards by plain recursion. */
function holds(test: Test, doc: Doc): boolean {
  switch (test.op) {
    case "or":
      return test.inner.some((inner) => holds(inner, doc));
    case "and":
      return test.inner.every((inner) => holds(inner, doc));
    case "not":
      return !holds(test.of, doc);
    case "is":
      return is(test.field, test.value, test.quoted, doc);
    case "list": {
      const one = ({ value, not }: { value: string; not: boolean }): boolean =>
        is(test.field, value, false, doc) !== not;
      return test.join === "or" ? test.values.some(one) : test.values.every(one);
    }
    case "range": {
      const compare = { "<": -1, "<=": -1, ">": 1, ">=": 1 }[test.sign];
      return (doc[test.field] ?? []).some((value) => {
        const sign = Math.sign(Number(value) - test.bound);
        return sign === compare || (sign === 0 && test.sign.endsWith("="));
      });
    }
  }
}

function is(name: string, value: string, quoted: boolean, doc: Doc): boolean {
  if (name === "o.*") return is("o.a", value, quoted, doc) || is("o.b", value, quoted, doc);
  const has = doc[name] ?? [];
  if (value === '""' && !quoted) return has.some((each) => each === "");
  if (value === "*" && !quoted) return has.length > 0;
  const tokens = quoted ? [...value] : (value.match(/\\(?:and|or|not)|\\.|[^]/gu) ?? []);
  const wild = !quoted && tokens.includes("*");
  const plain = tokens.map((token) => (quoted || token.length === 1 ? token : token.slice(1))).join("");
  return has.some((each) => {
    switch (TYPES[name]) {
      case "long":
        return !wild && /^-?\d+$/.test(plain) && BigInt(plain) === each;
      case "boolean":
        return !wild && (each === true ? "true" : "false") === plain && (plain === "true" || plain === "false");
      case "ip": {
        if (wild || typeof each !== "object" || each.kind !== "ip") return false;
        const address = parseIp(plain);
        return address !== null
          ? Buffer.compare(address, each.bytes) === 0
          : plain.includes("/") && cidrMatcher([plain])(each.bytes);
      }
      default:
        return typeof each === "string" && fits(each, tokens, quoted);
    }
  });
}

function fits(text: string, tokens: readonly string[], quoted: boolean): boolean {
  const [token, ...rest] = tokens;
  if (token === undefined) return text === "";
  if (token === "*" && !quoted) {
    return Array.from({ length: text.length + 1 }, (_, i) => text.slice(i)).some((tail) => fits(tail, rest, quoted));
  }
  const wanted = !quoted && token.length > 1 ? token.slice(1) : token;
  return text.startsWith(wanted) && fits(text.slice(wanted.length), rest, quoted);
}

const ip = (text: string): Value => ({ kind: "ip", bytes: parseIp(text) ?? new Uint8Array(16) });
const docs: fc.Arbitrary<Doc> = fc.record({
  k: fc.uniqueArray(fc.constantFrom(...VALUES), { maxLength: 3 }),
  "o.a": fc.uniqueArray(fc.constantFrom(...VALUES), { maxLength: 2 }),
  "o.b": fc.uniqueArray(fc.constantFrom(...VALUES), { maxLength: 1 }),
  n: fc.uniqueArray(fc.bigInt(-2n, 6n), { maxLength: 2 }),
  d: fc.uniqueArray(fc.constantFrom(-1.5, 0, 2.5), { maxLength: 2 }),
  b: fc.uniqueArray(fc.boolean(), { maxLength: 2 }),
  i: fc.uniqueArray(fc.constantFrom(ip("10.0.0.1"), ip("11.0.0.1"), ip("::1")), { maxLength: 2 }),
});

it("agrees with an independent evaluation on random queries and events", () => {
  let held = 0;
  fc.assert(
    fc.property(anyTest, docs, (test, doc) => {
      const { condition } = translate(print(test));
      if (condition === null) throw new Error(`not translated: ${print(test)}`);
      const wanted = holds(test, doc);
      if (wanted) held++;
      expect(matches(condition, { values: (name) => doc[name] ?? [] }), print(test)).toBe(wanted);
    }),
    { numRuns: 20_000 },
  );
  expect(held).toBeGreaterThan(2_000);
});

describeShared("the public corpus", () => {
  it("translates all 577 KQL queries", () => {
    const fields: KqlFields = {
      typeOf: (name) => catalogueField(name)?.type ?? null,
      names: () => ["azure.auditlogs.properties.target_resources.0.display_name"],
    };
    const told = new Map<string, number>();
    for (const rule of readPack([shared("corpus/detection-rules")]).rules) {
      if (rule.language !== "kuery") continue;
      const { query } = parseKql(rule.query ?? "");
      const { condition, diagnostics } =
        query === null ? { condition: null, diagnostics: [] } : kqlToCondition(query, fields);
      for (const each of diagnostics) told.set(each.code, (told.get(each.code) ?? 0) + 1);
      expect(condition === null, `${rule.path} ${diagnostics.map((each) => each.message).join()}`).toBe(false);
    }
    expect([...told]).toEqual([
      ["kql-no-such-field", 3],
      ["kql-nested-flattened", 1],
    ]);
  });
});
