import { parentPort, workerData } from "node:worker_threads";
import { invariant } from "../base/errors.ts";
import { openCase } from "../store/case-file.ts";
import { OriginalComparison } from "./compare-originals.ts";
import type { CompareTask } from "./compare-threads.ts";

/** Entry of a thread that compares events with their originals: per range a message with the problems in it. */
const port = parentPort;
invariant(port !== null, "this file runs in a worker");
const { path, ranges } = workerData as CompareTask;
const file = await openCase(path, "read");
try {
  const comparison = new OriginalComparison(file);
  for (const range of ranges) port.postMessage(comparison.problems(...range));
} finally {
  file.close();
}
