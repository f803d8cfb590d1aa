/**
 * The two kinds of error of the program. A `UserError` says what went wrong, where, and how to mend it; everything else
 * that is thrown is a bug. Diagnostics of EQL text and of rule files are values, not errors (see `eql/diagnostics.ts`).
 */

/** Exit codes of the command line: see docs/scripting.md. */
export const EXIT = { done: 0, failed: 1, usage: 2, incomplete: 3, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export interface UserErrorOptions {
  /** How to mend it, one sentence. */
  readonly hint?: string;
  /** Defaults to `EXIT.failed`. */
  readonly exitCode?: ExitCode;
  readonly cause?: unknown;
}

/** Something the user can act on. `code` is stable and kebab-case, e.g. `case-not-found`. */
export class UserError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly exitCode: ExitCode;

  constructor(code: string, message: string, options: UserErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "UserError";
    this.code = code;
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? EXIT.failed;
  }
}

/** Throws (a bug) unless `condition` holds. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`internal error: ${message}`);
}

/** For the `default` of an exhaustive `switch`: a forgotten kind is a compile error here. */
export function assertNever(value: never): never {
  throw new Error(`internal error: unexpected ${JSON.stringify(value)}`);
}

/** The `code` of a Node or SQLite error, or undefined. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** What errors of the file system say to people. */
const FILE_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "a part of its path is no folder",
  ENAMETOOLONG: "its name is too long",
  ELOOP: "its links lead in a circle",
  EFBIG: "it would be larger than a file may be here (ulimit -f)",
  EISDIR: "it is a folder",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the medium cannot be written",
};

/** What an error of the file system means, without the name of the file; of other errors their message. */
export function fileProblem(error: unknown): string {
  return FILE_PROBLEMS[errorCode(error) ?? ""] ?? errorMessage(error);
}

/** A one-line message of anything that was thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
