import { Worker } from "node:worker_threads";
import { moduleBeside } from "../base/module-beside.ts";
import type { RowBatch } from "../store/row-batch.ts";
import { ChunkReader } from "./chunk-reader.ts";
import { knownFormats } from "./known-format.ts";
import type { ChunkResult, ChunkTask, NormaliseOptions } from "./protocol.ts";

/** Chunks that wait at each worker, besides the one it works on. */
const QUEUE = 1;

interface Slot {
  readonly worker: Worker;
  busy: number;
}

/** What a worker made of a task. */
export interface PoolResult {
  readonly worker: number;
  readonly batch: RowBatch;
}

/**
 * Worker threads that read chunks. Results are handed out in the order of the tasks, whoever is faster. The threads are
 * started with the first task that is sent to them.
 */
export class WorkerPool {
  readonly #count: number;
  readonly #options: NormaliseOptions;
  #slots: Slot[] = [];
  #local: ChunkReader | null = null;
  readonly #results = new Map<number, PoolResult>();
  #failure: Error | null = null;
  #wake: (() => void) | null = null;

  constructor(count: number, options: NormaliseOptions) {
    this.#count = count;
    this.#options = options;
  }

  /** Reads a chunk in this thread: for what is too small to be worth the start of others. */
  readHere(task: ChunkTask): PoolResult {
    this.#local ??= new ChunkReader(this.#options, knownFormats(this.#options.map));
    return { worker: this.#count, batch: this.#local.read(task) };
  }

  #start(): Slot[] {
    const url = moduleBeside(import.meta.url, "worker");
    return Array.from({ length: this.#count }, (_, index) => {
      const worker = new Worker(url, { workerData: this.#options, resourceLimits: { maxYoungGenerationSizeMb: 8 } });
      const slot: Slot = { worker, busy: 0 };
      worker.on("message", ({ sequence, batch }: ChunkResult) => {
        slot.busy -= 1;
        this.#results.set(sequence, { worker: index, batch });
        this.#awake();
      });
      worker.on("error", (error) => {
        this.#failure = error instanceof Error ? error : new Error(String(error));
        this.#awake();
      });
      return slot;
    });
  }

  #awake(): void {
    this.#wake?.();
    this.#wake = null;
  }

  /** Whether a worker would take a task now. */
  get ready(): boolean {
    return this.#slots.length === 0 || this.#slots.some((slot) => slot.busy <= QUEUE);
  }

  /** Gives a task to the least busy worker. */
  send(task: ChunkTask): void {
    if (this.#slots.length === 0) this.#slots = this.#start();
    const slot = this.#slots.reduce((least, next) => (next.busy < least.busy ? next : least));
    slot.busy += 1;
    slot.worker.postMessage(task);
  }

  /** Takes the result of a task, if it is there. */
  take(sequence: number): PoolResult | null {
    if (this.#failure !== null) throw this.#failure;
    const result = this.#results.get(sequence);
    if (result === undefined) return null;
    this.#results.delete(sequence);
    return result;
  }

  /** Waits until some worker has finished something. */
  async wait(): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#slots.map((slot) => slot.worker.terminate()));
  }
}
