import { describe, expect, it } from "vitest";
import { FUNCTION_BODIES } from "../../src/eql/function-values.ts";
import { canonicalFunctionName, FUNCTIONS, isFunctionName, signatureOf } from "../../src/eql/functions.ts";
import { parseExpression } from "../../src/eql/parser.ts";
import { compileScalar } from "../../src/eql/scalar.ts";
import type { Scalar } from "../../src/eql/values.ts";

/** The value of an expression, with fields bound by name. */
function value(text: string, fields: Readonly<Record<string, Scalar>> = {}): Scalar {
  const { expression } = parseExpression(text);
  if (expression === null) throw new Error(text);
  const { references, evaluate } = compileScalar(expression);
  return evaluate(
    references.map((reference) => (reference.kind === "field" ? (fields[reference.name] ?? null) : null)),
  );
}

describe("function names", () => {
  it("are known in any case, and each has a body", () => {
    expect(canonicalFunctionName("STRINGCONTAINS")).toBe("stringContains");
    expect(canonicalFunctionName("wildcard")).toBeUndefined();
    expect(isFunctionName("toString")).toBe(false);
    expect(Object.keys(FUNCTION_BODIES).sort()).toEqual(Object.keys(FUNCTIONS).sort());
  });

  it("have a ~ variant where Elasticsearch has one", () => {
    const names = Object.keys(FUNCTIONS).filter((name) => isFunctionName(name) && signatureOf(name).tilde === true);
    expect(names).toEqual(["between", "endsWith", "indexOf", "startsWith", "stringContains"]);
  });
});

describe("functions", () => {
  it.each<[string, Scalar]>([
    ['between("C:\\\\System32\\\\cmd.exe", "System32\\\\", ".exe")', "cmd"],
    ['between("abab", "a", "b")', ""],
    ['between("a1b2b", "a", "b", true)', "1b2"],
    ['between("a1b2b", "A", "B")', ""],
    ['between~("a1B2b", "A", "B")', "1"],
    ['between("b1a", "a", "b", true)', ""],
    ['between("abc", "", "c")', "abc"],
    ['between("abc", "a", null)', "abc"],
    ['between(null, "a", "b")', null],
    ['cidrMatch("10.1.2.3", "192.168.0.0/16", "10.6.48.157/8")', true],
    ['cidrMatch("10.1.2.3", "::/0")', false],
    ['cidrMatch("no address", "::/0")', null],
    ['cidrMatch(null, "::/0")', null],
    ['cidrMatch("10.1.2.3", null)', null],
    ['concat("a", 1, 2.5, true)', "a12.5true"],
    ['concat("a", null)', null],
    ['endsWith("abc", "C")', false],
    ['endsWith~("abc", "C")', true],
    ['endsWith("abc", "")', true],
    ['startsWith(null, "")', null],
    ['stringContains("abc", "")', false],
    ['stringContains("", "")', false],
    ['stringContains("abc", "b")', true],
    ['indexOf("subdomain", "d")', 3n],
    ['indexOf("abc", "c", -5)', 2n],
    ['indexOf("abc", "", 3)', 3n],
    ['indexOf("abc", "", 4)', null],
    ['indexOf("abc", "z")', null],
    ['indexOf("abc", "b", null)', 1n],
    ['length("")', 0n],
    ['length("\\u{1f4a9}")', 2n],
    ['number("1337")', 1337n],
    ['number("  -13.5 ")', -13.5],
    ['number("0xdeadbeef")', 3735928559n],
    ['number("0xff", 10)', null],
    ['number("ff", 16)', 255n],
    ['number("8", 8)', null],
    ['number("052403", 8)', 21763n],
    ['number("nothing")', null],
    ['number("")', null],
    ['number("99999999999999999999")', 1e20],
    ['number("1", 99)', null],
    ["string(42.5)", "42.5"],
    ["string(null)", null],
    ['substring("hello world", -5)', "world"],
    ['substring("hello world", 0, 5)', "hello"],
    ['substring("hello", 3, 1)', ""],
    ['substring("hello", 0, -1)', "hell"],
    ['substring("hello", null, 2)', "hello"],
    ['substring("hello", 2, null)', "llo"],
    ['substring("\\u{1f4a9}x", 2)', "x"],
    ["add(1, 2.5)", 3.5],
    ["divide(-7, 2)", -3n],
    ["modulo(10, 0)", null],
  ])("%s", (text, expected) => {
    expect(value(text)).toBe(expected);
  });

  it("fold A-Z on a plain field with a constant, all of Unicode elsewhere", () => {
    const kelvin = "\u212a";
    expect(value('startsWith~(f, "k")', { f: kelvin })).toBe(false);
    expect(value('startsWith~(f, "K")', { f: "k" })).toBe(true);
    expect(value('endsWith~(f, "É")', { f: "é" })).toBe(false);
    expect(value('stringContains~(f, "k")', { f: kelvin })).toBe(false);
    expect(value("startsWith~(f, g)", { f: kelvin, g: "k" })).toBe(true);
    expect(value('startsWith~(concat(f), "k")', { f: kelvin })).toBe(true);
    expect(value('indexOf~(f, "É")', { f: "é" })).toBe(0n);
  });
});
