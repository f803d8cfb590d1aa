import fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import {
  clipRaw,
  safeCell,
  safeLines,
  safeText,
  takeColumns,
  textWidth,
  truncateText,
  wrapText,
} from "../../src/base/safe-text.ts";

describe("safeText", () => {
  it.each([
    ["an escape sequence", "\x1b[2J\x1b]52;c;aGk=\x07", "␛[2J␛]52;c;aGk=␇"],
    ["carriage return, line feed, tab and backspace", "a\rb\nc\td\be", "a␍b␊c␉d␈e"],
    ["NUL and DEL", "nc\0 -e\x7f", "nc␀ -e␡"],
    ["the C1 forms of CSI and OSC", "\x9b31m\x9d0;x\x9c", "<U+009B>31m<U+009D>0;x<U+009C>"],
    ["a right-to-left override", "invoice\u202Efdp.exe", "invoice<U+202E>fdp.exe"],
    ["isolates", "\u2066a\u2069", "<U+2066>a<U+2069>"],
    ["zero-width characters and a byte order mark", "a\u200Bb\u200Dc\uFEFF", "a<U+200B>b<U+200D>c<U+FEFF>"],
    ["line and paragraph separators", "a\u2028b\u2029", "a<U+2028>b<U+2029>"],
    ["lone surrogates", "a\uD800b\uDC00", "a<U+D800>b<U+DC00>"],
    ["tag characters", "x\u{E0041}\u{E007F}", "x<U+E0041><U+E007F>"],
    ["variation selectors", "a\uFE0F\u{E0100}", "a<U+FE0F><U+E0100>"],
    ["fillers and blanks", "\u115F\u3164\uFFA0\u2800", "<U+115F><U+3164><U+FFA0><U+2800>"],
    ["private use and noncharacters", "\uE000\uFFFE", "<U+E000><U+FFFE>"],
    ["a soft hyphen", "cu\u00ADrl", "cu<U+00AD>rl"],
    ["marks beyond the fourth", `a${"\u0301".repeat(30)}b`, `a${"\u0301".repeat(4)}<+26 marks>b`],
    ["a mark without a base", "\u0301x", "\u25cc\u0301x"],
    ["decomposed Hangul", "\u1112\u1161\u11AB", "한"],
    ["a pile of jamo", "\u1100\u1100\u1100", "<U+1100><U+1100><U+1100>"],
  ])("shows %s", (_, text, shown) => {
    expect(safeText(text)).toBe(shown);
  });

  it("leaves ordinary text of any script alone", () => {
    for (const text of ["nc -lvp 4444", "naïve café", "日本語.txt", "Привет", "שלום", "e\u0301", "🦀 rust", "한국어"]) {
      expect(safeText(text)).toBe(text);
    }
  });

  it("is idempotent and leaves nothing invisible", () => {
    const hostile = fc.string({
      unit: fc.oneof(
        fc.constantFrom("\u0301", "\x1b", "\u202e", "\u1100", "\u1161", " ", "a", "한", "\ud800"),
        fc.string({ unit: "binary", maxLength: 1 }),
      ),
    });
    fc.assert(
      fc.property(hostile, (text) => {
        const safe = safeText(text);
        expect(safeText(safe)).toBe(safe);
        expect(safe).not.toMatch(/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u);
      }),
    );
  });
});

describe("measuring", () => {
  it("counts columns, not code units", () => {
    expect(["abc", "日本", "e\u0301", "🦀"].map(textWidth)).toEqual([3, 4, 1, 2]);
  });

  it("cuts with an ellipsis and never in the middle of a wide character", () => {
    expect(truncateText("abcdef", 4)).toBe("abc…");
    expect(truncateText("abcd", 4)).toBe("abcd");
    expect(truncateText("日本語", 5)).toBe("日本…");
    expect(truncateText("日本語", 4)).toBe("日…");
    expect(truncateText("日本語", 6)).toBe("日本語");
    expect(truncateText("abc", 0)).toBe("");
    expect(truncateText("abc", 1)).toBe("…");
  });

  it("takes whole columns", () => {
    expect(takeColumns("a日b", 2)).toEqual({ text: "a", width: 1 });
    expect(takeColumns("e\u0301f", 1)).toEqual({ text: "e\u0301", width: 1 });
  });

  it("makes cells of exactly the width asked for, whatever is in them", () => {
    expect(safeCell("日本語", 4)).toBe("日… ");
    expect(safeCell("7", 3, "right")).toBe("  7");
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 0, max: 40 }), (text, width) => {
        expect(stringWidth(safeCell(text, width))).toBe(width);
      }),
    );
  });

  it("does not sanitise what cannot be shown", () => {
    expect(clipRaw("x".repeat(1_000_000), 10)).toHaveLength(184);
    expect(safeCell("x".repeat(1_000_000), 5)).toBe("xxxx…");
    expect(safeCell(`a${"\u0301".repeat(100_000)}`, 3)).toBe(`a${"\u0301".repeat(4)}<…`);
  });
});

describe("wrapping", () => {
  it("breaks at spaces, and inside words only when it must", () => {
    expect(wrapText("look at the arguments", 10)).toEqual(["look at", "the", "arguments"]);
    expect(wrapText("abcdefghij", 4)).toEqual(["abcd", "efgh", "ij"]);
    expect(wrapText("a 日本語", 4)).toEqual(["a", "日本", "語"]);
    expect(wrapText("", 4)).toEqual([""]);
    expect(wrapText("one\n\n  two", 8)).toEqual(["one", "", "  two"]);
  });

  it("never makes a line wider than asked", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 2, max: 30 }), (text, width) => {
        for (const line of wrapText(text, width)) expect(textWidth(line)).toBeLessThanOrEqual(width);
      }),
    );
  });

  it("keeps the lines of a document and shows its other controls", () => {
    expect(safeLines('{\r\n\t"a": "\x1b"\n}')).toEqual(["{", '  "a": "␛"', "}"]);
  });
});
