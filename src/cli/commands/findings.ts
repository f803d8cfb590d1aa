import { Command } from "commander";
import { isoTime } from "../../base/time-text.ts";
import type { FindingRow } from "../../triage/types.ts";
import { type CaseOptions, withCase, withCaseBook, withTriage } from "../case-command.ts";
import { addFindingOptions, type FindingOptions, toFindingFilter } from "../finding-options.ts";
import { type CliIo, writeOut } from "../io.ts";
import { jsonList, jsonText } from "../json-out.ts";
import { tableLines } from "../table.ts";
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
      const { findingRows, selectFindings } = await import("../../triage/select-findings.ts");
      await withCaseBook(io, options, "read", async (book) => {
        const { ids, all } = selectFindings(book, filter);
        const rows = (): Iterable<FindingRow> => findingRows(book, ids);
        const pieces = options.json === true ? jsonList(rows()) : findingLines(rows, io.columns);
        for (const text of inParts(pieces)) await writeOut(io.stdout, text);
        if (options.json !== true) io.stderr.write(`${ids.length} of ${all} findings\n`);
      });
    });
}

/** Characters that are written at a time. */
const PART = 65_536;

function* inParts(pieces: Iterable<string>): Generator<string> {
  let part = "";
  for (const piece of pieces) {
    part += piece;
    if (part.length < PART) continue;
    yield part;
    part = "";
  }
  yield part;
}

function findingLines(rows: () => Iterable<FindingRow>, width: number | null): Iterable<string> {
  return tableLines(
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
    function* () {
      for (const row of rows()) yield cellsOf(row);
    },
    width,
  );
}

function cellsOf(row: FindingRow): string[] {
  return [
    String(row.id),
    row.time === null ? "unknown" : isoTime(row.time),
    row.severity,
    row.verdict,
    row.ruleName,
    row.host ?? "",
    row.container ?? "",
    [row.commandLine ?? row.process ?? "", row.destination ?? ""].filter((part) => part !== "").join(" -> "),
    `${row.stepsDone}/${row.steps}`,
  ];
}
