import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { KqlNode, KqlText } from "../../src/kql/ast.ts";
import { parseKql } from "../../src/kql/parser.ts";
import { readPack } from "../../src/rules/read-pack.ts";
import { describeShared, shared } from "../shared.ts";

/** A tree as text: fully parenthesised, wildcards as `*`, quoted texts in quotes. */
function show(node: KqlNode | null): string {
  if (node === null) return "nothing";
  switch (node.kind) {
    case "everything":
      return "everything";
    case "and":
    case "or":
      return `(${node.operands.map(show).join(` ${node.kind} `)})`;
    case "not":
      return `not ${show(node.operand)}`;
    case "is":
      return `${node.field === null ? "" : `${text(node.field)}:`}${text(node.value)}`;
    case "range":
      return `${text(node.field)}${node.operator}${text(node.value)}`;
    case "nested":
      return `${text(node.field)}:{${show(node.query)}}`;
  }
}

function text({ parts, quoted }: KqlText): string {
  return quoted ? JSON.stringify(parts[0]) : parts.map((part) => part.replaceAll("*", "\\*")).join("*");
}

it.each([
  ["", "everything"],
  ["  \n", "everything"],
  ["a:b", "a:b"],
  ["a : b", "a:b"],
  ["a:b or c:d and not e:f", "(a:b or (c:d and not e:f))"],
  ["(a:b or c:d) and e:f", "((a:b or c:d) and e:f)"],
  ["a:b AND c:d OR NOT e:f", "((a:b and c:d) or not e:f)"],
  ["not not a:b", "not not a:b"],
  ["a:(b or c and not d)", "(a:b or (a:c and not a:d))"],
  ["a:(b or (c and d))", "(a:b or (a:c and a:d))"],
  ["a:(* and not x)", "(a:* and not a:x)"],
  ["a:*", "a:*"],
  ["a.b*:x*y*", "a.b*:x*y*"],
  ["a: some words here  and b:c", "(a:some words here and b:c)"],
  ["a: orange and b: android", "(a:orange and b:android)"],
  ['a:"x * y"', 'a:"x * y"'],
  ['a:"C:\\Windows\\\\x\\"y"', 'a:"C:\\\\Windows\\\\x\\"y"'],
  ['a:"tab\\tnew\\nuni\\u0041 \\u12"', 'a:"tab\\tnew\\nuniA \\\\u12"'],
  ["a:C\\:\\\\x\\*\\(y\\)\\ \\u0042", "nothing"],
  ["a:C\\:\\\\x\\*\\(y\\)\\u0042", "a:C:\\x\\*(y)B"],
  ["a:x \\and y", "a:x and y"],
  ["a >= 5 and b<3", "(a>=5 and b<3)"],
  ['@timestamp > "2026-01-01T00:00:00.000Z"', '@timestamp>"2026-01-01T00:00:00.000Z"'],
  ["a:{b:c and d:{e:f}}", "a:{(b:c and d:{e:f})}"],
  ["word", "word"],
  ['"two words" or x', '("two words" or x)'],
  ["a:(b)and(c:d)", "(a:b and c:d)"],
  ["a\u00a0:\u00a0b", "a:b"],
])("reads %j as %s", (query, wanted) => {
  expect(show(parseKql(query).query)).toBe(wanted);
});

it.each([
  ["a:", 2, "expected a value, found the end of the query"],
  ["a:b and", 7, "expected a field or a value, found the end of the query"],
  ["a:(b or c", 9, "expected `)`, found the end of the query"],
  ["a:b c:d", 5, "expected `and`, `or` or the end of the query, found `:d`"],
  ["a:()", 3, "expected a value, found `)`"],
  ["a:{b:c", 6, "expected `}`, found the end of the query"],
  ['a:"b', 2, "the string has no closing quote"],
  ["a:C\\Windows", 3, "a backslash before `W` means nothing outside quotes"],
  ["and a:b", 0, "expected a field or a value, found `and`"],
  [")", 0, "expected a field or a value, found `)`"],
])("says what is wrong with %j at %i: %s", (query, start, message) => {
  const { query: tree, diagnostics } = parseKql(query);
  expect(tree).toBeNull();
  expect(diagnostics.map((each) => [each.span.start, each.message])).toEqual([[start, message]]);
});

describe("limits", () => {
  it("refuses what is nested too deeply, in every way to nest", () => {
    for (const query of [
      "(".repeat(5_000),
      "not ".repeat(5_000),
      "a:(".repeat(5_000),
      `a:${"(".repeat(5_000)}`,
      "a:{".repeat(5_000),
    ]) {
      expect(parseKql(query).diagnostics.map((each) => each.code)).toEqual([
        query.startsWith("a:(a") ? "kql-expected" : "kql-too-deep",
      ]);
    }
  });

  it("refuses a query of more than a million characters", () => {
    expect(parseKql("a".repeat(1_000_001)).diagnostics.map((each) => each.code)).toEqual(["kql-too-long"]);
  });

  it("reads ten thousand values in one list", () => {
    const values = Array.from({ length: 10_000 }, (_, i) => `v${i}`).join(" or ");
    const { query } = parseKql(`a:(${values})`);
    expect(query?.kind === "or" && query.operands.length).toBe(10_000);
  });
});

it("never fails, and always gives either a tree or a diagnostic inside the text", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "a",
      "b.c",
      ":",
      "(",
      ")",
      "{",
      "}",
      '"',
      "\\",
      "*",
      " ",
      "and",
      "or",
      "not",
      "<",
      ">=",
      "\n",
      "\u00a0",
      "\\u0041",
      "\u0000",
    ),
    fc.string({ maxLength: 3 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const query = pieces.join("");
      const { query: tree, diagnostics } = parseKql(query);
      expect(tree === null).toBe(diagnostics.length > 0);
      for (const { span } of diagnostics) {
        expect(span.start <= span.end && span.end <= query.length).toBe(true);
      }
    }),
    { numRuns: 5_000 },
  );
});

describeShared("the public corpus", () => {
  it("has 577 KQL queries, all of which parse", () => {
    const queries = readPack([shared("corpus/detection-rules")]).rules.filter((rule) => rule.language === "kuery");
    const bad = queries.flatMap((rule) =>
      parseKql(rule.query ?? "").diagnostics.map((each) => [rule.path, each.message]),
    );
    expect(bad).toEqual([]);
    expect(queries.length).toBe(577);
  });

  it("survives the cutting of every one of them at many places", () => {
    for (const rule of readPack([shared("corpus/detection-rules")]).rules.filter((each) => each.language === "kuery")) {
      const query = rule.query ?? "";
      for (let cut = 0; cut < query.length; cut += 1 + Math.floor(query.length / 20)) {
        const result = parseKql(query.slice(0, cut));
        expect(result.query === null).toBe(result.diagnostics.length === 1);
      }
    }
  });
});
