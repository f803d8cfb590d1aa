import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wildcardMatcher } from "../../src/eql/wildcard.ts";

function fits(pattern: string, text: string, caseInsensitive = false): boolean {
  return wildcardMatcher([pattern], { caseInsensitive })(text);
}

/** The plain meaning, by backtracking over code points. */
function fitsSlowly(pattern: readonly string[], text: readonly string[]): boolean {
  const [head, ...rest] = pattern;
  if (head === undefined) return text.length === 0;
  if (head === "*") return fitsSlowly(rest, text) || (text.length > 0 && fitsSlowly(pattern, text.slice(1)));
  return text.length > 0 && (head === "?" || head === text[0]) && fitsSlowly(rest, text.slice(1));
}

describe("wildcards", () => {
  it.each([
    ["*", "", true],
    ["?", "", false],
    ["", "", true],
    ["", "a", false],
    ["a*c", "abbbc", true],
    ["a*c", "ac", true],
    ["a*c", "acd", false],
    ["ab*ab", "ab", false],
    ["a?c", "abc", true],
    ["*a?c*", "xxabcxx", true],
    ["a\\*", "a\\b", true],
    ["a[b]", "a[b]", true],
    ["a[b]", "ab", false],
    ["a%_c", "abbc", false],
    ["**", "", true],
  ])("%j on %j is %s", (pattern, text, expected) => {
    expect(fits(pattern, text)).toBe(expected);
  });

  it("fold A-Z only, and only when asked", () => {
    expect(fits("ABC*", "abcd")).toBe(false);
    expect(fits("ABC*", "abcd", true)).toBe(true);
    expect(fits("k", "\u212a", true)).toBe(false);
    expect(fits("É", "é", true)).toBe(false);
    expect(wildcardMatcher(["ABC*"], { caseInsensitive: true, folded: true })("abcd")).toBe(true);
  });

  it("take any of several patterns", () => {
    const test = wildcardMatcher(["a", "B*", "*c"], { caseInsensitive: true });
    expect(["A", "bx", "xc", "d"].map(test)).toEqual([true, true, true, false]);
  });

  it.each(["\u0000", "\n", "\r\n", "\u2028", "\ud800", "\udc00", "\u{1f4a9}", "\u202e"])(
    "hide nothing behind %j, wherever it stands",
    (odd) => {
      for (const text of [`${odd}curl x|sh`, `curl${odd}x|sh`, `curl x|sh${odd}`, `${odd}${odd}curl${odd}x|sh${odd}`]) {
        expect(fits("*curl*sh*", text)).toBe(true);
        expect(fits("*CURL*SH*", text, true)).toBe(true);
      }
      expect(fits("a?b", `a${odd.slice(0, 2)}b`)).toBe([...odd].length === 1);
      expect(fits("curl*", `curl${odd}`)).toBe(true);
      expect(fits("*sh", `${odd}sh`)).toBe(true);
      expect(fits("*sh", `sh${odd}`)).toBe(false);
      expect(fits("curl", `curl${odd}`)).toBe(false);
    },
  );

  it("count a surrogate pair as one character and half a pair as one", () => {
    expect(fits("?", "\u{1f4a9}")).toBe(true);
    expect(fits("??", "\u{1f4a9}")).toBe(false);
    expect(fits("*??", "\u{1f4a9}")).toBe(false);
    expect(fits("?*?", "\u{1f4a9}")).toBe(false);
    expect(fits("?", "\ud83d")).toBe(true);
    expect(fits("?*?", "\ud83d\ud83d")).toBe(true);
  });

  it("do not slow down on texts made for it", () => {
    expect(fits("*a*a*a*a*a*a*a*a*b", "a".repeat(200_000))).toBe(false);
    expect(fits("*a?a?a?a?b*", "a".repeat(50_000))).toBe(false);
  });

  it("mean what backtracking over code points means", () => {
    const unit = fc.constantFrom("a", "b", "A", "\u{1f4a9}", "\ud83d", "\udca9", "\n");
    const text = fc.array(unit, { maxLength: 8 }).map((units) => units.join(""));
    const pattern = fc
      .array(fc.oneof(unit, fc.constantFrom("*", "?")), { maxLength: 7 })
      .map((units) => units.join(""));
    fc.assert(
      fc.property(pattern, text, (wanted, given) => {
        fc.pre([...wanted].every((character) => !/[\ud800-\udfff]/.test(character) || character.length === 2));
        expect(fits(wanted, given)).toBe(fitsSlowly([...wanted], [...given]));
      }),
      { numRuns: 20_000, seed: 3 },
    );
  });
});
