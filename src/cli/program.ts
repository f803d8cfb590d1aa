import { Command, CommanderError } from "commander";
import { EXIT, type ExitCode, errorMessage, UserError } from "../base/errors.ts";
import { VERSION } from "../base/version.ts";

/** Parses and runs one command line. Never throws. */
export async function runCli(argv: readonly string[]): Promise<ExitCode> {
  const program = new Command("eqlite").version(VERSION).exitOverride();
  try {
    await program.parseAsync([...argv], { from: "user" });
    return EXIT.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    if (error instanceof UserError) {
      process.stderr.write(`eqlite: ${error.message}\n${error.hint === undefined ? "" : `  ${error.hint}\n`}`);
      return error.exitCode;
    }
    process.stderr.write(`eqlite: ${errorMessage(error)}\n`);
    return EXIT.failed;
  }
}
