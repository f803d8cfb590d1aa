/** Proof that the investigation in the case is what was done: findings against their rules, verdicts against the journal. */
import { Engine } from "../hunt/engine.ts";
import { exceptionsInForce } from "../hunt/rule-exceptions.ts";
import { type RuleMatch, type TaskOptions, toTask } from "../hunt/rule-task.ts";
import { runRule } from "../hunt/run-rule.ts";
import type { CaseFile } from "../store/case-file.ts";
import { countEvents } from "../store/event-counts.ts";
import { readFindingEvents, readFindings, type StoredFinding } from "../store/finding-rows.ts";
import { findingKey } from "../store/findings.ts";
import { verifyJournal } from "../store/journal.ts";
import { readRedaction } from "../store/redaction.ts";
import { WITHHELD } from "../store/redact/secrets.ts";
import { schemaProblems } from "../store/schema-check.ts";
import { readRule } from "../store/rules.ts";
import { storedRule } from "./rule-view.ts";
import { recordProblems } from "./verify-records.ts";
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
  for (const problem of schemaProblems(file)) check.add(problem);
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
  for (const problem of recordProblems(file)) check.add(problem);
  if (readRedaction(file) !== null) return check.withhold("rules are not run again where values are withheld");
  const total = countEvents(file);
  const engine = await Engine.open(file.path);
  // Expired or not: that one of them hides a finding now says that it was in force when the finding was made.
  const exceptionsOf = exceptionsInForce(file, new Date(0));
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
      const rule = storedRule(row);
      const run = runRule(engine, toTask(rule, exceptionsOf(rule)), hunt.options);
      if (run.outcome === "error") {
        check.add(`rule ${row.name} cannot be run again: ${run.reason ?? "unknown reason"}`);
        continue;
      }
      const found = new Map(run.matches.map((match) => [matchText(match.events, match.keys), match]));
      const stored = new Map(
        group.map((finding) => {
          const keys = (JSON.parse(finding.joinKeys) as { value: string | null }[]).map(({ value }) => value);
          return [matchText(events.get(finding.id) ?? [], keys), finding];
        }),
      );
      for (const [key, finding] of stored) {
        const problem = matchProblem(finding, found.get(key));
        if (problem !== null) check.add(`finding ${finding.id}: ${problem}`);
      }
      const missing = [...found.keys()].filter((key) => !stored.has(key)).length;
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

function matchProblem(finding: StoredFinding, match: RuleMatch | undefined): string | null {
  if (match === undefined) return "its rule does not give its events";
  const total = match.groupSize ?? match.events.length;
  if (finding.total !== total) return `it says it has ${finding.total} events, its rule gives ${total}`;
  if (finding.outsideIndex !== (match.outsideIndex === true))
    return "what it says of its index is not what its rule gives";
  return finding.suppressedBy !== null && match.suppressedBy === undefined ? "no exception hides it" : null;
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
