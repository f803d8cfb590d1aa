import process from "node:process";
import { Command } from "commander";
import { EXIT, UserError } from "../../base/errors.ts";
import { type CaseOptions, withAnalyst } from "../case-command.ts";
import { parseFindingWords } from "../finding-options.ts";
import { caseOf, type CliIo, resolvePath } from "../io.ts";

interface TriageCommandOptions extends CaseOptions {
  readonly readonly?: boolean;
}

/** `eqlite triage`: the screen. Needs a terminal on both ends. */
export function triageCommand(io: CliIo): Command {
  return withAnalyst(new Command("triage").description("walk the findings in the terminal"))
    .option("--readonly", "look, and change nothing")
    .action(async (options: TriageCommandOptions) => {
      const file = caseOf(io, options.case);
      const { stdin, stdout } = terminalOf(io);
      // React decides by this, when it is loaded, whether to check everything twice.
      process.env["NODE_ENV"] ??= "production";
      const [{ openTriage }, { analystName }] = await Promise.all([
        import("../../triage/open-triage.ts"),
        import("../../triage/analyst.ts"),
      ]);
      const analyst = analystName(options.analyst, io.env);
      // A case that cannot be opened is told before the screen is loaded.
      const service = await openTriage(file, {
        readonly: options.readonly === true,
        analyst,
        now: io.now,
        exporter: async (_book, format, words, signal) => {
          const { exportApart } = await import("../../export/export-apart.ts");
          const { filter, rest } = parseFindingWords(words);
          const target = rest === "" ? null : resolvePath(io, rest);
          if (target === file || target === "-") throw new UserError("bad-output", "an export needs a file of its own");
          const readonly = options.readonly === true;
          return exportApart({ casePath: file, readonly, analyst, format, target, filter }, signal);
        },
      });
      let signal: NodeJS.Signals | null = null;
      try {
        const { runTriage } = await import("../../tui/run.ts");
        signal = await runTriage(service, { casePath: file, stdin, stdout, env: io.env });
      } finally {
        await service.close();
      }
      // The work is saved and the case closed: now as the signal wants it.
      if (signal !== null) process.kill(process.pid, signal);
    });
}

/** The streams as a terminal. @throws UserError `no-terminal` */
function terminalOf(io: CliIo): { readonly stdin: NodeJS.ReadStream; readonly stdout: NodeJS.WriteStream } {
  const { stdin, stdout } = process;
  if (!io.isTTY.stdin || !io.isTTY.stdout || io.stdin !== stdin || io.stdout !== stdout) {
    throw new UserError("no-terminal", "the triage screen needs a terminal", {
      hint: "its screens are commands, too: eqlite findings, tree, timeline, hunts, journal",
      exitCode: EXIT.usage,
    });
  }
  return { stdin, stdout };
}
