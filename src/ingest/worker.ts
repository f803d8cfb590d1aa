import { parentPort, workerData } from "node:worker_threads";
import { invariant } from "../base/errors.ts";
import { ChunkReader } from "./chunk-reader.ts";
import { knownFormats } from "./known-format.ts";
import type { ChunkResult, ChunkTask, NormaliseOptions } from "./protocol.ts";

/** Entry of a worker thread: chunks in, rows and blocks out. */
const port = parentPort;
invariant(port !== null, "this file runs in a worker");
const options = workerData as NormaliseOptions;
const reader = new ChunkReader(options, knownFormats(options.map));
port.on("message", (task: ChunkTask) => {
  const batch = reader.read(task);
  const result: ChunkResult = { sequence: task.sequence, batch };
  port.postMessage(result, [
    batch.rows.buffer,
    batch.side.buffer,
    batch.lists.buffer,
    batch.counts.buffer,
    batch.valueMeta.buffer,
    batch.valueBytes.buffer,
  ]);
});
