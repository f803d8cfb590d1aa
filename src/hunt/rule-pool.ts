import { errorMessage } from "../base/errors.ts";
import type { SeenEvidence } from "../store/seen-evidence.ts";
import { type BegunRun, EngineClient, EngineStopped } from "./engine-client.ts";
import { endedEarly, type RuleMatch, type RuleRun, type RuleTask, type TaskOptions } from "./rule-task.ts";

export interface PoolOptions extends TaskOptions {
  readonly casePath: string;
  readonly seen: SeenEvidence;
  readonly timeLimitMs: number;
  readonly processes: number;
  readonly signal: AbortSignal | undefined;
}

/** A run, and its matches beyond those it has: asked for in parts, so that a million of them are never all in memory. */
export interface PooledRun {
  readonly run: RuleRun;
  /** The matches that follow those of `run`; null: none. @throws EngineStopped when the hunt is interrupted */
  readonly rest: (() => AsyncGenerator<readonly RuleMatch[]>) | null;
}

/**
 * Runs rules on engine processes and hands over each result as it comes, in any order. A rule that exceeds the time
 * limit, or takes its process with it, ends as an error, and the others go on. When the signal is given the processes are
 * ended, and the rules that have no result get none.
 * @param onResult a process runs no other rule before it is done: what is left of the matches stands in that process
 * @throws UserError when the case cannot be opened
 */
export async function runRules(
  tasks: readonly RuleTask[],
  options: PoolOptions,
  onResult: (index: number, run: PooledRun) => Promise<void>,
): Promise<void> {
  const { signal } = options;
  const clients = Array.from(
    { length: Math.max(1, Math.min(options.processes, tasks.length)) },
    () => new EngineClient(options.casePath, options.seen),
  );
  const stopAll = async (reason: string): Promise<void> => {
    await Promise.all(clients.map((client) => client.stop(reason)));
  };
  const interrupt = (): void => void stopAll("interrupted");
  signal?.addEventListener("abort", interrupt);
  let next = 0;
  const work = async (client: EngineClient): Promise<void> => {
    while (next < tasks.length && signal?.aborted !== true) {
      const index = next++;
      const task = tasks[index];
      if (task === undefined) return;
      const begun = await runOne(client, task, options);
      if (begun === null) continue;
      await onResult(index, { run: begun.run, rest: begun.more === 0 ? null : () => restOf(client) });
    }
  };
  try {
    await Promise.all(clients.map(work));
  } finally {
    next = tasks.length;
    signal?.removeEventListener("abort", interrupt);
    await stopAll("done");
  }
}

async function* restOf(client: EngineClient): AsyncGenerator<readonly RuleMatch[]> {
  for (let left = 1; left > 0;) {
    const { matches, more } = await client.more();
    left = more;
    yield matches;
  }
}

/** null: interrupted. */
async function runOne(client: EngineClient, task: RuleTask, options: PoolOptions): Promise<BegunRun | null> {
  const { signal, timeLimitMs } = options;
  let timer: NodeJS.Timeout | undefined;
  const failed = (reason: string, ms: number): BegunRun => ({ run: endedEarly("error", reason, ms), more: 0 });
  try {
    await client.open();
    timer = setTimeout(() => void client.stop("time limit"), timeLimitMs);
    const { from, to, respectIndex, maxFindings } = options;
    return await client.rule(task, { from, to, respectIndex, maxFindings });
  } catch (error) {
    if (signal?.aborted === true) return null;
    // Without a timer the case could not be opened: no rule can run.
    if (timer === undefined) throw error;
    if (error instanceof EngineStopped) return failed(`time limit: ${timeLimitMs / 1000} s`, timeLimitMs);
    return failed(errorMessage(error), 0);
  } finally {
    clearTimeout(timer);
  }
}
