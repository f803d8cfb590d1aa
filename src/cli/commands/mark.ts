import { Command } from "commander";
import { type CaseOptions, withAnalyst, withCaseBook } from "../case-command.ts";
import type { CliIo } from "../io.ts";
import { parseIds } from "../values.ts";

/** `eqlite mark FINDINGS [--off]` */
export function markCommand(io: CliIo): Command {
  return withAnalyst(
    new Command("mark")
      .description("mark findings, for a later list or export")
      .argument("<findings>", "numbers, e.g. 12 or 3,5,8-11")
      .option("--off", "take the marks away"),
  ).action(async (findings: string, options: CaseOptions & { off?: boolean }) => {
    const ids = parseIds(findings);
    const marked = options.off !== true;
    await withCaseBook(io, options, "write", (book) => book.setMarked(ids, marked));
    io.stderr.write(
      `${ids.length === 1 ? `finding ${String(ids[0])}` : `${ids.length} findings`}: ${marked ? "marked" : "not marked"}\n`,
    );
  });
}
