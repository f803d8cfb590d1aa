import { parseJsonTree, toggleFold } from "../../../src/tui/state/json-tree.ts";
import { describe, expect, it } from "vitest";

describe("documents", () => {
  const tree = parseJsonTree('{"a":{"b":[1,"x"]},"c":null,"d":{}}');

  it("are lines with dotted fields", () => {
    expect(
      tree.lines.map((line) => `${"  ".repeat(line.depth)}${line.label}${line.text} ${line.field}=${line.value ?? ""}`),
    ).toEqual([
      "{ =",
      '  "a": { a=',
      '    "b": [ a.b=',
      "      1 a.b=1",
      '      "x" a.b=x',
      "    ] a.b=",
      "  } a=",
      '  "c": null c=',
      '  "d": {} d=',
      "} =",
    ]);
  });

  it("fold at either end, and keep what is folded inside", () => {
    const opened = tree.lines[2];
    const outer = tree.lines[6];
    if (opened === undefined || outer === undefined) throw new Error("no such line");
    const inner = toggleFold(tree, opened);
    expect(inner.lines.map((line) => line.text)).toEqual(["{", "{", "[", "}", "null", "{}", "}"]);
    const both = toggleFold(inner, outer);
    expect(both.lines.map((line) => line.text)).toEqual(["{", "{", "null", "{}", "}"]);
    expect(toggleFold(both, outer).lines.map((line) => line.text)).toEqual(inner.lines.map((line) => line.text));
  });

  it("may be nested deeper than the stack, and may be no JSON", () => {
    const depth = 50_000;
    expect(parseJsonTree(`${"[".repeat(depth)}1${"]".repeat(depth)}`).lines).toHaveLength(2 * depth + 1);
    expect(parseJsonTree("not json\n\x1b").lines.map((line) => line.text)).toEqual(["not json", "\x1b"]);
  });
});
