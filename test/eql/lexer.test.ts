import { describe, expect, it } from "vitest";
import { lex } from "../../src/eql/lexer.ts";
import { LIMITS } from "../../src/eql/limits.ts";
import { marked } from "./marked.ts";

function tokens(text: string): string[] {
  const { tokens: found, diagnostics } = lex(text);
  expect(diagnostics).toEqual([]);
  return found.slice(0, -1).map(({ kind, text: written }) => `${kind} ${written}`);
}

function value(text: string): string | undefined {
  const { tokens: found, diagnostics } = lex(text);
  expect(diagnostics).toEqual([]);
  expect(found).toHaveLength(2);
  return found[0]?.value;
}

describe("tokens", () => {
  it("tells keywords, names, functions and operators apart", () => {
    expect(tokens("any where f in~ (startsWith~(a, 1)) | head")).toEqual([
      "keyword any",
      "keyword where",
      "identifier f",
      "keyword in~",
      "operator (",
      "function startsWith~",
      "operator (",
      "identifier a",
      "operator ,",
      "integer 1",
      "operator )",
      "operator )",
      "operator |",
      "identifier head",
    ]);
  });

  it("knows keywords in lower case only", () => {
    expect(tokens("And AND and")).toEqual(["identifier And", "identifier AND", "keyword and"]);
  });

  it("reads ![ as one token, and only without a blank", () => {
    expect(tokens("![")).toEqual(["operator !["]);
    expect(lex("! [").diagnostics.map(({ code }) => code)).toEqual(["unexpected-character"]);
  });

  it("reads @ at the start of a name", () => {
    expect(tokens("@timestamp")).toEqual(["identifier @timestamp"]);
    expect(tokens("a@b")).toEqual(["identifier a", "identifier @b"]);
  });

  it.each(["1", "1.", ".5", "1.5", "1e5", "1.5e-3", ".5E+2"])("reads the number %s", (number) => {
    expect(tokens(number)).toEqual([`${/^\d+$/.test(number) ? "integer" : "decimal"} ${number}`]);
  });

  it("gives every token its place", () => {
    const { text, spans } = marked('«a» «==» «"x"»');
    const found = lex(text).tokens.slice(0, -1);
    expect(found.map(({ span }) => [span.start, span.end])).toEqual(spans);
  });
});

describe("comments", () => {
  it("leave nothing behind, to the end of the line or between marks", () => {
    expect(tokens("a // b\nc /* d */ e")).toEqual(["identifier a", "identifier c", "identifier e"]);
  });

  it("nest", () => {
    expect(tokens("a /* b /* c */ d */ e")).toEqual(["identifier a", "identifier e"]);
  });

  it("end at the first end where the nesting does not come out even", () => {
    expect(tokens("a /* b /* c */ d")).toEqual(["identifier a", "identifier d"]);
  });

  it("that never end are reported", () => {
    const { text, spans } = marked("a «/*» b");
    expect(lex(text).diagnostics).toMatchObject([
      { code: "unterminated-comment", span: { start: spans[0]?.[0], end: spans[0]?.[1] } },
    ]);
  });
});

describe("strings", () => {
  it("turn escapes into characters", () => {
    expect(value('"\\b\\t\\n\\f\\r\\"\\\'\\\\"')).toBe("\b\t\n\f\r\"'\\");
    expect(value('"\\u{41}\\u{0001f4a9}\\u{00}"')).toBe("A\u{1f4a9}\0");
  });

  it("keep backslashes where they are raw, and may end with quotes", () => {
    expect(value('"""C:\\new"""')).toBe("C:\\new");
    expect(value('""""a""""')).toBe('"a"');
    expect(value('"""a"""""')).toBe('a""');
    expect(value('""""""')).toBe("");
  });

  it.each([
    ['"a«\\q»b"', "invalid-escape", "`\\q` is no escape sequence"],
    ['"«\\u»{zz}"', "invalid-escape", "`\\u` is no escape sequence"],
    ['"«\\u{1}»"', "invalid-code-point", "the escape \\u{1} takes two to eight hexadecimal digits"],
    [
      '"«\\u{110000}»"',
      "invalid-code-point",
      "the escape \\u{110000} is beyond 10FFFF, the last code point of Unicode",
    ],
    ['"«\\u{d800}»"', "invalid-code-point", "the escape \\u{d800} is a surrogate, not a character"],
    ['«"abc»', "unterminated-string", "this string is not closed"],
    ['«"abc»\ndef', "unterminated-string", "this string is not closed"],
    ['«"""abc»\n', "unterminated-string", "this raw string is not closed"],
    ["«'abc'»", "single-quotes", "a string is written in double quotes, not in single quotes"],
    ["«?'abc'»", "old-raw-string", "a raw string is written in three double quotes, not with ?'"],
    ['«?"abc"»', "old-raw-string", 'a raw string is written in three double quotes, not with ?"'],
    ["«`abc»", "unterminated-string", "this quoted name is not closed"],
    ["«``»", "empty-identifier", "a name in back-ticks cannot be empty"],
    ["«§»", "unexpected-character", "unexpected character §"],
    ["«\u202e»", "unexpected-character", "unexpected character <U+202E>"],
  ])("reports %s", (source, code, message) => {
    const { text, spans } = marked(source);
    const found = lex(text).diagnostics.filter((one) => one.code === code);
    expect(found.map((one) => [one.span.start, one.span.end])).toEqual(spans);
    expect(found[0]?.message).toBe(message);
  });
});

describe("quoted names", () => {
  it("are literal but for the doubled back-tick", () => {
    expect(value("`a-b.c ?``d\\n`")).toBe("a-b.c ?`d\\n");
  });
});

describe("limits", () => {
  it("refuses a text longer than maxQueryLength", () => {
    expect(lex(" ".repeat(LIMITS.maxQueryLength)).diagnostics).toEqual([]);
    expect(lex(" ".repeat(LIMITS.maxQueryLength + 1)).diagnostics.map(({ message }) => message)).toEqual([
      "the query has 1000001 characters, more than maxQueryLength (1000000)",
    ]);
  });

  it("reads many comments, quotes and openings in linear time", () => {
    for (const piece of ["/* /* */ ", '"""a\n', "'a\n", "`a` ", '"\\q"', "{ "]) {
      expect(lex(piece.repeat(90_000)).tokens.at(-1)?.kind).toBe("end");
    }
  });
});
