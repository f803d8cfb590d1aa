/** Proof that findings are what their rules give: each rule is run again over what its hunt saw. */
import { Engine } from "../hunt/engine.ts";
import { ruleExceptions } from "../hunt/rule-exceptions.ts";
import { type RuleMatch, type RuleTask, toTask } from "../hunt/rule-task.ts";
import { runRule } from "../hunt/run-rule.ts";
import { counted } from "../base/counted.ts";
import type { CaseFile } from "../store/case-file.ts";
import { readFindingChunks, type StoredFinding } from "../store/finding-rows.ts";
import { findingKey } from "../store/findings.ts";
import { readRedaction } from "../store/redaction.ts";
import { readRule, type RuleRow } from "../store/rules.ts";
import { storedRule } from "./rule-view.ts";
import { ExceptionHistory } from "./exception-history.ts";
import { FoundMatches } from "./found-matches.ts";
import { readRecordedHunts, type RecordedHunt } from "./recorded-hunts.ts";
import { Problems } from "./verify-problems.ts";
import { findingProblems, huntProblems } from "./verify-records.ts";
import type { Check } from "./verify-types.ts";

export interface FindingsOptions {
  /** Also the rules that found nothing are run again, those of the last hunt that ended. */
  readonly allRules: boolean;
}

const FINDINGS_PER_RULE = 2_000;

/** A rule of a hunt that is run again. */
interface Rerun {
  readonly hunt: number;
  readonly rule: number;
  /** Findings that this hunt was the last to find; 0: the rule found nothing. */
  readonly findings: number;
  /** The hunt ran the rule to its end, so that everything it gives is a finding. */
  readonly ended: boolean;
}

/**
 * Each finding's key is that of its rule and events; and each rule, run again as it is recorded over the window of the
 * hunt that found last, over the evidence that this hunt saw, and with the exceptions that were in force, gives the same
 * events and hides the same findings.
 */
export async function checkFindings(
  file: CaseFile,
  onProgress: (share: number) => void,
  options: FindingsOptions = { allRules: false },
): Promise<Check> {
  const check = new Problems("findings");
  const total = file.db.prepare<[], number>("SELECT count(*) FROM finding").pluck().get() ?? 0;
  const withheld = readRedaction(file) !== null;
  const reruns = withheld ? [] : rerunsOf(file, options);
  // A rule takes about as long as looking at some thousand findings.
  const work = total + reruns.length * FINDINGS_PER_RULE;
  for (const problem of huntProblems(file)) check.add(problem);
  for (const problem of findingProblems(file, (done) => {
    check.count = done;
    onProgress(done / work);
  })) {
    check.add(problem);
  }
  const history = new ExceptionHistory(file);
  if (withheld) {
    for (const problem of history.problemsWithoutRules()) check.add(problem);
    return check.withhold("rules are not run again where values are withheld");
  }
  const left = await new Reruns(file, check, history).run(reruns, (done) =>
    onProgress((total + done * FINDINGS_PER_RULE) / work),
  );
  return left.length === 0 ? check.done() : check.skip(left.join("; "));
}

function rerunsOf(file: CaseFile, { allRules }: FindingsOptions): Rerun[] {
  const found = file.db
    .prepare<[], Omit<Rerun, "ended"> & { ended: number }>(
      `SELECT f.last_hunt AS hunt, f.rule, count(*) AS findings,
         EXISTS (SELECT 1 FROM hunt_rule l WHERE l.hunt = f.last_hunt AND l.rule = f.rule AND l.outcome = 'hit') AS ended
       FROM finding f GROUP BY 1, 2`,
    )
    .all();
  const none = file.db
    .prepare<[], Pick<Rerun, "hunt" | "rule">>(
      `SELECT hunt, rule FROM hunt_rule
       WHERE outcome = 'none' AND hunt = (SELECT max(id) FROM hunt WHERE status = 'complete')`,
    )
    .all();
  return [
    ...found.map((rerun) => ({ ...rerun, ended: rerun.ended === 1 })),
    ...(allRules ? none : []).map((rerun) => ({ ...rerun, findings: 0, ended: true })),
  ].sort((a, b) => a.hunt - b.hunt || a.rule - b.rule);
}

class Reruns {
  readonly #file: CaseFile;
  readonly #check: Problems;
  readonly #history: ExceptionHistory;
  readonly #hunts: ReadonlyMap<number, RecordedHunt>;

  constructor(file: CaseFile, check: Problems, history: ExceptionHistory) {
    this.#file = file;
    this.#check = check;
    this.#history = history;
    this.#hunts = readRecordedHunts(file);
  }

  /** Returns a sentence for each hunt of which something could not be run again. */
  async run(reruns: readonly Rerun[], onProgress: (done: number) => void): Promise<string[]> {
    const left: string[] = [];
    let done = 0;
    for (const [id, ofHunt] of Map.groupBy(reruns, ({ hunt }) => hunt)) {
      const hunt = this.#hunts.get(id);
      if (hunt === undefined) continue;
      const { seen } = hunt;
      if (typeof seen === "string") {
        left.push(notRun(id, ofHunt, seen));
        this.#checkHidden(ofHunt);
        done += ofHunt.length;
        continue;
      }
      const engine = await Engine.open(this.#file.path, seen);
      try {
        const replaced = new Map<string, Rerun[]>();
        for (const rerun of ofHunt) {
          const list = this.#rerun(engine, hunt, rerun);
          if (list !== null) replaced.set(list, [...(replaced.get(list) ?? []), rerun]);
          done += 1;
          onProgress(done);
        }
        for (const [list, those] of replaced) {
          left.push(notRun(id, those, `value list ${list} of their exceptions was imported anew since`));
          this.#checkHidden(those);
        }
      } finally {
        engine.close();
      }
    }
    return left;
  }

  /** Returns the value list because of which it cannot be done; null: it was done. */
  #rerun(engine: Engine, hunt: RecordedHunt, rerun: Rerun): string | null {
    const row = readRule(this.#file, rerun.rule);
    if (row === null) return null;
    const rule = storedRule(row);
    const inForce = this.#history.inForceAt(hunt);
    const task = toTask(rule, ruleExceptions(inForce)(rule));
    const replaced = this.#history.replacedList(hunt.id, task.exceptions);
    if (replaced !== null) return replaced;
    const run = runRule(engine, task, hunt.options);
    if (run.outcome === "error") {
      this.#check.add(`rule ${row.name} cannot be run again: ${run.reason ?? "unknown reason"}`);
      return null;
    }
    const found = new FoundMatches(run.matches);
    if (rerun.findings > 0) {
      for (const chunk of readFindingChunks(this.#file, { rule: rerun.rule, lastHunt: hunt.id })) {
        for (const { finding, events } of chunk) {
          const match = found.take(events, valuesOf(finding.joinKeys));
          const problem = matchProblem(finding, match) ?? this.#hiddenProblem(finding, match?.suppressedBy ?? null);
          if (problem !== null) this.#check.add(`finding ${finding.id}: ${problem}`);
        }
      }
    }
    const missing = rerun.ended ? this.#missing(hunt.id, row, task, run.keyFields, found) : 0;
    if (missing > 0) {
      this.#check.add(
        rerun.findings > 0
          ? `rule ${row.name}: ${missing} findings that it gives are not in the case`
          : `rule ${row.name}: hunt ${hunt.id} says that it found nothing, but it gives ${missing} findings`,
      );
    }
    return null;
  }

  /** Matches that are no findings: those which a later hunt found, too, are findings of that one. */
  #missing(hunt: number, row: RuleRow, task: RuleTask, keyFields: readonly string[], found: FoundMatches): number {
    const first = row.identity === row.row ? row : readRule(this.#file, row.identity);
    if (first === null) return 0;
    const isLater = this.#file.db
      .prepare<[string, number, number], 1>("SELECT 1 FROM finding WHERE key = ? AND first_hunt <= ? AND last_hunt > ?")
      .pluck();
    const grouped = task.type === "threshold" || task.type === "new_terms";
    let missing = 0;
    for (const { events, keys } of found.left()) {
      const match = {
        events: events.map((event) => (event === null ? null : BigInt(event))),
        joinKeys: keys.map((value, index) => ({ field: keyFields[index] ?? "", value })),
        total: 0,
        grouped,
      };
      if (isLater.get(findingKey([first.id, first.path, first.hash], match), hunt, hunt) === undefined) missing += 1;
    }
    return missing;
  }

  #hiddenProblem({ id, lastHunt, hiddenBy }: StoredFinding, atHunt: number | null | undefined): string | null {
    return this.#history.problem(id, lastHunt, hiddenBy, atHunt);
  }

  /** What the journal alone tells of findings whose rules are not run again. */
  #checkHidden(reruns: readonly Rerun[]): void {
    for (const { rule, hunt } of reruns) {
      for (const chunk of readFindingChunks(this.#file, { rule, lastHunt: hunt })) {
        for (const { finding } of chunk) {
          const problem = this.#hiddenProblem(finding, undefined);
          if (problem !== null) this.#check.add(`finding ${finding.id}: ${problem}`);
        }
      }
    }
  }
}

function notRun(hunt: number, reruns: readonly Rerun[], why: string): string {
  const findings = reruns.reduce((sum, rerun) => sum + rerun.findings, 0);
  return `hunt ${hunt}: the rules of ${counted(findings, "finding")} were not run again: ${why}`;
}

function matchProblem(finding: StoredFinding, match: RuleMatch | undefined): string | null {
  if (match === undefined) return "its rule does not give its events";
  const total = match.groupSize ?? match.events.filter((event) => event !== null).length;
  if (finding.total !== total) return `it says it has ${finding.total} events, its rule gives ${total}`;
  if (finding.outsideIndex !== (match.outsideIndex === true))
    return "what it says of its index is not what its rule gives";
  return null;
}

function valuesOf(joinKeys: string): (string | null)[] {
  return (JSON.parse(joinKeys) as { readonly value: string | null }[]).map(({ value }) => value);
}
