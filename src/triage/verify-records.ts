import { ArgumentsReader } from "../store/event-arguments.ts";
import type { CaseFile } from "../store/case-file.ts";
import { type FindingWithEvents, readFindingChunks, type StoredFinding } from "../store/finding-rows.ts";
import { withArguments } from "../store/findings.ts";
import { incidents } from "../store/incidents.ts";
import { iterateJournal } from "../store/journal.ts";
import { huntDigest } from "../store/record-digests.ts";
import { readRedaction } from "../store/redaction.ts";
import { mergeSummaries, summariseEvents } from "../store/summary.ts";
import { KeyCheck } from "./verify-keys.ts";

/** Hunts, their ledger and rules are what they were when they ended; no finding was taken away, and none is in parts. */
export function* huntProblems(file: CaseFile): Generator<string> {
  yield* digestProblems(file);
  yield* takenAway(file);
  yield* rowProblems(file);
}

/**
 * What findings say of themselves and is not so: the key, the times, the summary, the incident and the state of each.
 * @param onProgress gets how many were looked at
 */
export function* findingProblems(file: CaseFile, onProgress: (done: number) => void): Generator<string> {
  const keys = new KeyCheck(file);
  const incidentOf = incidents(file);
  const isGone = goneProblems(file);
  let done = 0;
  for (const chunk of readFindingChunks(file)) {
    const times = timesProblems(file, chunk);
    for (const { finding, events } of chunk) {
      const { id, incident } = finding;
      const problems = [
        keys.problem(finding, events),
        times.get(id) ?? (incident === incidentOf(id) ? null : "it is of another incident"),
        stateProblem(finding, isGone),
      ];
      for (const problem of problems) if (problem !== null) yield `finding ${id}: ${problem}`;
    }
    done += chunk.length;
    onProgress(done);
  }
}

function* digestProblems(file: CaseFile): Generator<string> {
  const told = new Map<number, unknown>();
  for (const { action, target, detail } of iterateJournal(file)) {
    const id = Number(target?.slice("hunt:".length));
    if (action === "hunt.start") told.set(id, null);
    if (action === "hunt.finish" || action === "hunt.interrupt") told.set(id, detail["digest"]);
  }
  const masked = readRedaction(file) !== null;
  for (const id of file.db.prepare<[], number>("SELECT id FROM hunt ORDER BY id").pluck().all()) {
    const digest = told.get(id);
    if (!told.has(id)) yield `the journal does not tell of hunt ${id}`;
    else if (typeof digest === "string" && !masked && huntDigest(file, id) !== digest) {
      yield `hunt ${id}: it, its ledger or its rules are not what they were when it ended`;
    }
    told.delete(id);
  }
  for (const id of told.keys()) yield `hunt ${id} is gone, but the journal tells of it`;
}

/** A hunt counted what it found for the first time. */
function* takenAway(file: CaseFile): Generator<string> {
  const rows = file.db.prepare<[], { hunt: number; name: string; fresh: number; found: number }>(
    `SELECT l.hunt, r.name, l.fresh, (
       SELECT count(*) FROM finding f JOIN rule v ON v.id = f.rule WHERE f.first_hunt = l.hunt AND v.identity = r.identity
     ) AS found
     FROM hunt_rule l JOIN rule r ON r.id = l.rule WHERE l.fresh > 0`,
  );
  for (const { hunt, name, fresh, found } of rows.iterate()) {
    if (found !== fresh) yield `rule ${name}: hunt ${hunt} found ${fresh} new findings, ${found} are in the case`;
  }
}

function* rowProblems(file: CaseFile): Generator<string> {
  const gaps = file.db
    .prepare<[], number>(
      `SELECT finding FROM finding_event GROUP BY finding HAVING min(position) <> 0 OR max(position) <> count(*) - 1`,
    )
    .pluck();
  for (const finding of gaps.iterate()) yield `finding ${finding}: its events are not numbered one after another`;
  const hidden = file.db
    .prepare<[], number>(
      `SELECT id FROM finding WHERE suppressed_by IS NOT NULL AND suppressed_by NOT IN (SELECT id FROM exception WHERE deleted = 0) ORDER BY id`,
    )
    .pluck();
  for (const finding of hidden.iterate()) yield `finding ${finding}: the exception that hides it is not there`;
  const unused = file.db
    .prepare<[], number>(
      `SELECT id FROM rule WHERE id NOT IN (SELECT rule FROM hunt_rule) AND id NOT IN (SELECT rule FROM finding) ORDER BY id`,
    )
    .pluck();
  for (const rule of unused.iterate()) yield `rule ${rule} is of no hunt and no finding`;
}

function timesProblems(file: CaseFile, chunk: readonly FindingWithEvents[]): Map<number, string> {
  const problems = new Map<number, string>();
  const told = new ArgumentsReader(file);
  const known = chunk.flatMap(({ events }) => events.flatMap((event) => (event === null ? [] : [BigInt(event)])));
  const summaries = summariseEvents(file, known);
  for (const { finding, events } of chunk) {
    const ids = events.map((event) => (event === null ? null : BigInt(event)));
    const parts = ids.flatMap((event) => (event === null ? [] : (summaries.get(event) ?? [])));
    const times = parts.flatMap(({ time }) => (time === null ? [] : [time]));
    if (finding.time !== (times[0] ?? null) || finding.endTime !== (times.at(-1) ?? null)) {
      problems.set(finding.id, "its times are not those of its events");
      continue;
    }
    const summary = withArguments(mergeSummaries(parts), ids, summaries, told);
    if (finding.summary !== JSON.stringify(summary)) {
      problems.set(finding.id, "its summary is not that of its events");
    }
  }
  return problems;
}

function stateProblem(finding: StoredFinding, goneProblem: (finding: StoredFinding) => string | null): string | null {
  const { state, firstHunt, lastHunt } = finding;
  if (lastHunt < firstHunt) return "it was found last before it was found first";
  if (state === "gone") return goneProblem(finding);
  return state === (firstHunt === lastHunt ? "new" : "unchanged") ? null : `it is not ${state}`;
}

/** A finding that is gone was looked for by a later hunt. */
function goneProblems(file: CaseFile): (finding: StoredFinding) => string | null {
  const last = new Map<number, number>();
  const select = file.db
    .prepare<[number], number>(
      `SELECT ifnull(max(l.hunt), 0) FROM hunt_rule l JOIN rule r ON r.id = l.rule
       WHERE r.identity = (SELECT identity FROM rule WHERE id = ?)`,
    )
    .pluck();
  return ({ rule, lastHunt }) => {
    const hunt = last.get(rule) ?? select.get(rule) ?? 0;
    last.set(rule, hunt);
    return hunt > lastHunt ? null : "it is gone, but no later hunt looked for it";
  };
}
