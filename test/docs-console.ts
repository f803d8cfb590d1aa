/** Runs the commands of a document's `console` blocks and gives the document with what they printed. */
import path from "node:path";
import { runCli } from "../src/cli/program.ts";
import { memoryIo } from "./cli/memory-io.ts";

/** The words of a command line of the document: blanks part them, single or double quotes hold them together. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

/** `head -N` and `tail -N` after a pipe, as the document uses them. */
function piped(text: string, pipe: string | undefined): string {
  if (pipe === undefined) return text;
  const [program, count] = pipe.trim().split(" -");
  const lines = text.split("\n").slice(0, -1);
  const kept = program === "head" ? lines.slice(0, Number(count)) : lines.slice(-Number(count));
  return kept.map((line) => `${line}\n`).join("");
}

/** The commands run where this process does; what they write goes into `folder`, and the environment is theirs alone. */
export async function withOutputs(text: string, folder: string, env: Record<string, string>): Promise<string> {
  let result = "";
  let inBlock = false;
  for (const line of text.split("\n")) {
    if (line === "```console") inBlock = true;
    else if (line === "```") inBlock = false;
    if (inBlock && !line.startsWith("$ ") && line !== "```console") continue;
    result += `${line}\n`;
    if (!inBlock || !line.startsWith("$ eqlite ")) continue;
    const [command = "", pipe] = line.slice("$ eqlite ".length).split(/ \| (?=(?:head|tail) -)/);
    const io = memoryIo({ env });
    const words = wordsOf(command).map((word, at, all) =>
      all[at - 1] === "--output" ? path.join(folder, word) : word,
    );
    const code = await runCli(words, io);
    if (code !== 0) throw new Error(`${line}: exit code ${code}: ${io.err()}`);
    result += piped(io.out(), pipe) + io.err();
  }
  return result.slice(0, -1);
}
