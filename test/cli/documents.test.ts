/** Every command line in the documents is one that the program has: its command, its options, the values that it offers. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { type CommandShape, programShape } from "../../src/cli/completion/program-shape.ts";
import { buildProgram } from "../../src/cli/program.ts";
import { memoryIo } from "./memory-io.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const PAGES = [
  "README.md",
  ...readdirSync(path.join(ROOT, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];
const program = programShape(buildProgram(memoryIo()));

/** Lines of blocks, and code within sentences, that begin with the program's name. */
function commandLines(text: string): string[] {
  const lines = [...text.matchAll(/^(?: {4}|\$ )?(eqlite [a-z][^\n]*)/gm)].map((match) => match[1] ?? "");
  const inline = [...text.matchAll(/`(eqlite [a-z][^`\n]*)`/g)].map((match) => match[1] ?? "");
  // A sentence that begins with the name has an ordinary verb, and no option, after it.
  return [...lines.filter((line) => !/^eqlite (?:loads|reads|needs|keeps)\b/.test(line)), ...inline];
}

/** What is wrong with a command line; quoted texts, pipes and comments are not looked at. */
function problemsOf(line: string): string[] {
  const bare = line.replace(/'[^']*'|"[^"]*"/g, "TEXT").split(/ [|>#;] ?|\s{3,}| && /)[0] ?? "";
  const words = bare.replaceAll(/[[\]]/g, " ").trim().split(/\s+/).slice(1);
  let command: CommandShape = program;
  for (const word of words) {
    const child = command.commands.find(({ path: names }) => names.at(-1) === word);
    if (child === undefined) break;
    command = child;
  }
  if (command === program && !(words[0] ?? "").startsWith("-")) return [`${line}: there is no such command`];
  const known = [...command.options, ...program.options];
  const options = words.map((word, at) => ({ word: word.replace(/[.,:)]+$/, ""), next: words[at + 1] ?? "" }));
  return options
    .filter(({ word }) => /^--?[a-z]/.test(word))
    .flatMap(({ word, next }) => {
      const option = known.find(({ flags }) => flags.includes(word.split("=")[0] ?? ""));
      if (option === undefined) return [`${line}: ${command.path.join(" ")} has no ${word}`];
      const { value } = option;
      if (value?.kind !== "choices" || !/^[a-z_]+$/.test(next)) return [];
      return value.choices.includes(next) ? [] : [`${line}: ${word} takes no ${next}`];
    });
}

describe.each(PAGES)("%s", (page) => {
  it("names only commands, options and values that there are", () => {
    expect(commandLines(readFileSync(path.join(ROOT, page), "utf8")).flatMap(problemsOf)).toEqual([]);
  });
});

it("the documents have many command lines, and every command is in one of them", () => {
  const lines = PAGES.flatMap((page) => commandLines(readFileSync(path.join(ROOT, page), "utf8")));
  expect(lines.length).toBeGreaterThan(80);
  const missing = program.commands
    .map(({ path: names }) => names.join(" "))
    .filter((name) => name !== "help" && !lines.some((line) => line.startsWith(`eqlite ${name}`)));
  expect(missing).toEqual([]);
});

it.each([
  ["eqlite lod x", ["eqlite lod x: there is no such command"]],
  ["eqlite load x --cse a", ["eqlite load x --cse a: load has no --cse"]],
  ["eqlite export --format pdf", ["eqlite export --format pdf: --format takes no pdf"]],
  ["eqlite rules list --json | jq .", []],
])("a wrong line is seen: %s", (line, problems) => {
  expect(problemsOf(line)).toEqual(problems);
});
