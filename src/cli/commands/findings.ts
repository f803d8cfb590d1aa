import { Command } from "commander";
import { isoTime } from "../../base/time-text.ts";
import type { FindingRow } from "../../triage/types.ts";
import { type CaseOptions, withCase, withCaseBook } from "../case-command.ts";
import { addFindingOptions, type FindingOptions, toFindingFilter } from "../finding-options.ts";
import { type CliIo, writeOut } from "../io.ts";
import { jsonText } from "../json-out.ts";
import { renderTable } from "../table.ts";

/** `eqlite findings`: the list, filtered. */
export function findingsCommand(io: CliIo): Command {
  return addFindingOptions(withCase(new Command("findings").description("list findings")))
    .option("--json", "as JSON")
    .action(async (options: CaseOptions & FindingOptions & { json?: boolean }) => {
      const filter = toFindingFilter(options);
      const { filterFindings } = await import("../../triage/finding-filter.ts");
      const { rows, all } = await withCaseBook(io, options, "read", (book) => {
        const every = book.findings({ suppressed: true });
        return { rows: filterFindings(every, filter), all: every.length };
      });
      await writeOut(io.stdout, options.json === true ? jsonText(rows) : renderFindings(rows, io.columns));
      if (options.json !== true) io.stderr.write(`${rows.length} of ${all} findings\n`);
    });
}

function renderFindings(rows: readonly FindingRow[], width: number | null): string {
  return renderTable(
    [
      { title: "#", align: "right" },
      { title: "time" },
      { title: "severity" },
      { title: "verdict" },
      { title: "rule", shrinkTo: 16 },
      { title: "host", shrinkTo: 8 },
      { title: "container", shrinkTo: 8 },
      { title: "what", shrinkTo: 12 },
      { title: "steps", align: "right" },
    ],
    rows.map((row) => [
      String(row.id),
      row.time === null ? "unknown" : isoTime(row.time),
      row.severity,
      row.verdict,
      row.ruleName,
      row.host ?? "",
      row.container ?? "",
      [row.commandLine ?? row.process ?? "", row.destination ?? ""].filter((part) => part !== "").join(" -> "),
      `${row.stepsDone}/${row.steps}`,
    ]),
    width,
  );
}
