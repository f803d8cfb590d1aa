import { Command, CommanderError } from "commander";
import { EXIT, type ExitCode, errorCode, errorMessage, UserError } from "../base/errors.ts";
import { safeLines, safeText } from "../base/safe-text.ts";
import { isDiskFull, NO_SPACE } from "../base/whole-file.ts";
import { VERSION } from "../base/version.ts";
import { caseOfCommand } from "./case-command.ts";
import { bundleCommand } from "./commands/bundle.ts";
import { completionCommand } from "./commands/completion.ts";
import { exceptionsCommand } from "./commands/exceptions.ts";
import { exportCommand } from "./commands/export.ts";
import { demoCommand } from "./commands/demo.ts";
import { findingsCommand } from "./commands/findings.ts";
import { huntCommand } from "./commands/hunt.ts";
import { huntsCommand } from "./commands/hunts.ts";
import { journalCommand } from "./commands/journal.ts";
import { evidenceCommand } from "./commands/evidence.ts";
import { infoCommand } from "./commands/info.ts";
import { loadCommand } from "./commands/load.ts";
import { queryCommand } from "./commands/query.ts";
import { markCommand } from "./commands/mark.ts";
import { noteCommand } from "./commands/note.ts";
import { rulesCommand } from "./commands/rules.ts";
import { stepCommand } from "./commands/step.ts";
import { triageCommand } from "./commands/triage.ts";
import { verdictCommand } from "./commands/verdict.ts";
import { verifyCommand } from "./commands/verify.ts";
import { upgradeCommand } from "./commands/upgrade.ts";
import { timelineCommand } from "./commands/timeline.ts";
import { treeCommand } from "./commands/tree.ts";
import { redoCommand, undoCommand } from "./commands/undo.ts";
import { whenUpgraded } from "../store/upgrade-notice.ts";
import { type CliIo, processIo } from "./io.ts";
import { noticeRedaction } from "./redaction-notice.ts";

/** Every command, in the order of the help. One file of `commands/` each. */
const COMMANDS: readonly ((io: CliIo) => Command)[] = [
  loadCommand,
  infoCommand,
  evidenceCommand,
  huntCommand,
  rulesCommand,
  queryCommand,
  triageCommand,
  findingsCommand,
  verdictCommand,
  noteCommand,
  stepCommand,
  markCommand,
  undoCommand,
  redoCommand,
  treeCommand,
  timelineCommand,
  exceptionsCommand,
  huntsCommand,
  journalCommand,
  exportCommand,
  bundleCommand,
  verifyCommand,
  upgradeCommand,
];

/** The whole program, every command with its options. */
export function buildProgram(io: CliIo): Command {
  const program = new Command("eqlite")
    .description(
      "Forensic triage for the terminal: load ECS events into one case file, hunt with EQL, walk the findings.",
    )
    .version(VERSION)
    .option("--debug", "show stack traces");
  for (const command of COMMANDS) program.addCommand(command(io));
  program.addCommand(completionCommand(io, () => program));
  program.addCommand(demoCommand(io, (line) => runCli(line, { ...io, exitCode: EXIT.done })));
  speakThrough(program, io);
  program.hook("preAction", (_program, command) => noticeRedaction(io, command));
  return program;
}

/** Parses and runs one command line. Never throws. */
export async function runCli(argv: readonly string[], io: CliIo = processIo()): Promise<ExitCode> {
  whenUpgraded(({ path, from, to, backup }) => {
    io.stderr.write(`eqlite: ${safeText(path)} was brought from schema ${from} to ${to}\n`);
    io.stderr.write(`  what it was before is kept as ${safeText(backup)}\n`);
  });
  let casePath: string | null = null;
  try {
    const program = buildProgram(io).hook("preAction", (_program, command) => {
      casePath = caseOfCommand(io, command);
    });
    await program.parseAsync([...argv], { from: "user" });
    return io.exitCode;
  } catch (error) {
    const told = await ofTheCase(casePath, error);
    const hint = told instanceof UserError ? told.hint : casePath === null ? OUR_FAULT : OUR_FAULT_OR_DAMAGE;
    return report(told, hint, io, argv.includes("--debug"));
  }
}

/** commander writes where the command writes, and throws instead of ending the process. */
function speakThrough(command: Command, io: CliIo): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => io.stdout.write(text),
    // It repeats what was typed, or pasted.
    writeErr: (text) => io.stderr.write(safeLines(text).join("\n")),
  });
  for (const child of command.commands) speakThrough(child, io);
}

/** What SQLite, a text or a block says while a case is read, as a sentence about that case; other errors as they are. */
async function ofTheCase(casePath: string | null, error: unknown): Promise<unknown> {
  const isTold =
    error instanceof UserError || !(error instanceof SyntaxError || /^(SQLITE|ZSTD)_/.test(errorCode(error) ?? ""));
  if (casePath === null || isTold) return error;
  return (await import("../store/store-errors.ts")).toUserError(casePath, error);
}

const OUR_FAULT = "this is a fault of eqlite: please report it, with what --debug shows";
const OUR_FAULT_OR_DAMAGE =
  "eqlite verify tells whether the case is damaged; if it is sound, this is a fault of eqlite: please report it";

function report(error: unknown, hint: string | undefined, io: CliIo, debug: boolean): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  // The reader of a pipe has seen enough (`| head`).
  if (errorCode(error) === "EPIPE") return EXIT.done;
  if (error instanceof Error && error.name === "AbortError") {
    io.stderr.write("eqlite: interrupted\n");
    return EXIT.interrupted;
  }
  const message = isDiskFull(error) ? NO_SPACE : errorMessage(error);
  io.stderr.write(`eqlite: ${safeLines(message).join("\n")}\n`);
  if (hint !== undefined && !isDiskFull(error)) io.stderr.write(`  ${safeText(hint)}\n`);
  if (debug && error instanceof Error) io.stderr.write(`${error.stack ?? ""}\n`);
  return error instanceof UserError ? error.exitCode : EXIT.failed;
}
