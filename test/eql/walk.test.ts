import { describe, expect, it } from "vitest";
import { parseQuery } from "../../src/eql/parser.ts";
import { CHILD_KEYS, contains, walk } from "../../src/eql/walk.ts";
import { withoutSpans } from "./without-spans.ts";

const EVERYTHING = `sequence by a with maxspan=1m
  [p where not (b == 1 and c in (2)) or d : "x" or startsWith(e, "y") or -f + 1 > 2] by g as one
  ![q where true] by h
  [r where one.i == 3 and descendant of [process where j]] by k
until [s where true] by l
| head 1`;

function kindsOf(text: string): string[] {
  const { query, diagnostics } = parseQuery(text);
  expect(diagnostics).toEqual([]);
  const kinds: string[] = [];
  if (query !== null) walk(query, ({ kind }) => void kinds.push(kind));
  return kinds;
}

/** Every object with a `kind`, found without the table of child keys. */
function countNodes(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + countNodes(item), 0);
  if (typeof value !== "object" || value === null) return 0;
  const inner = Object.values(value).reduce<number>((sum, item) => sum + countNodes(item), 0);
  return inner + ("kind" in value ? 1 : 0);
}

describe("walk", () => {
  it("reaches every node of every kind, parents first", () => {
    const kinds = [...kindsOf(EVERYTHING), ...kindsOf("sample by a [b where true] [c where true]")];
    expect(new Set(kinds)).toEqual(new Set(Object.keys(CHILD_KEYS)));
    expect(kindsOf(EVERYTHING)).toHaveLength(countNodes(withoutSpans(parseQuery(EVERYTHING).query)));
    expect(kindsOf("any where a and b == 1")).toEqual([
      "query",
      "eventQuery",
      "and",
      "field",
      "comparison",
      "field",
      "literal",
    ]);
  });

  it("does not go below a node for which the visitor returns false", () => {
    const { query } = parseQuery("any where a and b == 1");
    const kinds: string[] = [];
    if (query !== null) {
      walk(query, ({ kind }) => {
        kinds.push(kind);
        return kind !== "comparison";
      });
    }
    expect(kinds).toEqual(["query", "eventQuery", "and", "field", "comparison"]);
  });

  it("tells whether a kind occurs", () => {
    const { query } = parseQuery("any where a and b == 1");
    expect(query !== null && contains(query, "literal")).toBe(true);
    expect(query !== null && contains(query, "or")).toBe(false);
  });
});
