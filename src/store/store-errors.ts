import { accessSync, constants, lstatSync, statSync } from "node:fs";
import path from "node:path";
import type Database from "better-sqlite3";
import { errorCode, errorMessage, fileProblem, UserError } from "../base/errors.ts";
import { isDiskFull, NO_SPACE } from "../base/whole-file.ts";

/** How to mend a case that is damaged. */
export const GO_BACK =
  "go back to a copy of it, or load the evidence again; where it still opens, eqlite verify tells what is damaged";

/**
 * What an error of SQLite, of the file system, or of what reads the texts (JSON) and blocks (zstd) of the case at `file`
 * says of it; other errors come back as they are.
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
  if (code === "EFBIG") {
    return new UserError("case-io", `${file} cannot be written: ${fileProblem(error)}`, {
      hint: "lift the limit, and repeat the command; what the case held before is whole",
      cause: error,
    });
  }
  if (code.startsWith("SQLITE_IOERR")) {
    return new UserError("case-io", `${file} cannot be read or written: ${errorMessage(error)} (${code})`, {
      hint: "check the disk and its limits; eqlite verify tells whether the case is whole",
      cause: error,
    });
  }
  if (UNFINISHED.has(code)) return unfinished(file, error);
  if (code.startsWith("SQLITE_READONLY") || ["EACCES", "EPERM", "EROFS"].includes(code)) return unwritable(file, error);
  if (code.startsWith("SQLITE_CANTOPEN")) return mayWrite(file) ? unopened(file, error) : unfinished(file, error);
  if (code.startsWith("SQLITE_NOTADB") || code.startsWith("SQLITE_CORRUPT")) {
    return new UserError("not-a-case", `${file} is damaged or not an SQLite file: ${errorMessage(error)}`, {
      hint: GO_BACK,
      cause: error,
    });
  }
  if (error instanceof SyntaxError || code.startsWith("ZSTD_")) {
    return new UserError(
      "case-damaged",
      `${file} is damaged: a text or a block in it cannot be read: ${errorMessage(error)}`,
      {
        hint: GO_BACK,
        cause: error,
      },
    );
  }
  if (isBusy(error)) {
    return new UserError("case-busy", `another process is writing to ${file}${db === null ? "" : writerOf(db)}`, {
      hint: "wait for it to finish and repeat the command; commands that only read can be used meanwhile",
      cause: error,
    });
  }
  return error;
}

/** Whether SQLite waited in vain for another process. */
export function isBusy(error: unknown): boolean {
  return (errorCode(error) ?? "").startsWith("SQLITE_BUSY");
}

/** A long reading that began while nobody wrote keeps the case from being written until it ends. */
export function readingError(file: string, error: unknown): UserError {
  return new UserError("case-busy", `another process is reading ${file}, and has to finish before it can be written`, {
    hint: "wait for it (a verify, an export, a search), and repeat the command",
    cause: error,
  });
}

/** Whether no other process writes at this moment. */
export function nobodyWrites(db: Database.Database): boolean {
  try {
    db.exec("BEGIN IMMEDIATE; ROLLBACK");
    return true;
  } catch (error) {
    if (isBusy(error)) return false;
    throw error;
  }
}

/** Whether SQLite or the file system could not do what is right in itself: no room, no rights, damage, another process. */
export function isOfTheDisk(error: unknown): boolean {
  return !(error instanceof UserError) && toUserError("", error) !== error;
}

const OF_THE_CASE: ReadonlySet<string> = new Set([
  "disk-full",
  "case-io",
  "case-unwritable",
  "case-busy",
  "not-a-case",
  "case-damaged",
]);

/** Whether an error is of the case, not of the evidence that was being read: nothing more can be written then. */
export function isCaseError(error: UserError): boolean {
  return OF_THE_CASE.has(error.code);
}

/** @throws UserError `case-unwritable` unless the case and its folder (for SQLite's journal) may be written */
export function checkWritable(file: string, exists: boolean): void {
  const folder = path.dirname(path.resolve(file));
  try {
    if (exists) accessSync(file, constants.W_OK);
    // That a name is too long shows only when it is looked for.
    else lstatSync(file, { throwIfNoEntry: false });
    accessSync(folder, constants.W_OK);
    if (!statSync(folder).isDirectory()) throw Object.assign(new Error("not a folder"), { code: "ENOTDIR" });
  } catch (error) {
    throw unwritable(file, error);
  }
}

/** Whether the case, which exists, and its folder may be written. */
export function mayWrite(file: string): boolean {
  try {
    checkWritable(file, true);
    return true;
  } catch {
    return false;
  }
}

/** How to mend what hinders writing, where it is not the rights. */
const MEND: Readonly<Record<string, string>> = {
  ENOENT: "make the folder first",
  ENOTDIR: "name a file in a folder",
  ENAMETOOLONG: "give it a shorter name",
};

function unwritable(file: string, error: unknown): UserError {
  const code = errorCode(error) ?? "";
  const why = code === "ENOENT" ? "its folder does not exist" : fileProblem(error);
  return new UserError("case-unwritable", `${file} cannot be opened for writing: ${why}`, {
    hint: MEND[code] ?? "work on a copy in a folder that may be written, or only read (--readonly)",
    cause: error,
  });
}

function unopened(file: string, error: unknown): UserError {
  return new UserError("case-unreadable", `${file} cannot be opened: ${errorMessage(error)}`, { cause: error });
}

/** What SQLite says to a reader of a case whose last writer was killed. */
const UNFINISHED: ReadonlySet<string> = new Set([
  "SQLITE_READONLY_ROLLBACK",
  "SQLITE_READONLY_RECOVERY",
  "SQLITE_READONLY_CANTINIT",
  "SQLITE_READONLY_CANTLOCK",
  "SQLITE_READONLY_DIRECTORY",
  "SQLITE_PROTOCOL",
]);

/** A case whose last writer was killed has to be writable once, even to be read. */
function unfinished(file: string, error: unknown): UserError {
  const name = path.basename(file);
  return new UserError("case-unreadable", `${file} was not closed in order, and what mends that may not be written`, {
    hint: `copy it, with ${name}-wal or ${name}-journal where there is one, to a folder that may be written, and open the copy`,
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
