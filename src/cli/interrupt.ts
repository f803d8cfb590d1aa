import process from "node:process";
import { EXIT } from "../base/errors.ts";

/**
 * Runs work that Ctrl-C (or a request to terminate) ends in order: the first aborts the signal, and the work keeps what it
 * has; the second ends the program at once.
 */
export async function withInterrupt<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort();
  };
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  try {
    return await work(controller.signal);
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
}
