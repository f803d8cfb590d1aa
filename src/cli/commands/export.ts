import { Command, Option } from "commander";
import { EXIT, UserError } from "../../base/errors.ts";
import { EXPORT_FORMAT_NAMES } from "../../triage/export-formats.ts";
import { type CaseOptions, withAnalyst, withCaseBook } from "../case-command.ts";
import { addFindingOptions, type FindingOptions, toFindingFilter } from "../finding-options.ts";
import { offerChoices } from "../choices.ts";
import { type CliIo, caseOf, resolvePath, writeOut } from "../io.ts";
import { parseChoice, parseCount } from "../values.ts";

interface ExportCommandOptions extends CaseOptions, FindingOptions {
  readonly format: string;
  readonly output: string;
  readonly readonly?: boolean;
  readonly rows: string;
  readonly columns?: string;
  readonly delimiter: string;
  readonly bom?: boolean;
  readonly raw?: boolean;
  readonly details?: string;
}

const ROWS = ["finding", "event"] as const;
const DELIMITERS: Readonly<Record<string, string>> = { tab: "\t", comma: ",", semicolon: ";", pipe: "|" };

/** `eqlite export --format F [--output FILE]` and the filters of `findings`. */
export function exportCommand(io: CliIo): Command {
  return addFindingOptions(withAnalyst(new Command("export").description("write findings for others to read")))
    .addOption(
      offerChoices(new Option("--format <format>", "what to write"), EXPORT_FORMAT_NAMES).makeOptionMandatory(),
    )
    .option("--output <file>", "where to; - is standard output", "-")
    .option("--readonly", "do not note the export in the journal")
    .addOption(offerChoices(new Option("--rows <what>", "csv: a row per each").default("finding"), ROWS))
    .option(
      "--columns <fields>",
      "csv: further columns, ECS fields separated by commas; 2.process.pid is that of the second event",
    )
    .option("--delimiter <character>", "csv: one character, or tab, comma, semicolon, pipe", ",")
    .option("--bom", "csv: begin with a byte order mark")
    .option("--raw", "csv: cells as they are; a spreadsheet may run them")
    .option("--details <number>", "html, markdown: findings told in full; 0: all (default: 250)")
    .action(async (options: ExportCommandOptions) => {
      const filter = toFindingFilter(options);
      const { exportToFile, runExport } = await import("../../export/run-export.ts");
      const { DEFAULT_DETAILS } = await import("../../export/report-choice.ts");
      const format = parseChoice("format", options.format, EXPORT_FORMAT_NAMES);
      const details =
        options.details === undefined ? DEFAULT_DETAILS : parseCount("number of findings", options.details);
      const request = { format, filter, csv: csvOptions(options), details };
      const path = resolvePath(io, options.output);
      refuseCase(path, caseOf(io, options.case));
      const mode = options.readonly === true ? "read" : "write";
      const result = await withCaseBook(io, options, mode, (book) =>
        path === "-"
          ? runExport(book, request, "-", (bytes) => writeOut(io.stdout, bytes))
          : exportToFile(book, request, path),
      );
      const left = result.leftOut === 0 ? "" : ` (${result.leftOut} of the case left out)`;
      const findings = `${result.findings} ${result.findings === 1 ? "finding" : "findings"}${left}`;
      io.stderr.write(`${findings}, ${result.bytes} bytes, sha256 ${result.sha256}\n`);
    });
}

function csvOptions(options: ExportCommandOptions) {
  const delimiter = DELIMITERS[options.delimiter] ?? options.delimiter;
  if ([...delimiter].length !== 1 || /["\r\n]/.test(delimiter)) {
    throw new UserError("bad-delimiter", `${JSON.stringify(options.delimiter)} is no delimiter`, {
      hint: "one character, or tab, comma, semicolon, pipe",
      exitCode: EXIT.usage,
    });
  }
  return {
    rows: parseChoice("kind of row", options.rows, ROWS),
    columns: (options.columns ?? "").split(",").flatMap((name) => (name.trim() === "" ? [] : [name.trim()])),
    delimiter,
    bom: options.bom === true,
    raw: options.raw === true,
  };
}

function refuseCase(path: string, casePath: string): void {
  if (path !== casePath) return;
  throw new UserError("output-is-case", "the output would overwrite the case", {
    hint: "name another file with --output",
    exitCode: EXIT.usage,
  });
}
