import { type CaseFile, openCase } from "../store/case-file.ts";
import { countEvents } from "../store/event-counts.ts";
import type { Match } from "../store/findings.ts";
import { finishHunt, type Hunt, interruptHunt, recordRule, startHunt } from "../store/hunts.ts";
import type { Actor } from "../store/journal.ts";
import { ensureSideTables } from "../store/side-tables.ts";
import type { Need } from "./blind.ts";
import { fieldsWithoutTable } from "./fields-without-table.ts";
import { type HuntEntry, huntEntries } from "./hunt-entries.ts";
import type { HuntedRule, HuntHooks, HuntOptions, HuntReport } from "./hunt-types.ts";
import { type FoundBy, readHunted } from "./hunted-findings.ts";
import { exceptionsInForce, importExceptions } from "./rule-exceptions.ts";
import { runRules } from "./rule-pool.ts";
import { endedEarly, type RuleRun, type RuleTask, toTask } from "./rule-task.ts";
import { telemetryGaps } from "./telemetry-gaps.ts";

/**
 * Hunts: runs every rule over the case and records how each ended, with its findings. Rules run on engine processes; this
 * process alone writes, in the order of the pack, so that the case is the same whatever ran first. When the signal is
 * given, what was found is kept and the rest is recorded as skipped.
 * @throws UserError when the case cannot be opened
 */
export async function runHunt(options: HuntOptions, hooks: HuntHooks = {}): Promise<HuntReport> {
  const file = await openCase(options.casePath, "write");
  try {
    return await new HuntRun(file, options, hooks).run();
  } finally {
    file.close();
  }
}

class HuntRun {
  private readonly file: CaseFile;
  private readonly options: HuntOptions;
  private readonly hooks: HuntHooks;
  private readonly entries: readonly HuntEntry[];
  private readonly runs = new Map<number, RuleRun>();
  private readonly rules: HuntedRule[] = [];
  private readonly needs: (readonly Need[])[] = [];
  private readonly found: FoundBy[] = [];

  constructor(file: CaseFile, options: HuntOptions, hooks: HuntHooks) {
    this.file = file;
    this.options = options;
    this.hooks = hooks;
    this.entries = huntEntries(options.rules, options.problems);
  }

  async run(): Promise<HuntReport> {
    const { file, options } = this;
    const { from, to, respectIndex, maxFindings } = options;
    importExceptions(file, this.actor(), options.exceptions, options.rules);
    const exceptionsOf = exceptionsInForce(file, options.now());
    const work = this.entries.flatMap(({ rule, run }, index) =>
      rule === null || run !== null ? [] : [{ index, task: toTask(rule, exceptionsOf(rule.id)) }],
    );
    await this.makeFields(work.map(({ task }) => task));
    const hunt = startHunt(file, { actor: this.actor(), from, to, options: { respectIndex, maxFindings } });
    this.entries.forEach(({ run }, index) => run !== null && this.runs.set(index, run));
    this.recordReady(hunt);
    await runRules(
      work.map(({ task }) => task),
      { ...options, signal: this.hooks.signal },
      (position, run) => {
        this.runs.set(work[position]?.index ?? -1, run);
        this.recordReady(hunt);
      },
    );
    const interrupted = this.rules.length < this.entries.length;
    if (interrupted) this.recordRest(hunt);
    (interrupted ? interruptHunt : finishHunt)(file, hunt, this.actor());
    return this.report(hunt, interrupted);
  }

  private actor(): Actor {
    return { analyst: this.options.analyst, at: this.options.now().toISOString() };
  }

  /** Fields that rules read and that have no column get their side tables, in one pass over the originals. */
  private async makeFields(tasks: readonly RuleTask[]): Promise<void> {
    ensureSideTables(this.file, await fieldsWithoutTable(this.options.casePath, tasks), (done) =>
      this.hooks.onProgress?.({ phase: "fields", done, total: 1, rule: "", findings: 0 }),
    );
  }

  /** Records the results that are next in the order of the pack. */
  private recordReady(hunt: Hunt): void {
    for (let index = this.rules.length; ; index = this.rules.length) {
      const entry = this.entries[index];
      const run = this.runs.get(index);
      if (entry === undefined || run === undefined) return;
      this.runs.delete(index);
      this.record(hunt, entry, run);
    }
  }

  /** Records what came out of turn before the hunt was interrupted, and all others as skipped. */
  private recordRest(hunt: Hunt): void {
    const skipped = endedEarly("skipped", "the hunt was interrupted before this rule ended", 0);
    while (this.rules.length < this.entries.length) {
      const index = this.rules.length;
      const entry = this.entries[index];
      if (entry !== undefined) this.record(hunt, entry, this.runs.get(index) ?? skipped);
    }
    this.runs.clear();
  }

  private record(hunt: Hunt, { record, rule }: HuntEntry, run: RuleRun): void {
    const { outcome, reason, ms, sqlHash, details } = run;
    const stored = recordRule(this.file, hunt, record, {
      outcome,
      reason,
      ms,
      sqlHash,
      details,
      matches: matches(run),
    });
    const { id, hash, name, path } = record;
    const { fresh, unchanged, gone, findings } = stored;
    const grouped = run.matches.some(({ groupSize }) => groupSize !== undefined);
    for (const finding of findings) this.found.push({ ...finding, rule: id, grouped });
    if (outcome === "blind") this.needs.push(run.needs);
    this.rules.push({
      ...{ id, hash, name, path, severity: rule?.severity ?? null, outcome, reason, ms, details },
      ...{ findings: findings.length, fresh, unchanged, gone, cut: run.cut },
    });
    this.hooks.onProgress?.({
      phase: "rules",
      done: this.rules.length,
      total: this.entries.length,
      rule: name,
      findings: this.found.length,
    });
  }

  private report(hunt: Hunt, interrupted: boolean): HuntReport {
    return {
      hunt: hunt.id,
      status: interrupted ? "interrupted" : "complete",
      events: countEvents(this.file),
      rules: this.rules,
      findings: readHunted(this.file, this.found),
      gaps: telemetryGaps(this.needs),
    };
  }
}

function* matches(run: RuleRun): Generator<Match> {
  for (const { events, keys, groupSize, outsideIndex, suppressedBy } of run.matches) {
    yield {
      events: events.map((event) => (event === null ? null : BigInt(event))),
      joinKeys: keys.map((value, index) => ({ field: run.keyFields[index] ?? "", value })),
      total: groupSize ?? events.filter((event) => event !== null).length,
      grouped: groupSize !== undefined,
      outsideIndex: outsideIndex === true,
      suppressedBy: suppressedBy ?? null,
    };
  }
}
