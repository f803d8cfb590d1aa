// Writes the table of keys and commands into docs/triage.md, between its marks. Run it after a change of src/tui/keymap.ts.
import { readFileSync, writeFileSync } from "node:fs";
import { format } from "prettier";
import { keymapMarkdown } from "../src/tui/keymap.ts";

const page = new URL("../docs/triage.md", import.meta.url);
const table = await format(keymapMarkdown(), { parser: "markdown", printWidth: 120 });
const text = readFileSync(page, "utf8");
writeFileSync(
  page,
  text.replace(/(<!-- keys: [^>]*-->\n)[^]*(<!-- \/keys -->)/, (_, open, close) => `${open}\n${table}\n${close}`),
);
