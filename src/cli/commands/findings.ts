import { Command } from "commander";
import { isoTime } from "../../base/time-text.ts";
import type { FindingRow } from "../../triage/types.ts";
import { type CaseOptions, withCase, withCaseBook, withTriage } from "../case-command.ts";
import { addFindingOptions, type FindingOptions, toFindingFilter } from "../finding-options.ts";
import { type CliIo, writeOut } from "../io.ts";
import { jsonText } from "../json-out.ts";
import { renderTable } from "../table.ts";
import { parseCount } from "../values.ts";

/** `eqlite findings [FINDING]`: the list, filtered; or one finding with its events, guide and pivots. */
export function findingsCommand(io: CliIo): Command {
  return addFindingOptions(withCase(new Command("findings").description("list findings, or show one")))
    .argument("[finding]", "number of one finding to show")
    .option("--json", "as JSON")
    .action(async (given: string | undefined, options: CaseOptions & FindingOptions & { json?: boolean }) => {
      if (given !== undefined) {
        const id = parseCount("finding", given, 1);
        const detail = await withTriage(io, options, (service) => service.finding(id));
        const { findingText } = await import("../finding-text.ts");
        await writeOut(io.stdout, options.json === true ? jsonText(detail) : findingText(detail, io.columns));
        return;
      }
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
