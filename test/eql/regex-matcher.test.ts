import { describe, expect, it } from "vitest";
import { MAX_REGEX_NESTING, MAX_REGEX_REPEAT } from "../../src/eql/lucene-regex.ts";
import { regexMatcher, regexProblem } from "../../src/eql/regex-matcher.ts";

function fits(pattern: string | readonly string[], text: string, caseInsensitive = false): boolean {
  const result = regexMatcher(typeof pattern === "string" ? [pattern] : pattern, { caseInsensitive });
  if (!result.ok) throw new Error(result.problem.reason);
  return result.matches(text);
}

describe("regular expressions", () => {
  it.each([
    ["abc", "abc", true],
    ["b", "abc", false],
    ["", "", true],
    ["()", "", true],
    ["a|bc", "bc", true],
    ["a|bc", "ac", false],
    ["(a|b)c", "bc", true],
    ["ab?c", "ac", true],
    ["a{2}", "aa", true],
    ["a{2,}", "a", false],
    ["a{1,3}b", "aaab", true],
    ["a{1,3}b", "aaaab", false],
    ["a.*?b", "axxb", true],
    ["^a$", "^a$", true],
    ["^a$", "a", false],
    ["[a-c]+", "abc", true],
    ["[^a-c]", "d", true],
    ["[^a-c]", "\n", true],
    ["[-a]", "-", true],
    ["[a-]", "-", true],
    ["[a\\-c]", "b", false],
    ["[\\w.]+", "a_9.", true],
    ["[^\\s]", " ", false],
    ["[\\S]", "x", true],
    ["\\d\\D\\s\\S\\w\\W", "1a xa-", true],
    ["\\n", "n", true],
    ["\\.\\*\\(\\\\", ".*(\\", true],
    ['"a.b*"c', "a.b*c", true],
    ["a@c", "a\n\nc", true],
    ["a|#", "a", true],
    ["#", "", false],
    ["]}>", "]}>", true],
    ["*a", "*a", true],
  ])("%s on %j is %s", (pattern, text, expected) => {
    expect(fits(pattern, text)).toBe(expected);
  });

  it("fold A-Z only, in ranges too", () => {
    expect(fits("aB[x-z]", "AbY", true)).toBe(true);
    expect(fits("aB[x-z]", "AbY")).toBe(false);
    expect(fits("[^a]", "A", true)).toBe(false);
    expect(fits("k", "\u212a", true)).toBe(false);
    expect(fits("s", "\u017f", true)).toBe(false);
    expect(fits("[a-z]", "\u212a", true)).toBe(false);
  });

  it("of a list: any", () => {
    expect(fits(["a|b", "c"], "c")).toBe(true);
    expect(fits(["a|b", "c"], "ac")).toBe(false);
  });

  it.each(["\u0000", "\n", "\r\n", "\u2028", "\ud800", "\udc00", "\u{1f4a9}"])("hide nothing behind %j", (odd) => {
    for (const text of [`${odd}curl x|sh`, `curl${odd}x|sh`, `curl x|sh${odd}`])
      expect(fits(".*curl.*sh.*", text)).toBe(true);
    expect(fits("a.b", `a${odd}b`)).toBe([...odd].length === 1);
    expect(fits("sh", `sh${odd}`)).toBe(false);
  });

  it.each<[number, number, string]>([
    [0, 35, "0"],
    [5, 123, "5"],
    [7, 7, "7"],
    [99, 1001, "99"],
    [120, 987, "120"],
  ])("understand the range <%i-%i>", (first, last, start) => {
    const width = String(first).length === String(last).length ? start.length : 0;
    const numbers = Array.from({ length: 1200 }, (_, number) => number);
    const inRange = numbers.filter((number) => fits(`<${first}-${last}>`, String(number).padStart(width, "0")));
    expect(inRange).toEqual(numbers.filter((number) => number >= first && number <= last));
    expect(fits(`<${first}-${last}>`, `00${first}`)).toBe(width === 0);
  });

  it.each([
    ["a(", "a parenthesis that is not closed", false],
    ["(a", "a parenthesis that is not closed", false],
    ["a)", "a closing parenthesis without an opening one", false],
    ["[a", "a bracket that is not closed", false],
    ["a|", "an empty alternative; write () for empty text", false],
    ["[z-a]", "a range whose end is before its start", false],
    ["a{2,1}", "a repetition whose end is before its start", false],
    ["a{x}", "a repetition is written {n}, {n,} or {n,m}", false],
    ["a\\", "the expression ends too early", false],
    ['"a', 'a quote that is not closed; write \\" for the character', false],
    ["a~b", "the operator ~ (complement) is not supported; write \\~ for the character", true],
    ["a&b", "the operator & (intersection) is not supported; write \\& for the character", true],
    ["<a>", "the operator < > takes a range of numbers such as <1-31>; write \\< for the character", true],
    [`a{${MAX_REGEX_REPEAT + 1}}`, "a repetition of more than MAX_REGEX_REPEAT (1000)", false],
    ["(".repeat(MAX_REGEX_NESTING + 1), "parentheses nested deeper than MAX_REGEX_NESTING (200)", false],
  ])("are refused with a reason: %s", (pattern, reason, unsupported) => {
    expect(regexProblem(pattern)).toMatchObject({ reason, unsupported });
  });

  it("are refused, not thrown, when they are too large to compile", () => {
    expect(regexProblem("((a{1000}){1000}){1000}")?.unsupported).toBe(true);
  });

  it("run in linear time", () => {
    expect(fits("(a*)*b", "a".repeat(50_000))).toBe(false);
    expect(fits("(.*a){20}b", "a".repeat(20_000))).toBe(false);
  });
});
