import { Command, Option } from "commander";
import { EXIT, UserError } from "../../base/errors.ts";
import { caseOf, type CliIo, writeOut } from "../io.ts";
import { parseCount } from "../values.ts";

interface QueryOptions {
  readonly case?: string;
  readonly format: "table" | "ndjson" | "csv";
  readonly limit?: number;
  readonly explain?: boolean;
  readonly why?: boolean;
}

/** Rows of a table without `--limit`; NDJSON and CSV have no limit of their own. */
const TABLE_LIMIT = 1000;

/** `eqlite query`: EQL over a case. */
export function queryCommand(io: CliIo): Command {
  return new Command("query")
    .description("search a case with EQL; without a query, at a prompt")
    .argument("[eql]", "the query, e.g. 'process where process.name : \"nc\"'")
    .option("--case <file>", "the case (default: $EQLITE_CASE)")
    .addOption(new Option("--format <format>", "how to print").choices(["table", "ndjson", "csv"]).default("table"))
    .option("--limit <n>", "at most this many answers (table: 1000)", (given) => parseCount("limit", given))
    .option("--explain", "print the SQL, its parameters and how SQLite runs it")
    .option("--why", "print why each answer matched, or why nothing did")
    .action(async (text: string | undefined, options: QueryOptions) => {
      const casePath = caseOf(io, options.case);
      if (text === undefined) {
        const { queryPrompt } = await import("../query-prompt.ts");
        return queryPrompt(io, casePath);
      }
      await runQuery(io, casePath, text, options);
    });
}

/** Runs one query and prints the answers. @throws UserError `query-invalid`, the diagnostics being its message */
export async function runQuery(io: CliIo, casePath: string, text: string, options: QueryOptions): Promise<void> {
  const [{ openQueryEngine }, printers, { renderDiagnostic }] = await Promise.all([
    import("../../hunt/query-engine.ts"),
    import("../query-output.ts"),
    import("../../eql/render-diagnostic.ts"),
  ]);
  const { engine, prepared } = await openQueryEngine(casePath, text);
  try {
    const remarks = prepared.diagnostics.map((diagnostic) => renderDiagnostic(text, diagnostic)).join("\n");
    if (!prepared.ok)
      throw new UserError("query-invalid", `the query cannot run\n${remarks}`, { exitCode: EXIT.usage });
    if (remarks !== "") io.stderr.write(`${remarks}\n`);
    const result = engine.run(prepared.plan);
    if (options.explain === true) return await writeOut(io.stdout, printers.explainText(engine, result));
    const limit = options.limit ?? (options.format === "table" ? TABLE_LIMIT : Infinity);
    const shown = result.matches.slice(0, limit);
    if (options.why === true) {
      await writeOut(io.stdout, printers.whyText(engine, prepared, { ...result, matches: shown }));
    } else {
      await printers.printMatches(io, engine, shown, options.format);
    }
    if (shown.length < result.matches.length) {
      io.stderr.write(`${shown.length} of ${result.matches.length} answers shown; --limit N shows more\n`);
    } else if (options.format === "table") {
      io.stderr.write(`${result.matches.length} ${result.matches.length === 1 ? "answer" : "answers"}\n`);
    }
    const { warnUnfinished } = await import("../unfinished.ts");
    await warnUnfinished(io, casePath);
  } finally {
    engine.close();
  }
}
