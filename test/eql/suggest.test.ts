import { describe, expect, it } from "vitest";
import { editDistance, suggest } from "../../src/eql/suggest.ts";

const FIELDS = ["process.name", "process.parent.name", "process.pid", "user.name", "host.name", "file.path"];

describe("suggest", () => {
  it.each([
    ["proces.name", ["process.name"]],
    ["process.nmae", ["process.name"]],
    ["PROCESS.NAME", ["process.name"]],
    ["path", ["file.path"]],
    ["name", ["host.name", "user.name", "process.name"]],
    ["zzzz", []],
    ["", []],
  ])("for %s: %j", (text, expected) => {
    expect(suggest(text, FIELDS)).toEqual(expected);
  });

  it("counts insertions, deletions, replacements and swaps", () => {
    expect(editDistance("abcd", "abcd", 9)).toBe(0);
    expect(editDistance("abcd", "acbd", 9)).toBe(1);
    expect(editDistance("abcd", "bcde", 9)).toBe(2);
    expect(editDistance("", "abc", 9)).toBe(3);
  });
});
