import { describe, expect, it } from "vitest";
import { markdownBlock, markdownLines, markdownText } from "../../src/export/markdown-text.ts";

describe("text in Markdown", () => {
  it("keeps its lines, each as plain text", () => {
    expect(markdownLines("One *star*\r\n\n# no heading")).toEqual(["One \\*star\\*", "", "\\# no heading"]);
  });

  it("leaves a version in the middle of a line as it is", () => {
    expect(markdownText("eqlite 0.1.0")).toBe("eqlite 0.1.0");
    expect(markdownText("1. no list")).toBe("1\\. no list");
  });

  it("ends a block of code only where the block ends", () => {
    expect(markdownBlock("process where\n  ```` and\u001b[0m")).toBe("`````\nprocess where\n  ```` and␛[0m\n`````\n");
    expect(markdownBlock("any where true")).toBe("```\nany where true\n```\n");
  });
});
