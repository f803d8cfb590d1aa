import { type CaseFile, openCase } from "../store/case-file.ts";
import { finishHunt, type Hunt, interruptHunt, startHunt } from "../store/hunts.ts";
import type { Actor } from "../store/journal.ts";
import { readSeenEvidence, type SeenEvidence } from "../store/seen-evidence.ts";
import { EngineClient, EngineStopped } from "./engine-client.ts";
import { type HuntEntry, huntEntries } from "./hunt-entries.ts";
import { HuntRecorder } from "./hunt-recorder.ts";
import type { HuntHooks, HuntOptions, HuntReport } from "./hunt-types.ts";
import { readHunted } from "./hunted-findings.ts";
import { exceptionsInForce, importExceptions, ruleExceptions } from "./rule-exceptions.ts";
import { runRules } from "./rule-pool.ts";
import { type RuleTask, toTask } from "./rule-task.ts";
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

  constructor(file: CaseFile, options: HuntOptions, hooks: HuntHooks) {
    this.file = file;
    this.options = options;
    this.hooks = hooks;
    this.entries = huntEntries(options.rules, options.problems);
  }

  async run(): Promise<HuntReport> {
    const { file, options, hooks } = this;
    const { from, to, respectIndex, maxFindings } = options;
    importExceptions(
      file,
      this.actor(),
      { items: options.exceptions, lists: options.exceptionLists ?? [] },
      options.rules,
    );
    const inForce = exceptionsInForce(file, options.now());
    const exceptionsOf = ruleExceptions(inForce);
    const work = this.entries.flatMap(({ rule, run }, index) =>
      rule === null || run !== null ? [] : [{ index, task: toTask(rule, exceptionsOf(rule)) }],
    );
    const tasks = work.map(({ task }) => task);
    // From here on, what others load meanwhile is not looked at.
    const evidence = readSeenEvidence(file);
    const { seen } = evidence;
    await this.makeFields(tasks, seen);
    const exceptions = inForce.map(({ stored }) => stored.id);
    const recorded = { from, to, options: { respectIndex, maxFindings }, evidence, exceptions };
    const hunt = startHunt(file, { actor: this.actor(), ...recorded });
    const recorder = new HuntRecorder(file, hunt, this.entries, hooks);
    await runRules(tasks, { ...options, seen, signal: hooks.signal }, (position, run) =>
      recorder.put(work[position]?.index ?? -1, run),
    );
    const complete = await recorder.end();
    (complete ? finishHunt : interruptHunt)(file, hunt, this.actor());
    const report = this.report(hunt, seen.events, recorder, complete);
    const findings = readHunted(file, recorder.found);
    if (hooks.onFindings === undefined) return { ...report, findings: [...findings] };
    await hooks.onFindings(report, findings);
    return report;
  }

  private actor(): Actor {
    return { analyst: this.options.analyst, at: this.options.now().toISOString() };
  }

  /** In a process of its own, because it takes long and must end when the signal is given. */
  private async makeFields(tasks: readonly RuleTask[], seen: SeenEvidence): Promise<void> {
    const { signal, onProgress } = this.hooks;
    if (signal?.aborted === true || tasks.length === 0) return;
    const client = new EngineClient(this.options.casePath, seen);
    const interrupt = (): void => void client.stop("interrupted");
    signal?.addEventListener("abort", interrupt);
    try {
      await client.makeFields(tasks, (done) =>
        onProgress?.({ phase: "fields", done, total: 1, rule: "", findings: 0 }),
      );
    } catch (error) {
      if (!(error instanceof EngineStopped)) throw error;
    } finally {
      signal?.removeEventListener("abort", interrupt);
      await client.stop("done");
    }
  }

  /** Without the findings. */
  private report(
    hunt: Hunt,
    events: number,
    { rules, needs, notApplied }: HuntRecorder,
    complete: boolean,
  ): HuntReport {
    return {
      hunt: hunt.id,
      status: complete ? "complete" : "interrupted",
      events,
      rules,
      findings: [],
      gaps: telemetryGaps(needs),
      notApplied: [...notApplied].sort(),
    };
  }
}
