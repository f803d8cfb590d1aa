import { Command } from "commander";
import type { JournalRow } from "../../triage/types.ts";
import { type CaseOptions, withCase, withCaseBook } from "../case-command.ts";
import { type CliIo, writeOut } from "../io.ts";
import { jsonText } from "../json-out.ts";
import { renderTable } from "../table.ts";
import { parseCount } from "../values.ts";

/** `eqlite journal`: what was done to the case, newest first. */
export function journalCommand(io: CliIo): Command {
  return withCase(new Command("journal").description("what was done to the case, newest first"))
    .option("--limit <n>", "at most this many", "1000")
    .option("--json", "as JSON")
    .action(async (options: CaseOptions & { limit: string; json?: boolean }) => {
      const limit = parseCount("limit", options.limit, 1);
      const rows = await withCaseBook(io, options, "read", (book) => book.journal(limit));
      await writeOut(io.stdout, options.json === true ? jsonText(rows) : render(rows, io.columns));
    });
}

function render(rows: readonly JournalRow[], width: number | null): string {
  return renderTable(
    [
      { title: "#", align: "right" },
      { title: "at" },
      { title: "analyst", shrinkTo: 8 },
      { title: "action" },
      { title: "target", shrinkTo: 12 },
      { title: "detail", shrinkTo: 10 },
    ],
    rows.map((row) => [String(row.id), row.at, row.analyst, row.action, row.target ?? "", JSON.stringify(row.detail)]),
    width,
  );
}
