import type { CaseFile } from "../store/case-file.ts";
import type { Match } from "../store/findings.ts";
import { type Hunt, recordPart, recordRule, type RuleBegun } from "../store/hunts.ts";
import type { Need } from "./blind.ts";
import { EngineStopped } from "./engine-client.ts";
import type { HuntEntry } from "./hunt-entries.ts";
import type { HuntedRule, HuntHooks } from "./hunt-types.ts";
import type { FoundBy } from "./hunted-findings.ts";
import type { PooledRun } from "./rule-pool.ts";
import { endedEarly, type RuleMatch, type RuleRun } from "./rule-task.ts";

interface Waiting extends PooledRun {
  readonly recorded: () => void;
}

/** Records how the rules of a hunt ended, in the order of the pack, whatever the order in which they end. */
export class HuntRecorder {
  /** The ledger so far. */
  readonly rules: HuntedRule[] = [];
  readonly found: FoundBy[] = [];
  readonly needs: (readonly Need[])[] = [];
  /** Exceptions that rules could not apply. */
  readonly notApplied = new Set<string>();
  private readonly file: CaseFile;
  private readonly hunt: Hunt;
  private readonly entries: readonly HuntEntry[];
  private readonly hooks: HuntHooks;
  private readonly waiting = new Map<number, Waiting>();
  private readonly aborted: Promise<void>;
  private busy = false;
  private working: Promise<void> = Promise.resolve();
  private failure: { readonly error: unknown } | null = null;

  constructor(file: CaseFile, hunt: Hunt, entries: readonly HuntEntry[], hooks: HuntHooks) {
    this.file = file;
    this.hunt = hunt;
    this.entries = entries;
    this.hooks = hooks;
    this.aborted = new Promise((resolve) => {
      if (hooks.signal?.aborted === true) resolve();
      hooks.signal?.addEventListener("abort", () => resolve(), { once: true });
    });
    entries.forEach(({ run }, index) => {
      if (run !== null) this.waiting.set(index, { run, rest: null, recorded: () => undefined });
    });
  }

  /**
   * Takes the end of a rule. Resolves when the process that ran it is free: at once, or, where it keeps matches, when they
   * are stored.
   */
  async put(index: number, pooled: PooledRun): Promise<void> {
    const stored = new Promise<void>((resolve) => this.waiting.set(index, { ...pooled, recorded: resolve }));
    this.drain();
    if (pooled.rest !== null) await Promise.race([stored, this.aborted]);
    if (this.failure !== null) throw this.failure.error;
  }

  /** Records what is left; what did not end, as skipped. True when every rule ended. */
  async end(): Promise<boolean> {
    this.drain();
    await this.working;
    if (this.failure !== null) throw this.failure.error;
    const complete = this.rules.length === this.entries.length;
    while (this.rules.length < this.entries.length) {
      const index = this.rules.length;
      const { run } = this.waiting.get(index) ?? { run: SKIPPED };
      const { rest } = this.waiting.get(index) ?? { rest: null };
      this.record(index, rest === null ? run : cutShort(run));
    }
    return complete;
  }

  /** Records the results that are next; without parts to be fetched that happens at once. */
  private drain(): void {
    if (!this.busy) this.working = this.recordReady();
  }

  /** Never rejects: the failure is kept. */
  private async recordReady(): Promise<void> {
    this.busy = true;
    try {
      for (;;) {
        const index = this.rules.length;
        const waiting = this.waiting.get(index);
        if (waiting === undefined) return;
        this.waiting.delete(index);
        try {
          if (waiting.rest === null) this.record(index, waiting.run);
          else await this.recordInParts(index, waiting.run, waiting.rest);
        } finally {
          waiting.recorded();
        }
      }
    } catch (error) {
      this.failure = { error };
      for (const { recorded } of this.waiting.values()) recorded();
    } finally {
      this.busy = false;
    }
  }

  private async recordInParts(
    index: number,
    run: RuleRun,
    rest: () => AsyncGenerator<readonly RuleMatch[]>,
  ): Promise<void> {
    const entry = this.entries[index];
    if (entry === undefined) return;
    let begun = recordPart(this.file, this.hunt, entry.record, toMatches(run, run.matches), null);
    let hidden = hiddenOf(run.matches);
    try {
      for await (const matches of rest()) {
        hidden += hiddenOf(matches);
        begun = recordPart(this.file, this.hunt, entry.record, toMatches(run, matches), begun);
      }
      this.record(index, run, begun, hidden);
    } catch (error) {
      if (!(error instanceof EngineStopped)) throw error;
      this.record(index, cutShort(run), begun, hidden);
    }
  }

  private record(index: number, run: RuleRun, begun: RuleBegun | null = null, hiddenBefore = 0): void {
    const entry = this.entries[index];
    if (entry === undefined) return;
    const { record, rule } = entry;
    const { outcome, reason, ms, sqlHash, details } = run;
    const matches = begun === null ? toMatches(run, run.matches) : [];
    const hidden = hiddenBefore + (begun === null ? hiddenOf(run.matches) : 0);
    const result = { outcome, reason, ms, sqlHash, details, matches };
    const stored = recordRule(this.file, this.hunt, record, result, begun);
    const { id, hash, name, path } = record;
    const { fresh, unchanged, gone, findings } = stored;
    const grouped = run.matches.some(({ groupSize }) => groupSize !== undefined);
    for (const finding of findings) this.found.push({ ...finding, rule: id, grouped });
    if (outcome === "blind") this.needs.push(run.needs);
    for (const remark of (details["notApplied"] as readonly string[] | undefined) ?? []) this.notApplied.add(remark);
    this.rules.push({
      ...{ id, hash, name, path, severity: rule?.severity ?? null, outcome, reason, ms, details },
      ...{ findings: findings.length, fresh, unchanged, gone, hidden, cut: run.cut },
    });
    this.hooks.onProgress?.({
      phase: "rules",
      done: this.rules.length,
      total: this.entries.length,
      rule: name,
      findings: this.found.length,
    });
  }
}

const SKIPPED = endedEarly("skipped", "the hunt was interrupted before this rule ended", 0);

/** A rule that ended, but not all of whose matches could be stored any more. */
function cutShort(run: RuleRun): RuleRun {
  return { ...run, outcome: "skipped", reason: "the hunt was interrupted before all of its matches were stored" };
}

function hiddenOf(matches: readonly RuleMatch[]): number {
  return matches.filter(({ suppressedBy }) => suppressedBy !== undefined).length;
}

function* toMatches({ keyFields }: RuleRun, matches: readonly RuleMatch[]): Generator<Match> {
  for (const { events, keys, groupSize, outsideIndex, suppressedBy } of matches) {
    yield {
      events: events.map((event) => (event === null ? null : BigInt(event))),
      joinKeys: keys.map((value, index) => ({ field: keyFields[index] ?? "", value })),
      total: groupSize ?? events.filter((event) => event !== null).length,
      grouped: groupSize !== undefined,
      outsideIndex: outsideIndex === true,
      suppressedBy: suppressedBy ?? null,
    };
  }
}
