import type { Command } from "commander";
import type { CaseBook } from "../triage/case-book.ts";
import type { TriageService } from "../triage/types.ts";
import { caseOf, type CliIo } from "./io.ts";

/** Options of every command that works on the investigation side of a case. */
export interface CaseOptions {
  readonly case?: string;
  readonly analyst?: string;
}

/** Adds `--case`. */
export function withCase(command: Command): Command {
  return command.option("--case <file>", "the case (default: $EQLITE_CASE)");
}

/** The case that a command was given; null when it takes none, or none was named. */
export function caseOfCommand(io: CliIo, command: Command): string | null {
  if (!command.options.some(({ long }) => long === "--case")) return null;
  const option = command.opts<{ case?: string }>().case;
  if (option === undefined && (io.env["EQLITE_CASE"] ?? "") === "") return null;
  return caseOf(io, option);
}

/** Adds `--case` and `--analyst`, for commands that change the case. */
export function withAnalyst(command: Command): Command {
  return withCase(command).option("--analyst <name>", "who acts (default: $EQLITE_ANALYST, or the user)");
}

/** Opens the case, hands it to `work`, and closes it whatever happens. */
export async function withCaseBook<T>(
  io: CliIo,
  options: CaseOptions,
  mode: "read" | "write",
  work: (book: CaseBook) => T | Promise<T>,
): Promise<T> {
  const [{ CaseBook }, { analystName }] = await Promise.all([
    import("../triage/case-book.ts"),
    import("../triage/analyst.ts"),
  ]);
  const book = await CaseBook.open(caseOf(io, options.case), {
    readonly: mode === "read",
    analyst: analystName(options.analyst, io.env),
    now: io.now,
  });
  try {
    return await work(book);
  } finally {
    book.close();
  }
}

/** As `withCaseBook`, for commands that also search the events. */
export async function withTriage<T>(
  io: CliIo,
  options: CaseOptions,
  work: (service: TriageService) => Promise<T>,
  mode: "read" | "write" = "read",
): Promise<T> {
  const [{ openTriage }, { analystName }] = await Promise.all([
    import("../triage/open-triage.ts"),
    import("../triage/analyst.ts"),
  ]);
  const service = await openTriage(caseOf(io, options.case), {
    readonly: mode === "read",
    analyst: analystName(options.analyst, io.env),
    now: io.now,
  });
  try {
    return await work(service);
  } finally {
    await service.close();
  }
}
