import { type ChildProcess, fork } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../base/errors.ts";
import type { EngineReply, EngineRequest } from "./engine-protocol.ts";
import type { RuleRun, RuleTask } from "./run-rule.ts";

/** `.ts` when run from source, `.js` when built. */
const MODULE = new URL(`./engine-process${path.extname(fileURLToPath(import.meta.url))}`, import.meta.url);

interface Waiting {
  readonly resolve: (reply: EngineReply) => void;
  readonly reject: (error: unknown) => void;
}

/** The request was abandoned: its process has been ended. */
export class EngineStopped extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "AbortError";
  }
}

/** An engine process and the requests it has not answered yet. A new process is started after one was stopped. */
export class EngineClient {
  private readonly casePath: string;
  private child: ChildProcess | null = null;
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;

  constructor(casePath: string) {
    this.casePath = casePath;
  }

  /** Runs a rule. @throws EngineStopped after `stop` */
  async rule(task: RuleTask, from: bigint | null, to: bigint | null): Promise<RuleRun> {
    const reply = await this.ask({ id: this.nextId++, kind: "rule", task, from, to });
    if (!reply.ok) throw new UserError(reply.code, reply.message, reply.hint === null ? {} : { hint: reply.hint });
    return reply.run;
  }

  /** Ends the process at once; whoever waits gets `EngineStopped`. */
  stop(reason: string): void {
    const { child } = this;
    this.child = null;
    child?.kill("SIGKILL");
    this.rejectAll(new EngineStopped(reason));
  }

  private ask(request: EngineRequest): Promise<EngineReply> {
    const child = this.child ?? this.start();
    return new Promise((resolve, reject) => {
      this.waiting.set(request.id, { resolve, reject });
      child.send(request, (error) => {
        if (error !== null) this.waiting.get(request.id)?.reject(error);
      });
    });
  }

  private start(): ChildProcess {
    const child = fork(MODULE, [this.casePath], {
      serialization: "advanced",
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.child = child;
    child.on("message", (reply: EngineReply) => {
      const waiting = this.waiting.get(reply.id);
      this.waiting.delete(reply.id);
      waiting?.resolve(reply);
    });
    child.on("exit", (code, signal) => {
      if (this.child !== child) return;
      this.child = null;
      this.rejectAll(new Error(`the engine process ended unexpectedly (${signal ?? `exit code ${code}`})`));
    });
    return child;
  }

  private rejectAll(error: unknown): void {
    for (const waiting of this.waiting.values()) waiting.reject(error);
    this.waiting.clear();
  }
}
