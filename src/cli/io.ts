/**
 * What a command may know of the world: streams, environment, clock. Commands take it as a parameter, so that tests run
 * them in process. Data goes to stdout, everything else to stderr.
 *
 * A command file exports `xCommand(io: CliIo): Command`; it imports what is heavy (the case store, the hunt, the UI) with
 * `await import()` inside its action, because `--help` must not pay for it.
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import type { Readable, Writable } from "node:stream";
import { EXIT, fileProblem, type ExitCode, UserError } from "../base/errors.ts";
import { writeWholeFile } from "../base/whole-file.ts";

export interface CliIo {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative paths start here. */
  readonly cwd: string;
  /** Which streams are a terminal. */
  readonly isTTY: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean };
  /** Width of the terminal of stdout; null when it is none. */
  readonly columns: number | null;
  readonly now: () => Date;
  /** Exit code of a command that returns without an error; `EXIT.done` unless the command sets another. */
  exitCode: ExitCode;
}

/** The world of this process. */
export function processIo(): CliIo {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    isTTY: { stdin: process.stdin.isTTY, stdout: process.stdout.isTTY, stderr: process.stderr.isTTY },
    columns: process.stdout.isTTY ? process.stdout.columns : null,
    now: () => new Date(),
    exitCode: EXIT.done,
  };
}

/** Writes and waits where the stream asks for it, so that a slow reader bounds memory. */
export async function writeOut(stream: Writable, text: string | Uint8Array): Promise<void> {
  if (!stream.write(text)) await once(stream, "drain");
}

/** Writes to a file of the command line, or to standard output for `-`. */
export async function writeFileOrOut(io: CliIo, output: string, text: string): Promise<void> {
  if (output === "-") return writeOut(io.stdout, text);
  await writeWholeFile(resolvePath(io, output), { replace: true }, async (write) => write(Buffer.from(text, "utf8")));
}

/** A path of the command line, made absolute; `-` stays `-`. */
export function resolvePath(io: CliIo, given: string): string {
  return given === "-" ? given : path.resolve(io.cwd, given);
}

/**
 * The bytes of a file that the command line names.
 * @throws UserError `input-unreadable`
 */
export function readInput(io: CliIo, given: string): Buffer {
  if (given === "") {
    throw new UserError("input-unreadable", "the name of the file to read is empty", {
      hint: "name a file",
      exitCode: EXIT.usage,
    });
  }
  try {
    return readFileSync(path.resolve(io.cwd, given));
  } catch (error) {
    throw new UserError("input-unreadable", `${given} cannot be read: ${fileProblem(error)}`, {
      exitCode: EXIT.usage,
      cause: error,
    });
  }
}

/**
 * The case a command works on: `--case`, else `$EQLITE_CASE`, made absolute.
 * @throws UserError `no-case`
 */
export function caseOf(io: CliIo, option: string | undefined): string {
  const given = option ?? io.env["EQLITE_CASE"];
  if (given === undefined || given === "") {
    throw new UserError("no-case", "no case was named", {
      hint: "give --case FILE, or set EQLITE_CASE",
      exitCode: EXIT.usage,
    });
  }
  return path.resolve(io.cwd, given);
}
