/** Proof that the investigation in the case is what was done: findings against their rules, verdicts against the journal. */
import { canonicalJson } from "../base/canonical-json.ts";
import { Engine } from "../hunt/engine.ts";
import { type TaskOptions, toTask } from "../hunt/rule-task.ts";
import { runRule } from "../hunt/run-rule.ts";
import type { CaseFile } from "../store/case-file.ts";
import { countEvents } from "../store/event-counts.ts";
import { readFindingEvents, readFindings } from "../store/finding-rows.ts";
import { findingKey } from "../store/findings.ts";
import { iterateJournal, verifyJournal } from "../store/journal.ts";
import { readRedaction } from "../store/redaction.ts";
import { WITHHELD } from "../store/redact/secrets.ts";
import { readRule } from "../store/rules.ts";
import { storedRule } from "./rule-view.ts";
import { Problems } from "./verify-problems.ts";
import type { Check } from "./verify-types.ts";

/** The file is a sound database. */
export function checkFile(file: CaseFile): Check {
  const check = new Problems("file");
  for (const [row] of file.rows({ sql: "PRAGMA integrity_check(20)", parameters: [] })) {
    check.count += 1;
    if (row !== "ok") check.add(`the file is damaged: ${String(row)}`);
  }
  for (const [table, id] of file.rows({ sql: "PRAGMA foreign_key_check", parameters: [] })) {
    check.add(`row ${(id as bigint).toString()} of ${table as string} refers to a row that is not there`);
  }
  return check.done();
}

/** The journal's chain is whole. */
export function checkJournal(file: CaseFile): Check {
  const check = new Problems("journal");
  const { rows, problems, withheld } = verifyJournal(file);
  check.count = rows;
  for (const problem of problems) check.add(problem);
  return withheld === 0 ? check.done() : check.withhold(`texts in ${withheld} rows; their hashes are kept`);
}

/** A recorded hunt: how it ran, and over how many events. */
interface RecordedHunt {
  readonly events: number;
  readonly options: TaskOptions;
}

function readRecordedHunts(file: CaseFile): Map<number, RecordedHunt> {
  const rows = file.rows({ sql: "SELECT id, events, from_time, to_time, options FROM hunt", parameters: [] });
  return new Map(
    rows.map((row): [number, RecordedHunt] => {
      const { respectIndex = false, maxFindings = 0 } = JSON.parse(row[4] as string) as Partial<TaskOptions>;
      const window = { from: row[2] as bigint | null, to: row[3] as bigint | null };
      return [Number(row[0]), { events: Number(row[1]), options: { ...window, respectIndex, maxFindings } }];
    }),
  );
}

/**
 * Each rule, run again as it is recorded over the window of the hunt that found last, gives the same events; and each
 * finding's key is that of its rule and events. Rules whose hunt saw other evidence cannot be compared.
 */
export async function checkFindings(file: CaseFile, onProgress: (share: number) => void): Promise<Check> {
  const check = new Problems("findings");
  const findings = readFindings(file).filter(({ state }) => state !== "gone");
  const events = readFindingEvents(
    file,
    findings.map(({ id }) => id),
  );
  const hunts = readRecordedHunts(file);
  const groups = new Map<string, typeof findings>();
  for (const finding of findings) {
    check.count += 1;
    const key = `${finding.rule} ${finding.lastHunt}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding]);
    else group.push(finding);
    const problem = keyProblem(file, finding, events.get(finding.id) ?? []);
    if (problem !== null) check.add(`finding ${finding.id}: ${problem}`);
  }
  if (readRedaction(file) !== null) return check.withhold("rules are not run again where values are withheld");
  const total = countEvents(file);
  const engine = await Engine.open(file.path);
  let unequal = 0;
  let done = 0;
  try {
    for (const group of groups.values()) {
      const [first] = group;
      const hunt = hunts.get(first?.lastHunt ?? 0);
      const row = readRule(file, first?.rule ?? 0);
      if (hunt === undefined || row === null) continue;
      if (hunt.events !== total) {
        unequal += group.length;
        continue;
      }
      const run = runRule(engine, toTask(storedRule(row)), hunt.options);
      if (run.outcome === "error") {
        check.add(`rule ${row.name} cannot be run again: ${run.reason ?? "unknown reason"}`);
        continue;
      }
      const found = new Set(run.matches.map((match) => matchText(match.events, match.keys)));
      const stored = new Map(
        group.map(({ id, joinKeys }) => {
          const keys = (JSON.parse(joinKeys) as { value: string | null }[]).map(({ value }) => value);
          return [matchText(events.get(id) ?? [], keys), id];
        }),
      );
      for (const [key, id] of stored)
        if (!found.has(key)) check.add(`finding ${id}: its rule does not give its events`);
      const missing = [...found].filter((key) => !stored.has(key)).length;
      if (missing > 0) check.add(`rule ${row.name}: ${missing} findings that it gives are not in the case`);
      done += 1;
      onProgress(done / groups.size);
    }
  } finally {
    engine.close();
  }
  return unequal === 0
    ? check.done()
    : check.skip(`${unequal} findings were not run again: evidence was added after their hunt`);
}

function matchText(events: readonly (number | null)[], keys: readonly (string | null)[]): string {
  return JSON.stringify([events, keys]);
}

function keyProblem(
  file: CaseFile,
  finding: ReturnType<typeof readFindings>[number],
  events: readonly (number | null)[],
): string | null {
  const rule = readRule(file, finding.rule);
  const first = rule === null ? null : readRule(file, rule.identity);
  if (first === null) return "its rule is not in the case";
  const joinKeys = JSON.parse(finding.joinKeys) as { field: string; value: string | null }[];
  const match = {
    events: events.map((event) => (event === null ? null : BigInt(event))),
    joinKeys,
    total: finding.total,
  };
  const identity = [first.id, first.path, first.hash];
  const keys = [findingKey(identity, match), findingKey(identity, { ...match, grouped: true })];
  if (keys.includes(finding.key)) return null;
  // A group is named by its values: where one is withheld, so is what the key was made of.
  return joinKeys.some(({ value }) => value?.includes(WITHHELD) === true) || first.path.includes(WITHHELD)
    ? null
    : "its key is not that of its rule and events";
}

interface Told {
  readonly verdicts: Map<number, unknown>;
  readonly notes: Map<number, { text: string; deleted: boolean }>;
  readonly steps: Map<string, unknown>;
}

/** Verdicts, notes and steps are those that the journal tells of, undone ones taken back. */
export function checkActs(file: CaseFile): Check {
  const check = new Problems("acts");
  const told = replay(file);
  const untouched = { verdict: "undetermined", by: null, at: null, why: null };
  for (const finding of readFindings(file)) {
    check.count += 1;
    const { verdict, verdictBy: by, verdictAt: at, verdictWhy: why } = finding;
    if (!same({ verdict, by, at, why }, told.verdicts.get(finding.id) ?? untouched)) {
      check.add(`finding ${finding.id}: the journal does not tell of its verdict`);
    }
  }
  const notes = file.db.prepare<[], { id: number; text: string; deleted: number }>(
    "SELECT id, text, deleted FROM note",
  );
  for (const { id, text, deleted } of notes.iterate()) {
    check.count += 1;
    const known = told.notes.get(id);
    if (known?.text !== text || known.deleted !== (deleted === 1)) check.add(`note ${id} is not what the journal says`);
    told.notes.delete(id);
  }
  for (const id of told.notes.keys()) check.add(`note ${id} is gone, but the journal tells of it`);
  const steps = file.db.prepare<[], { finding: number; list: string; step: number }>(
    "SELECT finding, list, step, state, note, analyst, at FROM step_state",
  );
  for (const { finding, ...step } of steps.iterate()) {
    check.count += 1;
    const key = `${finding} ${step.list} ${step.step}`;
    if (!same(told.steps.get(key) ?? null, step))
      check.add(`step ${step.step} of finding ${finding} is not what the journal says`);
    told.steps.delete(key);
  }
  for (const [key, state] of told.steps)
    if (state !== null) check.add(`step ${key} is gone, but the journal tells of it`);
  return check.done();
}

interface Act {
  readonly action: string;
  readonly target: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

function replay(file: CaseFile): Told {
  const told: Told = { verdicts: new Map(), notes: new Map(), steps: new Map() };
  const acts = new Map<number, Act>();
  for (const { id, action, target, detail } of iterateJournal(file)) {
    const act = { action, target, detail };
    if (action === "undo" || action === "redo") {
      const known = acts.get(Number(detail["act"]));
      if (known !== undefined) tell(told, known, action);
    } else {
      acts.set(id, act);
      tell(told, act, "redo");
    }
  }
  return told;
}

function tell(told: Told, { action, target, detail }: Act, direction: "undo" | "redo"): void {
  const [from, to] = direction === "redo" ? (["before", "after"] as const) : (["after", "before"] as const);
  if (action === "verdict") {
    for (const change of detail["changes"] as { finding: number; before: unknown; after: unknown }[]) {
      const current = told.verdicts.get(change.finding) ?? change.before;
      if (same(current, change[from])) told.verdicts.set(change.finding, change[to]);
    }
  } else if (action === "note") {
    told.notes.set(Number(detail["note"]), { text: String(detail["text"]), deleted: direction === "undo" });
  } else if (action === "step") {
    const key = `${target?.slice("finding:".length) ?? ""} ${String(detail["list"])} ${String(detail["step"])}`;
    if (same(told.steps.get(key) ?? null, detail[from])) told.steps.set(key, detail[to]);
  }
}

function same(a: unknown, b: unknown): boolean {
  return canonicalJson(a) === canonicalJson(b);
}
