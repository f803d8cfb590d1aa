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

/** Milliseconds that a command line takes when it is left alone; it has to succeed. */
export function durationOf(folder: string, args: readonly string[]): number {
  const begin = performance.now();
  const run = eqlite(folder, args);
  if (run.status !== 0) throw new Error(`eqlite ${args.join(" ")}: ${run.status}: ${run.err}`);
  return performance.now() - begin;
}

/**
 * Starts a command line and kills it with SIGKILL after `delayMs`.
 * @param whole with the processes it has started; otherwise these have to see for themselves that nobody wants them
 * @returns false when it had ended before
 */
export async function killed(
  folder: string,
  args: readonly string[],
  delayMs: number,
  whole: boolean,
): Promise<boolean> {
  const child = spawn(process.execPath, [BIN, ...args], { cwd: folder, stdio: "ignore", detached: true });
  const { pid } = child;
  if (pid === undefined) throw new Error("the program could not be started");
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once("exit", (_code, signal) => resolve(signal)));
  const timer = setTimeout(() => signalTo(whole ? -pid : pid), delayMs);
  const signal = await ended;
  clearTimeout(timer);
  await groupEnded(pid);
  return signal === "SIGKILL";
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
