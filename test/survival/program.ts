/** Runs the built program, to its end or until it is killed. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { errorCode } from "../../src/base/errors.ts";

const BIN = path.resolve(import.meta.dirname, "../../dist/main.js");

export interface Run {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in `folder`. */
export function eqlite(folder: string, args: readonly string[]): Run {
  if (!existsSync(BIN)) throw new Error("build first: npm run build");
  const run = spawnSync(process.execPath, [BIN, ...args], { cwd: folder, encoding: "utf8", maxBuffer: 1 << 28 });
  return { status: run.status, out: run.stdout, err: run.stderr };
}

export interface Kill {
  /** After the command has begun to write. */
  readonly delayMs: number;
  /** With the processes it has started; otherwise these have to see for themselves that nobody wants them. */
  readonly whole: boolean;
}

/**
 * Runs a command line to its end, or to its death by SIGKILL.
 * @param sign the file whose appearance tells that it has begun to write: a death before that would prove nothing
 * @returns whether it was killed, and the milliseconds from the sign to its end
 */
export async function runFrom(
  folder: string,
  args: readonly string[],
  sign: string,
  kill: Kill | null,
): Promise<{ readonly killed: boolean; readonly ms: number }> {
  if (existsSync(path.join(folder, sign))) throw new Error(`${sign} is there before the command begins`);
  const child = spawn(process.execPath, [BIN, ...args], { cwd: folder, stdio: "ignore", detached: true });
  const { pid } = child;
  if (pid === undefined) throw new Error("the program could not be started");
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once("exit", (code, signal) => resolve({ code, signal })),
  );
  let over = false;
  const end = ended.then((how) => {
    over = true;
    return how;
  });
  while (!over && !existsSync(path.join(folder, sign))) await new Promise((resolve) => setTimeout(resolve, 1));
  const begin = performance.now();
  const timer = kill === null ? null : setTimeout(() => signalTo(kill.whole ? -pid : pid), kill.delayMs);
  const { code, signal } = await end;
  const ms = performance.now() - begin;
  if (timer !== null) clearTimeout(timer);
  if (signal === null && code !== 0) throw new Error(`eqlite ${args.join(" ")} ended with ${String(code)}`);
  await groupEnded(pid);
  return { killed: signal === "SIGKILL", ms };
}

/** How long orphans may take to end, on a busy machine. */
const PATIENCE_MS = 60_000;

/** Resolves when no process of the group is left. */
export async function groupEnded(group: number): Promise<void> {
  for (const begin = performance.now(); signalTo(-group, 0);) {
    if (performance.now() - begin > PATIENCE_MS) {
      signalTo(-group);
      throw new Error("a process that was started by the killed one did not end");
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** False when there is nobody to get the signal. */
function signalTo(target: number, signal: NodeJS.Signals | 0 = "SIGKILL"): boolean {
  try {
    process.kill(target, signal);
    return true;
  } catch (error) {
    if (errorCode(error) === "ESRCH") return false;
    throw error;
  }
}
