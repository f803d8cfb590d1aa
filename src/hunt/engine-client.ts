import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { invariant, UserError } from "../base/errors.ts";
import { forkModule } from "../base/fork-module.ts";
import type { EngineReply, EngineRequest } from "./engine-protocol.ts";
import type { SeenEvidence } from "../store/seen-evidence.ts";
import type { RuleMatch, RuleRun, RuleTask, TaskOptions } from "./rule-task.ts";

type GoodReply = EngineReply & { ok: true };

interface Waiting {
  readonly resolve: (reply: GoodReply) => void;
  readonly reject: (error: unknown) => void;
  readonly onProgress: (done: number) => void;
}

/** A run of a rule with its first matches, and how many the process keeps: `EngineClient.more` brings them. */
export interface BegunRun {
  readonly run: RuleRun;
  readonly more: number;
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
  private readonly seen: SeenEvidence | null;
  private child: ChildProcess | null = null;
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;

  /** @param seen the evidence that it looks at; null: all that the case holds */
  constructor(casePath: string, seen: SeenEvidence | null = null) {
    this.casePath = casePath;
    this.seen = seen;
  }

  /** Resolves when a process has the case open. @throws UserError see `openCase`; EngineStopped after `stop` */
  async open(): Promise<void> {
    await this.ask({ id: this.nextId++, kind: "open", seen: this.seen });
  }

  /**
   * Fills the tables of fields that rules need and the case has no values of. What was filled before a stop stays.
   * @throws EngineStopped after `stop`
   */
  async makeFields(tasks: readonly RuleTask[], onProgress: (done: number) => void): Promise<void> {
    await this.ask({ id: this.nextId++, kind: "fields", tasks, seen: this.seen }, onProgress);
  }

  /** Runs a rule. @throws EngineStopped after `stop` */
  async rule(task: RuleTask, options: TaskOptions): Promise<BegunRun> {
    const reply = await this.ask({ id: this.nextId++, kind: "rule", task, options, seen: this.seen });
    invariant(reply.kind === "rule", "an engine process answers what it was asked");
    return reply;
  }

  /** The next matches of the rule that was run last; how many are left is told with them. @throws as `rule` */
  async more(): Promise<{ readonly matches: readonly RuleMatch[]; readonly more: number }> {
    const reply = await this.ask({ id: this.nextId++, kind: "more" });
    invariant(reply.kind === "more", "an engine process answers what it was asked");
    return reply;
  }

  /** Ends the process at once; whoever waits gets `EngineStopped`. Resolves when it is gone and the case is released. */
  async stop(reason: string): Promise<void> {
    const { child } = this;
    this.child = null;
    this.rejectAll(new EngineStopped(reason));
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }

  private ask(request: EngineRequest, onProgress: (done: number) => void = () => undefined): Promise<GoodReply> {
    const child = this.child ?? this.start();
    return new Promise((resolve, reject) => {
      this.waiting.set(request.id, { resolve, reject, onProgress });
      child.send(request, (error) => {
        if (error === null) return;
        this.waiting.delete(request.id);
        reject(error);
      });
    });
  }

  private start(): ChildProcess {
    const child = forkModule(import.meta.url, "engine-process", [this.casePath]);
    this.child = child;
    child.on("message", (reply: EngineReply) => this.settle(reply));
    child.on("error", (error) => this.lost(child, error));
    child.on("exit", (code, signal) =>
      this.lost(child, new Error(`the engine process ended unexpectedly (${signal ?? `exit code ${code}`})`)),
    );
    return child;
  }

  private settle(reply: EngineReply): void {
    const waiting = this.waiting.get(reply.id);
    if (reply.ok && reply.kind === "progress") return waiting?.onProgress(reply.done);
    this.waiting.delete(reply.id);
    if (reply.ok) waiting?.resolve(reply);
    else waiting?.reject(new UserError(reply.code, reply.message, reply.hint === null ? {} : { hint: reply.hint }));
  }

  private lost(child: ChildProcess, error: Error): void {
    if (this.child !== child) return;
    this.child = null;
    this.rejectAll(error);
  }

  private rejectAll(error: unknown): void {
    const waiting = [...this.waiting.values()];
    this.waiting.clear();
    for (const { reject } of waiting) reject(error);
  }
}
