import { text as readText } from "node:stream/consumers";
import { Command } from "commander";
import { type CaseOptions, withAnalyst, withCaseBook } from "../case-command.ts";
import type { CliIo } from "../io.ts";
import { parseCount } from "../values.ts";

/** `eqlite note FINDING TEXT` */
export function noteCommand(io: CliIo): Command {
  return withAnalyst(
    new Command("note")
      .description("add a note to a finding")
      .argument("<finding>", "its number")
      .argument("<text>", "the note; - reads it from standard input"),
  ).action(async (finding: string, given: string, options: CaseOptions) => {
    const id = parseCount("finding", finding, 1);
    const text = given === "-" ? (await readText(io.stdin)).trimEnd() : given;
    await withCaseBook(io, options, "write", (book) => book.addNote(id, text));
    io.stderr.write(`finding ${id}: noted\n`);
  });
}
