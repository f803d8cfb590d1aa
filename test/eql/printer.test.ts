import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Query } from "../../src/eql/ast.ts";
import { parseExpression, parseQuery } from "../../src/eql/parser.ts";
import { printExpression, printQuery, printTimeSpan } from "../../src/eql/printer.ts";
import { typed } from "./arbitraries.ts";
import { withoutSpans } from "./without-spans.ts";

function reprint(text: string): string {
  const { query, diagnostics } = parseQuery(text);
  expect(diagnostics).toEqual([]);
  return query === null ? "" : printQuery(query);
}

describe("a printed query", () => {
  it.each([
    ["process   where a==1", "process where a == 1"],
    ["any where (((a)))", "any where a"],
    ["any where (a or b) and (c and d)", "any where (a or b) and (c and d)"],
    ["any where not (a == b)", "any where not a == b"],
    ["any where (not a) == b", "any where (not a) == b"],
    ["any where (a - b) - (c - d) == 1", "any where a - b - (c - d) == 1"],
    ["any where (a * b) + (c + d) == -(5)", "any where a * b + (c + d) == -(5)"],
    ["any where (-5) in (1, 2.50)", "any where (-5) in (1, 2.5)"],
    ['any where (a : "b") : ("c")', 'any where (a : "b") : "c"'],
    ['any where a == """x\\y"z"""', 'any where a == "x\\\\y\\"z"'],
    ['any where a == "\\u{202e}\\u{0007}é"', 'any where a == "\\u{202e}\\u{0007}é"'],
    ["any where ?`a-b`.c == 9223372036854775808", "any where ?`a-b.c` == 9223372036854776000.0"],
    ["any where `a``b` == 1e400", "any where `a``b` == 1e999"],
    ['"any" where true', '"any" where true'],
    ['any where startswith~(a, "b") | head 5 | tail 1', 'any where startsWith~(a, "b") | head 5 | tail 1'],
    [
      "sequence by a,?b with maxspan=60s [x where true] by c with runs=3 ![y where true] by d until [z where true] by e | head 1",
      "sequence by a, ?b with maxspan=1m\n  [x where true] by c with runs=3\n  ![y where true] by d\nuntil [z where true] by e\n| head 1",
    ],
    ["sample by a [x where true] [y where true]", "sample by a\n  [x where true]\n  [y where true]"],
    [
      "sequence [x where true] as one [y where one.b == `one2.c` and descendant of [process where true]]",
      "sequence\n  [x where true] as one\n  [y where one.b == one2.c and descendant of [process where true]]",
    ],
  ])("of %s", (text, printed) => {
    expect(reprint(text)).toBe(printed);
    expect(reprint(printed)).toBe(printed);
  });

  it.each([
    [1_500_000_000n, "1500ms"],
    [90_000_000_000n, "90s"],
    [3_600_000_000_000n, "1h"],
  ])("writes a time span in the largest unit that divides it", (nanoseconds, text) => {
    expect(printTimeSpan(nanoseconds)).toBe(text);
  });

  it("parses to the tree it was printed from", () => {
    fc.assert(
      fc.property(typed.condition, (condition) => {
        const { expression, diagnostics } = parseExpression(printExpression(condition));
        expect(diagnostics).toEqual([]);
        expect(withoutSpans(expression)).toEqual(withoutSpans(condition));
      }),
      { numRuns: 2000, seed: 1 },
    );
  });

  it("parses to the same strings and numbers, whatever is in them", () => {
    const value = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.double({ noNaN: true }),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    );
    fc.assert(
      fc.property(value, fc.string({ unit: "grapheme", minLength: 1 }), (constant, name) => {
        const query: Query = {
          kind: "query",
          base: {
            kind: "eventQuery",
            category: name,
            condition: {
              kind: "comparison",
              operator: "==",
              left: { kind: "field", name, optional: false, span },
              right: { kind: "literal", value: constant, span },
              span,
            },
            span,
          },
          pipes: [],
          span,
        };
        expect(withoutSpans(parseQuery(printQuery(query)).query)).toEqual(withoutSpans(query));
      }),
      { numRuns: 2000, seed: 2 },
    );
  });
});

const span = { start: 0, end: 0 };
