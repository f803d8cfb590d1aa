// Writes what a package installs beside the program: the manual page and the completion scripts, from the program just built.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { completionScript } from "../dist/cli/completion/scripts.js";
import { programShape } from "../dist/cli/completion/program-shape.js";
import { processIo } from "../dist/cli/io.js";
import { manPage } from "../dist/cli/man-page.js";
import { buildProgram } from "../dist/cli/program.js";

const root = path.dirname(import.meta.dirname);
const program = buildProgram(processIo());
const files = {
  "man/eqlite.1": manPage(programShape(program)),
  "completions/eqlite.bash": completionScript("bash", program),
  "completions/_eqlite": completionScript("zsh", program),
  "completions/eqlite.fish": completionScript("fish", program),
};
for (const [name, text] of Object.entries(files)) {
  mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
  writeFileSync(path.join(root, name), text);
}
