import { Command } from "commander";
import { type CaseOptions, withAnalyst, withCaseBook } from "../case-command.ts";
import type { CliIo } from "../io.ts";

/** `eqlite undo`: takes back the analyst's last act of triage. */
export function undoCommand(io: CliIo): Command {
  return direction(io, "undo", "take back your last verdict, note, step, mark or exception");
}

/** `eqlite redo` */
export function redoCommand(io: CliIo): Command {
  return direction(io, "redo", "do again what the last undo took back");
}

function direction(io: CliIo, name: "undo" | "redo", description: string): Command {
  return withAnalyst(new Command(name).description(description)).action(async (options: CaseOptions) => {
    const { undoText } = await import("../../triage/case-book.ts");
    await withCaseBook(io, options, "write", (book) => {
      const result = name === "undo" ? book.undo() : book.redo();
      io.stderr.write(`${result === null ? `nothing to ${name}` : undoText(name, result)}\n`);
    });
  });
}
