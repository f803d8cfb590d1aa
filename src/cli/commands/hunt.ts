import { availableParallelism } from "node:os";
import { Command } from "commander";
import { EXIT, UserError } from "../../base/errors.ts";
import { safeText } from "../../base/safe-text.ts";
import type { HuntHooks, HuntProgress, HuntReport } from "../../hunt/hunt-types.ts";
import { type CaseOptions, withAnalyst } from "../case-command.ts";
import { huntJson, huntText, outcomeCounts } from "../hunt-output.ts";
import { withInterrupt } from "../interrupt.ts";
import { caseOf, type CliIo, resolvePath, writeOut } from "../io.ts";
import { StatusLine } from "../status-line.ts";
import { parseCount, parseTime } from "../values.ts";

interface HuntCommandOptions extends CaseOptions {
  readonly rules?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly respectIndex?: boolean;
  readonly timeLimit?: string;
  readonly processes?: string;
  readonly maxFindings?: string;
  readonly profile?: boolean;
  readonly json?: boolean;
}

const DEFAULT_TIME_LIMIT_S = 300;
const DEFAULT_MAX_FINDINGS = 10_000;
/** More than this many readers wait for the same disk and hold the dictionary as many times. */
const MOST_PROCESSES = 4;

/** `eqlite hunt`: runs rules over a case. */
export function huntCommand(io: CliIo): Command {
  return withAnalyst(new Command("hunt").description("run rules over a case and store what they find"))
    .option("--rules <path...>", "rule files, folders, zip or tar files (default: the built-in rules)")
    .option("--from <time>", "only events from this time on")
    .option("--to <time>", "only events before this time")
    .option("--respect-index", "a rule looks only at events of its own index patterns")
    .option("--max-findings <number>", `matches of a rule that are kept; 0: all (default: ${DEFAULT_MAX_FINDINGS})`)
    .option("--time-limit <seconds>", `a rule that runs longer is stopped (default: ${DEFAULT_TIME_LIMIT_S})`)
    .option("--processes <number>", "how many processes share the work (default: one for each core, at most 4)")
    .option("--profile", "show the slowest rules; with --json the details of each")
    .option("--json", "as JSON")
    .action(async (options: HuntCommandOptions) => {
      const profile = options.profile === true;
      const report = await hunt(io, options, async (done, findings) => {
        if (options.json !== true) return writeOut(io.stdout, huntText(done, profile, io.columns));
        for (const text of huntJson(done, findings, profile)) await writeOut(io.stdout, text);
      });
      conclude(io, report);
      const { warnUnfinished } = await import("../unfinished.ts");
      if ((await warnUnfinished(io, caseOf(io, options.case))) && io.exitCode === EXIT.done) {
        io.exitCode = EXIT.incomplete;
      }
    });
}

type Output = NonNullable<HuntHooks["onFindings"]>;

async function hunt(io: CliIo, options: HuntCommandOptions, output: Output): Promise<HuntReport> {
  const casePath = caseOf(io, options.case);
  const window = {
    from: options.from === undefined ? null : parseTime(options.from),
    to: options.to === undefined ? null : parseTime(options.to),
  };
  const maxFindings = parseCount("number of findings", options.maxFindings ?? String(DEFAULT_MAX_FINDINGS));
  const limit = parseCount("time limit", options.timeLimit ?? String(DEFAULT_TIME_LIMIT_S), 1);
  const processes = options.processes === undefined ? cores() : parseCount("number of processes", options.processes, 1);
  const [{ runHunt }, { builtinPack, readPack }, { citedPack }, { analystName }] = await Promise.all([
    import("../../hunt/run-hunt.ts"),
    import("../../rules/read-pack.ts"),
    import("../../rules/cited-pack.ts"),
    import("../../triage/analyst.ts"),
  ]);
  const paths = options.rules;
  const roots = (paths ?? []).map((path) => resolvePath(io, path));
  const pack = paths === undefined ? builtinPack() : citedPack(readPack(roots), roots);
  if (pack.rules.length === 0 && pack.problems.length === 0) {
    throw new UserError("no-rules", `there is no rule in ${(paths ?? []).join(", ")}`, {
      hint: "rule files end in .toml, .json or .ndjson; archives in .zip, .tar or .tar.gz",
      exitCode: EXIT.usage,
    });
  }
  const status = new StatusLine(io);
  try {
    return await withInterrupt((signal) =>
      runHunt(
        {
          ...{ casePath, rules: pack.rules, problems: pack.problems, exceptions: pack.exceptionItems, ...window },
          exceptionLists: pack.exceptionLists,
          analyst: analystName(options.analyst, io.env),
          ...{ respectIndex: options.respectIndex === true, maxFindings },
          ...{ timeLimitMs: limit * 1000, processes, now: io.now },
        },
        {
          signal,
          onProgress: (progress) => status.show(progressText(progress)),
          onFindings: (report, findings) => {
            status.clear();
            return output(report, findings);
          },
        },
      ),
    );
  } finally {
    status.clear();
  }
}

function cores(): number {
  return Math.min(MOST_PROCESSES, availableParallelism());
}

function progressText({ phase, done, total, rule, findings }: HuntProgress): string {
  if (phase === "fields") return `reading fields without a column: ${Math.floor((100 * done) / total)} %`;
  return `rule ${done} of ${total}, ${findings} findings: ${rule}`;
}

/** The exit code, and on stderr why the hunt is not complete. */
function conclude(io: CliIo, { status, rules, notApplied }: HuntReport): void {
  for (const remark of notApplied) io.stderr.write(`eqlite: ${safeText(remark)}\n`);
  const incomplete = rules.some(({ outcome }) => outcome === "error" || outcome === "unsupported");
  if (status === "interrupted") {
    io.stderr.write("eqlite: interrupted; what was found so far is kept\n");
    io.exitCode = EXIT.interrupted;
  } else if (incomplete) {
    io.stderr.write(`eqlite: not every rule could be run: ${outcomeCounts(rules)}\n`);
    io.exitCode = EXIT.incomplete;
  }
}
