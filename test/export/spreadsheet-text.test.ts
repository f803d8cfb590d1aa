import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { safeCellText } from "../../src/export/spreadsheet-text.ts";
import { hostile } from "../hostile.ts";

describe("safeCellText", () => {
  it.each([
    ["=1+1", "'=1+1"],
    ["+1", "'+1"],
    ["-1", "'-1"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["  =1", "'  =1"],
    ["\t=1", "'\t=1"],
    ["\r=1", "'␍=1"],
    ["\n=1", "'\n=1"],
    ["\u200b=1", "'\u200b=1"],
    ["\u0000=1", "'␀=1"],
    ['"=1', "'\"=1"],
    ["＝1", "'＝1"],
    ["\ttext", "'\ttext"],
    ["a=1", "a=1"],
    ["a\r\nb", "a\nb"],
    ["a\rb", "a␍b"],
    ["\u001b[31m", "␛[31m"],
    ["\u009b31m", "<U+009B>31m"],
    ["\ud800", "<U+D800>"],
    ["Ünï cödé 𝕏", "Ünï cödé 𝕏"],
    ["", ""],
  ])("makes %j the cell %j", (text, cell) => {
    expect(safeCellText(text)).toBe(cell);
  });

  it.each(hostile("spreadsheet"))("defuses $name", ({ text }) => {
    expect(safeCellText(text)).not.toMatch(/^[\s\p{C}"]*[=+\-@＝＋－＠]/u);
  });

  it("never leaves a cell that begins as a formula, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const cell = safeCellText(text);
        expect(cell).not.toMatch(/^[\s\p{C}"]*[=+\-@]/u);
        expect(cell).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
        expect(cell.isWellFormed()).toBe(true);
      }),
    );
  });
});
