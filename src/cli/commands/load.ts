import { Command } from "commander";
import { EXIT, UserError } from "../../base/errors.ts";
import type { LoadOptions, LoadReport, SourceReport } from "../../ingest/load-types.ts";
import type { CaseOptions } from "../case-command.ts";
import { withAnalyst } from "../case-command.ts";
import { caseOf, type CliIo, readInput, resolvePath, writeOut } from "../io.ts";
import { loadProgress } from "../load-progress.ts";
import { renderDryRun, renderLoad } from "../load-text.ts";

interface Options extends CaseOptions {
  readonly format: string;
  readonly mapping?: string;
  readonly map?: string;
  readonly timestampField: string;
  readonly categoryField?: string;
  readonly tiebreakerField: string;
  readonly timezone?: string;
  readonly keepDuplicates?: boolean;
  readonly keepUnread?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `eqlite load PATH...`: brings evidence into a case. */
export function loadCommand(io: CliIo): Command {
  return withAnalyst(
    new Command("load").description("load evidence (files, folders, - for standard input) into a case"),
  )
    .argument("<path...>", "files, folders, or - for standard input")
    .option("--format <format>", "what the files are, instead of asking their content", "auto")
    .option("--mapping <file>", "Elasticsearch mapping with the types of fields, or a file for --map")
    .option("--map <file>", "how documents of a tool of your own become ECS: see docs/formats.md")
    .option("--timestamp-field <field>", "the time of an event", "@timestamp")
    .option("--category-field <field>", "a field that holds the event category, besides event.category")
    .option("--tiebreaker-field <field>", "the order of events of the same time", "event.sequence")
    .option("--timezone <zone>", "for times that name no zone: +02:00, Europe/Berlin (default: UTC)")
    .option("--keep-duplicates", "load documents that repeat an event, flagged")
    .option("--keep-unread", "keep the bytes of all entries of archives, also of large ones that hold no events")
    .option("--dry-run", "say what the files are and what would become of them; the case is not touched")
    .option("--json", "as JSON")
    .action(async (paths: string[], options: Options) => {
      const given = paths.map((path) => asGiven(io, path));
      const load = await toLoadOptions(io, options);
      if (options.dryRun === true) await dryRun(io, given, load, options);
      else await loadCase(io, given, load, options);
    });
}

/** Sources are named in the case as they were given; elsewhere than in the folder of the process that has to be absolute. */
function asGiven(io: CliIo, path: string): string {
  return io.cwd === process.cwd() ? path : resolvePath(io, path);
}

async function toLoadOptions(io: CliIo, options: Options): Promise<LoadOptions> {
  const [{ parseMapping }, { isUserMap, parseUserMap }] = await Promise.all([
    import("../../ingest/mapping.ts"),
    import("../../ingest/mappings/user-map.ts"),
  ]);
  const read = (name: string | undefined): string | null =>
    name === undefined ? null : readInput(io, name).toString("utf8");
  const [given, own] = [read(options.mapping), read(options.map)];
  // --mapping takes both: types of fields, and how documents become ECS.
  const givenIsMap = given !== null && isUserMap(given);
  if (givenIsMap && own !== null) {
    throw new UserError("two-maps", "--mapping and --map both say how documents become ECS", { exitCode: EXIT.usage });
  }
  const mapping = given === null || givenIsMap ? {} : parseMapping(given, options.mapping ?? "");
  const mapText = givenIsMap ? given : own;
  const map = mapText === null ? undefined : parseUserMap(mapText, (givenIsMap ? options.mapping : options.map) ?? "");
  return {
    format: options.format,
    timestampField: options.timestampField,
    tiebreakerField: options.tiebreakerField,
    categoryField: options.categoryField ?? null,
    timezone: options.timezone ?? null,
    mapping,
    ...(map === undefined ? {} : { map }),
    keepDuplicates: options.keepDuplicates === true,
    keepUnread: options.keepUnread === true,
  };
}

async function loadCase(io: CliIo, paths: readonly string[], load: LoadOptions, options: Options): Promise<void> {
  const [{ openCase }, { loadEvidence }, { analystName }] = await Promise.all([
    import("../../store/case-file.ts"),
    import("../../ingest/load.ts"),
    import("../../triage/analyst.ts"),
  ]);
  const file = await openCase(caseOf(io, options.case), "create");
  const interrupt = new AbortController();
  const onSignal = (): void => interrupt.abort();
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  const progress = loadProgress(io);
  try {
    const report = await loadEvidence(file, paths, load, {
      ...(progress === null ? {} : { onProgress: progress.show }),
      signal: interrupt.signal,
      stdin: io.stdin,
      now: io.now,
      analyst: analystName(options.analyst, io.env),
    });
    progress?.clear();
    await tell(io, report, options.json === true);
  } catch (error) {
    if (!(error instanceof Error && error.name === "AbortError")) throw error;
    progress?.clear();
    io.stderr.write("eqlite: interrupted: what was read is in the case; the same command goes on from there\n");
    io.exitCode = EXIT.interrupted;
  } finally {
    progress?.clear();
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
    file.close();
  }
}

async function tell(io: CliIo, report: LoadReport, json: boolean): Promise<void> {
  if (json) await writeOut(io.stdout, `${JSON.stringify(report, null, 2)}\n`);
  else await writeOut(io.stdout, renderLoad(report, io.columns));
  const failed = report.sources.filter((source) => source.status === "failed");
  const rejected = report.sources.reduce((sum, source) => sum + source.rejected, 0);
  if (rejected > 0) {
    const documents = rejected === 1 ? "1 document" : `${rejected} documents`;
    io.stderr.write(`eqlite: ${documents} could not be read: see eqlite evidence list --rejected\n`);
    io.exitCode = EXIT.incomplete;
  }
  await tellFailed(io, failed);
}

/** Why files were not loaded, or would not be. */
async function tellFailed(io: CliIo, failed: readonly SourceReport[]): Promise<void> {
  if (failed.length === 0) return;
  const { safeText } = await import("../../base/safe-text.ts");
  for (const { error } of failed) {
    io.stderr.write(`eqlite: ${safeText(error?.message ?? "")}\n`);
    if (error !== null && error.hint !== null) io.stderr.write(`  ${safeText(error.hint)}\n`);
  }
  io.exitCode = EXIT.failed;
}

async function dryRun(io: CliIo, paths: readonly string[], load: LoadOptions, options: Options): Promise<void> {
  const { tryLoad } = await import("../../ingest/dry-run.ts");
  const tried = await tryLoad(paths, load, { stdin: io.stdin, now: io.now });
  if (options.json === true) await writeOut(io.stdout, `${JSON.stringify({ sources: tried }, null, 2)}\n`);
  else await writeOut(io.stdout, renderDryRun(tried));
  if (tried.some(({ report }) => report.rejected > 0)) io.exitCode = EXIT.incomplete;
  await tellFailed(
    io,
    tried.map(({ report }) => report).filter(({ status }) => status === "failed"),
  );
}
