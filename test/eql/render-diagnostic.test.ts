import { describe, expect, it } from "vitest";
import { parseQuery } from "../../src/eql/parser.ts";
import { positionOf, renderDiagnostic } from "../../src/eql/render-diagnostic.ts";

function rendered(text: string): string[] {
  return parseQuery(text).diagnostics.map((one) => renderDiagnostic(text, one));
}

describe("a rendered diagnostic", () => {
  it("shows the line, a caret under the place, and the hint", () => {
    expect(rendered("process where\n  a = 1 and\n  b adn c")).toEqual([
      ["error[single-equals] 2:5: `=` does not compare", "   2 |   a = 1 and", "     |     ^", "  hint: write =="].join(
        "\n",
      ),
      [
        "error[expected] 3:5: expected `and`, `or` or an operator, found `adn`",
        "   3 |   b adn c",
        "     |     ^^^",
        "  hint: did you mean `and`?",
      ].join("\n"),
    ]);
  });

  it("points behind the end where something is missing", () => {
    expect(rendered("any where")).toEqual([
      [
        "error[expected] 1:10: expected an expression, found the end of the query",
        "   1 | any where",
        "     |          ^",
      ].join("\n"),
    ]);
  });

  it("cuts a long line around the place", () => {
    const [text = ""] = rendered(`any where ${"a == 1 or ".repeat(50)}b = 1 ${"or c == 2 ".repeat(50)}`);
    const [, line = "", carets = ""] = text.split("\n");
    expect(line).toMatch(/^ {3}1 \| ….*b = 1 .*…$/);
    expect(line.length).toBeLessThan(140);
    expect(line.charAt(carets.indexOf("^"))).toBe("=");
  });

  it("keeps the caret in place behind wide, hidden and hostile characters", () => {
    const [text = ""] = rendered('any where\ta == "漢\u202e\u001b" b');
    expect(text.split("\n").slice(1)).toEqual([
      '   1 | any where a == "漢<U+202E>␛" b',
      "     |                              ^",
    ]);
  });

  it("counts lines at LF, CRLF and CR", () => {
    expect(positionOf("a\nb\r\nc\rd", 7)).toEqual({ line: 4, column: 1 });
    expect(positionOf("a\nb\r\nc\rd", 5)).toEqual({ line: 3, column: 1 });
    expect(positionOf("ab", 99)).toEqual({ line: 1, column: 3 });
  });
});
