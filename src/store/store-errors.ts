import { accessSync, constants } from "node:fs";
import path from "node:path";
import type Database from "better-sqlite3";
import { errorCode, errorMessage, fileProblem, UserError } from "../base/errors.ts";
import { isDiskFull, NO_SPACE } from "../base/whole-file.ts";

/**
 * What an error of SQLite or of the file system says of the case at `file`; other errors come back as they are.
 * @param db the case, where it is open: to say who else writes to it
 */
export function toUserError(file: string, error: unknown, db: Database.Database | null = null): unknown {
  if (isDiskFull(error)) {
    return new UserError("disk-full", `${file} cannot be written: ${NO_SPACE}`, {
      hint: "make room, and repeat the command; what the case held before is whole",
      cause: error,
    });
  }
  const code = errorCode(error) ?? "";
  if (code.startsWith("SQLITE_IOERR")) {
    return new UserError("case-io", `${file} cannot be read or written: ${errorMessage(error)} (${code})`, {
      hint: "check the disk and its limits; eqlite verify tells whether the case is whole",
      cause: error,
    });
  }
  if (code.startsWith("SQLITE_READONLY") || ["EACCES", "EPERM", "EROFS"].includes(code)) return unwritable(file, error);
  if (code.startsWith("SQLITE_CANTOPEN")) return mayWrite(file) ? unopened(file, error) : unfinished(file, error);
  if (code.startsWith("SQLITE_NOTADB") || code.startsWith("SQLITE_CORRUPT")) {
    return new UserError("not-a-case", `${file} is damaged or not an SQLite file: ${errorMessage(error)}`, {
      cause: error,
    });
  }
  if (code.startsWith("SQLITE_BUSY")) {
    return new UserError("case-busy", `another process is writing to ${file}${db === null ? "" : writerOf(db)}`, {
      hint: "wait for it to finish and repeat the command; commands that only read can be used meanwhile",
      cause: error,
    });
  }
  return error;
}

const OF_THE_CASE: ReadonlySet<string> = new Set([
  "disk-full",
  "case-io",
  "case-unwritable",
  "case-busy",
  "not-a-case",
]);

/** Whether an error is of the case, not of the evidence that was being read: nothing more can be written then. */
export function isCaseError(error: UserError): boolean {
  return OF_THE_CASE.has(error.code);
}

/** @throws UserError `case-unwritable` unless the case and its folder (for SQLite's journal) may be written */
export function checkWritable(file: string, exists: boolean): void {
  try {
    if (exists) accessSync(file, constants.W_OK);
    accessSync(path.dirname(path.resolve(file)), constants.W_OK);
  } catch (error) {
    throw unwritable(file, error);
  }
}

function mayWrite(file: string): boolean {
  try {
    checkWritable(file, true);
    return true;
  } catch {
    return false;
  }
}

function unwritable(file: string, error: unknown): UserError {
  const missing = errorCode(error) === "ENOENT";
  const why = missing ? "its folder does not exist" : fileProblem(error);
  return new UserError("case-unwritable", `${file} cannot be opened for writing: ${why}`, {
    hint: missing
      ? "make the folder first"
      : "work on a copy in a folder that may be written, or only read (--readonly)",
    cause: error,
  });
}

function unopened(file: string, error: unknown): UserError {
  return new UserError("case-unreadable", `${file} cannot be opened: ${errorMessage(error)}`, { cause: error });
}

/** A case whose last writer was killed needs its folder writable once, even to be read. */
function unfinished(file: string, error: unknown): UserError {
  return new UserError("case-unreadable", `${file} was not closed in order, and its folder cannot be written`, {
    hint: `copy it, with ${path.basename(file)}-wal where there is one, to a folder that may be written, and open it there`,
    cause: error,
  });
}

/** The load or hunt that is under way, as words to append; empty when none is noted, or the case cannot be read. */
function writerOf(db: Database.Database): string {
  try {
    const owner = db
      .prepare<[], { what: string; owner: string }>(
        `SELECT 'loads evidence' AS what, owner FROM source WHERE status = 'loading' AND owner IS NOT NULL
         UNION ALL SELECT 'hunts', owner FROM hunt WHERE status = 'running' LIMIT 1`,
      )
      .get();
    if (owner === undefined) return "";
    const [pid = "", host = ""] = owner.owner.split("@");
    return `: process ${pid} of ${host} ${owner.what}`;
  } catch (error) {
    if ((errorCode(error) ?? "").startsWith("SQLITE_")) return "";
    throw error;
  }
}
