import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../../src/cli/program.ts";
import { EXPORT_FORMAT_NAMES } from "../../src/triage/export-formats.ts";
import { STEP_STATES, VERDICTS } from "../../src/triage/types.ts";
import { tempFolder } from "../temp-folder.ts";
import { memoryIo } from "./memory-io.ts";
import { completions, hasShell, type Shell } from "./shells.ts";

async function script(shell: Shell): Promise<string> {
  const io = memoryIo();
  expect(await runCli(["completion", shell], io)).toBe(0);
  return io.out();
}

const COMMANDS =
  "completion demo evidence exceptions export findings help hunt hunts info journal load mark note query redo rules step " +
  "timeline tree triage undo verdict verify";

describe.each<Shell>(["bash", "zsh", "fish"])("completion of %s", (shell) => {
  describe.skipIf(!hasShell(shell))(`(needs ${shell})`, () => {
    const folder = tempFolder();
    let text: string;
    const asked = (...words: string[]): string[] => completions(shell, text, ["eqlite", ...words], folder);

    beforeAll(async () => {
      text = await script(shell);
      writeFileSync(path.join(folder, "web one.ndjson"), "");
      writeFileSync(path.join(folder, "web.case"), "");
      mkdirSync(path.join(folder, "website"));
    });

    it("offers the commands, also the later ones that begin so", () => {
      expect(asked("").filter((word) => !word.startsWith("-"))).toEqual(expect.arrayContaining(COMMANDS.split(" ")));
      expect(asked("ex")).toEqual(["exceptions", "export"]);
    });

    it("offers the commands below a command", () => {
      expect(asked("evidence", "")).toEqual(expect.arrayContaining(["extract", "help", "list", "show"]));
      expect(asked("help", "ver")).toEqual(["verdict", "verify"]);
    });

    it("offers the options of the command, after arguments and values too", () => {
      expect(asked("verify", "--")).toEqual(["--all-rules", "--case", "--help", "--json", "--public-key"]);
      expect(asked("load", "web.case", "--case", "x", "--keep-d")).toEqual(["--keep-duplicates"]);
      expect(asked("evidence", "list", "--re")).toEqual(["--rejected"]);
    });

    it("offers the choices of an option", () => {
      expect(asked("export", "--format", "")).toEqual([...EXPORT_FORMAT_NAMES].sort());
      expect(asked("findings", "--case", "load", "--severity", "h")).toEqual(["high"]);
    });

    it("offers the choices of the argument that is due", () => {
      expect(asked("verdict", "3", "")).toEqual(expect.arrayContaining([...VERDICTS].sort()));
      expect(asked("step", "3", "1", "")).toEqual(expect.arrayContaining([...STEP_STATES].sort()));
      expect(asked("verdict", "t")).toEqual([]);
    });

    it("offers files, with blanks in their names, and folders where a folder is meant", () => {
      const plain = (names: readonly string[]): string[] => names.map((name) => name.replace(/\\|\/$/g, "")).sort();
      expect(plain(asked("load", "we"))).toEqual(["web one.ndjson", "web.case", "website"]);
      expect(plain(asked("hunt", "--case", "we"))).toEqual(["web one.ndjson", "web.case", "website"]);
      expect(plain(asked("demo", "--folder", "we"))).toEqual(["website"]);
    });

    it("goes on with values of an option that takes many", () => {
      expect(asked("hunt", "--rules", "a.toml", "web.")).toEqual(["web.case"]);
      expect(asked("hunt", "--rules", "a.toml", "--prof")).toEqual(["--profile"]);
    });
  });
});

it("an unknown shell is wrong usage", async () => {
  const io = memoryIo();
  expect(await runCli(["completion", "bsh"], io)).toBe(2);
  expect(io.err()).toBe('eqlite: "bsh" is no shell\n  did you mean bash? One of: bash, zsh, fish\n');
});

it("the help of export names every format", async () => {
  const io = memoryIo();
  expect(await runCli(["export", "--help"], io)).toBe(0);
  const offered = /--format <format>([^]*?)--output/.exec(io.out())?.[1] ?? "";
  expect([...offered.matchAll(/"([a-z-]+)"/g)].map((match) => match[1])).toEqual([...EXPORT_FORMAT_NAMES]);
});
