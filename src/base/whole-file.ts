import {
  closeSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from "node:fs";
import { EXIT, errorCode, fileProblem, UserError } from "./errors.ts";

export interface WholeFileOptions {
  /** Whether a file of this name may be replaced. */
  readonly replace: boolean;
}

/**
 * Writes a file that appears under its name only when it is complete: until then it is `<name>.partial` beside it, which
 * an interrupted run leaves and the next one replaces. What is there and is no ordinary file (a device, a pipe) is written
 * to as it is. Readable by its owner only.
 * @param work gets a function that writes bytes; what it returns is returned
 * @throws UserError `output-exists`, `output-failed`
 */
export async function writeWholeFile<T>(
  path: string,
  options: WholeFileOptions,
  work: (write: (bytes: Uint8Array) => void) => Promise<T>,
): Promise<T> {
  const before = find(path);
  if (before !== null && !options.replace) {
    throw new UserError("output-exists", `${path} exists already`, { hint: "name another file", exitCode: EXIT.usage });
  }
  if (before !== null && !before.isFile()) return writeTo(path, "w", path, work);
  const target = before === null ? path : realpathSync(path);
  const partial = `${target}.partial`;
  attempt(path, () => rmSync(partial, { force: true }));
  try {
    const result = await writeTo(partial, "wx", path, work);
    attempt(path, () => renameSync(partial, target));
    return result;
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}

/** Null when there is nothing under the name. */
function find(path: string): Stats | null {
  return attempt(path, () => statSync(path, { throwIfNoEntry: false })) ?? null;
}

async function writeTo<T>(
  file: string,
  flags: "w" | "wx",
  name: string,
  work: (write: (bytes: Uint8Array) => void) => Promise<T>,
): Promise<T> {
  const descriptor = attempt(name, () => openSync(file, flags, 0o600));
  try {
    const result = await work((bytes) => attempt(name, () => writeAll(descriptor, bytes)));
    if (flags === "wx") attempt(name, () => fsyncSync(descriptor));
    return result;
  } finally {
    closeSync(descriptor);
  }
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
}

function attempt<T>(path: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    const full = isDiskFull(error);
    throw new UserError("output-failed", `${path} cannot be written: ${full ? NO_SPACE : fileProblem(error)}`, {
      hint: full
        ? "make room, and repeat the command"
        : (HINTS[errorCode(error) ?? ""] ?? "check that its folder exists and may be written"),
      cause: error,
    });
  }
}

const HINTS: Readonly<Record<string, string>> = {
  EFBIG: "raise the limit, or write it to a place that has none",
  EISDIR: "name a file in that folder",
};

/** Why something cannot be written when `isDiskFull`. */
export const NO_SPACE = "no space is left on the disk";

/** Whether an error of Node or SQLite says that there is no room for more. */
export function isDiskFull(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT", "SQLITE_FULL"].includes(errorCode(error) ?? "");
}
