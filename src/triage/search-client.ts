import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { UserError } from "../base/errors.ts";
import { forkModule } from "../base/fork-module.ts";
import type { Answer, Ask, SearchKind, SearchMessage, SearchReply } from "./search-protocol.ts";

interface Waiting {
  readonly message: SearchMessage;
  readonly resolve: (answer: Answer<SearchKind>) => void;
  readonly reject: (error: unknown) => void;
}

/** `waited`: somebody waits for the answer. `background`: gives way to those. */
export type Urgency = "waited" | "background";

/** How long a cancelled search may go on before its process is ended. */
const GRACE_MS = 150;

/** A request was abandoned. */
class Aborted extends Error {
  constructor() {
    super("cancelled");
    this.name = "AbortError";
  }
}

/**
 * Asks the search process one thing at a time, in order. What is cancelled while it runs costs the process unless it ends
 * by itself in a moment, and the next request starts another; what is cancelled before is never asked.
 */
export class SearchClient {
  readonly #casePath: string;
  readonly #urgency: Urgency;
  #child: ChildProcess | null = null;
  #queue: Waiting[] = [];
  #running: Waiting | null = null;
  #nextId = 1;
  #closed = false;

  constructor(casePath: string, urgency: Urgency) {
    this.#casePath = casePath;
    this.#urgency = urgency;
  }

  /** @throws AbortError when the signal aborts; UserError of the search */
  ask<K extends SearchKind>(kind: K, ask: Ask<K>, signal?: AbortSignal): Promise<Answer<K>> {
    return new Promise<Answer<SearchKind>>((resolve, reject) => {
      if (signal?.aborted === true || this.#closed) {
        reject(new Aborted());
        return;
      }
      const onAbort = (): void => this.#cancel(waiting);
      const done = (): void => signal?.removeEventListener("abort", onAbort);
      const waiting: Waiting = {
        message: { id: this.#nextId++, kind, ask },
        resolve: (answer) => {
          done();
          resolve(answer);
        },
        reject: (error) => {
          done();
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      };
      signal?.addEventListener("abort", onAbort);
      this.#queue.push(waiting);
      this.#next();
    });
  }

  /** Starts the process and has it open the case, so that the first question need not wait for that; resolves then. */
  async warm(): Promise<void> {
    // Whatever hinders it is told to whoever asks something.
    await this.ask("warm", {}).catch(() => undefined);
  }

  /** Ends the process; resolves when it is gone and the case is released. */
  async close(): Promise<void> {
    this.#closed = true;
    const waiting = [...(this.#running === null ? [] : [this.#running]), ...this.#queue];
    this.#queue = [];
    const gone = this.#kill();
    for (const { reject } of waiting) reject(new Aborted());
    await gone;
  }

  #next(): void {
    if (this.#running !== null) return;
    const waiting = this.#queue.shift();
    if (waiting === undefined) return;
    this.#running = waiting;
    const child = this.#child ?? this.#start();
    child.send(waiting.message, (error) => {
      if (error !== null && this.#running === waiting) this.#lost(child, error);
    });
  }

  #cancel(waiting: Waiting): void {
    waiting.reject(new Aborted());
    if (this.#running !== waiting) {
      this.#queue = this.#queue.filter((other) => other !== waiting);
      return;
    }
    // What is over in a moment may end by itself: a new process costs more.
    setTimeout(() => {
      if (this.#running === waiting) void this.#kill().then(() => this.#next());
    }, GRACE_MS).unref();
  }

  async #kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    this.#running = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }

  #start(): ChildProcess {
    const child = forkModule(import.meta.url, "search-process", [this.#casePath, this.#urgency]);
    this.#child = child;
    child.on("message", (reply: SearchReply) => this.#settle(child, reply));
    child.on("error", (error) => this.#lost(child, error));
    child.on("exit", (code, signal) =>
      this.#lost(child, new Error(`the search process ended unexpectedly (${signal ?? `exit code ${code}`})`)),
    );
    return child;
  }

  #settle(child: ChildProcess, reply: SearchReply): void {
    const waiting = this.#running;
    if (this.#child !== child || waiting?.message.id !== reply.id) return;
    this.#running = null;
    if (reply.ok) waiting.resolve(reply.answer);
    else waiting.reject(new UserError(reply.code, reply.message, reply.hint === null ? {} : { hint: reply.hint }));
    this.#next();
  }

  #lost(child: ChildProcess, error: Error): void {
    if (this.#child !== child) return;
    this.#child = null;
    const waiting = this.#running;
    this.#running = null;
    waiting?.reject(error);
    this.#next();
  }
}
