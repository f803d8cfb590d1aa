import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { format } from "prettier";
import { keymapMarkdown } from "../../src/tui/keymap.ts";

describe("docs/triage.md", () => {
  it("has the table of keys and commands that the program has", async () => {
    const page = readFileSync(new URL("../../docs/triage.md", import.meta.url), "utf8");
    const section = /<!-- keys: [^>]*-->\n([^]*)<!-- \/keys -->/.exec(page)?.[1] ?? "";
    const wanted = await format(keymapMarkdown(), { parser: "markdown", printWidth: 120 });
    expect(section.trim()).toBe(wanted.trim());
  });
});
