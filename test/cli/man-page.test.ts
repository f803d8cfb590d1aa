import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { allCommands, programShape } from "../../src/cli/completion/program-shape.ts";
import { manPage } from "../../src/cli/man-page.ts";
import { buildProgram } from "../../src/cli/program.ts";
import { memoryIo } from "./memory-io.ts";

const shape = programShape(buildProgram(memoryIo()));
const hasGroff = spawnSync("groff", ["--version"]).status === 0;

function rendered(): { text: string; warnings: string } {
  const run = spawnSync("groff", ["-man", "-Tutf8", "-ww", "-P-c", "-P-b", "-P-u", "-rLL=400n"], {
    input: manPage(shape),
    encoding: "utf8",
  });
  return { text: run.stdout, warnings: run.stderr };
}

it("the manual page has a heading, the sections of a manual, and no line that roff would misread", () => {
  const page = manPage(shape);
  expect(page).toMatch(/^\.TH EQLITE 1 "" "eqlite \d+\.\d+\.\d+" "User Commands"\n\.SH NAME\neqlite \\- forensic/);
  expect([...page.matchAll(/^\.SH (.*)$/gm)].map((match) => match[1])).toEqual([
    "NAME",
    "SYNOPSIS",
    "DESCRIPTION",
    "COMMANDS",
    "EXIT STATUS",
    "ENVIRONMENT",
    "SEE ALSO",
  ]);
  expect(page.split("\n").filter((line) => /^[.']/.test(line) && !/^\.(TH|SH|SS|TP|B)( |$)/.test(line))).toEqual([]);
});

it.skipIf(!hasGroff)("it renders without a warning, and shows every command and option (needs groff)", () => {
  const { text, warnings } = rendered();
  expect(warnings).toBe("");
  for (const { path, commands, options } of allCommands(shape)) {
    if (commands.length > 0 || path.includes("help")) continue;
    expect(text).toContain(`eqlite ${path.join(" ")} `);
    for (const { usage } of options) expect(text).toContain(usage);
  }
  expect(text).toContain("(one of: undetermined, true_positive, false_positive, benign_positive, duplicate)");
});
