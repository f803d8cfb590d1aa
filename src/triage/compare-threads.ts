import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { moduleBeside } from "../base/module-beside.ts";
import type { CaseFile } from "../store/case-file.ts";
import { type EventProblem, OriginalComparison } from "./compare-originals.ts";

/** Events that are compared at a time. */
const RANGE = 1_000;
/** Up to this number of events threads cost more than they save. */
const FEW_EVENTS = 20_000;
const MAX_THREADS = 4;

/** Events from one id to another. */
export type EventRange = readonly [from: number, to: number];

/** What a thread compares. */
export interface CompareTask {
  readonly path: string;
  readonly ranges: readonly EventRange[];
}

/**
 * What is wrong with events, by id: each is compared with its original, in several threads where there are many.
 * @param onProgress gets the share that is done
 */
export async function compareOriginals(
  file: CaseFile,
  onProgress: (share: number) => void,
  fewEvents = FEW_EVENTS,
): Promise<Map<number, string>> {
  const ranges = rangesOf(file);
  const problems = new Map<number, string>();
  let done = 0;
  const take = (found: readonly EventProblem[]): void => {
    for (const [event, problem] of found) problems.set(event, problem);
    done += 1;
    onProgress(done / ranges.length);
  };
  const threads = ranges.length * RANGE <= fewEvents ? 1 : Math.min(MAX_THREADS, availableParallelism());
  if (threads === 1) {
    const comparison = new OriginalComparison(file);
    for (const range of ranges) take(comparison.problems(...range));
  } else {
    const shares = Array.from({ length: threads }, (_, thread) => ranges.filter((_, at) => at % threads === thread));
    await Promise.all(shares.map((share) => runThread({ path: file.path, ranges: share }, take)));
  }
  return problems;
}

function rangesOf(file: CaseFile): EventRange[] {
  const next = file.db.prepare<[number, number], { from: number | null; to: number | null }>(
    `SELECT min(id) AS "from", max(id) AS "to" FROM (SELECT id FROM event WHERE id > ? ORDER BY id LIMIT ?)`,
  );
  const ranges: EventRange[] = [];
  for (let after = 0; ;) {
    const { from = null, to = null } = next.get(after, RANGE) ?? {};
    if (from === null || to === null) return ranges;
    ranges.push([from, to]);
    after = to;
  }
}

function runThread(task: CompareTask, take: (found: readonly EventProblem[]) => void): Promise<void> {
  const entry = moduleBeside(import.meta.url, "compare-worker");
  const worker = new Worker(entry, { workerData: task, resourceLimits: { maxYoungGenerationSizeMb: 16 } });
  return new Promise((resolve, reject) => {
    worker.on("message", take);
    worker.on("error", reject);
    worker.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`a thread ended with ${code}`))));
  });
}
