import { canonicalJson } from "../base/canonical-json.ts";
import { invariant } from "../base/errors.ts";
import { sha256Hex } from "../base/sha256.ts";
import type { CaseFile } from "./case-file.ts";
import { type StoredRule, readRule } from "./rules.ts";
import { ArgumentsReader } from "./event-arguments.ts";
import { type EventSummary, type FindingSummary, mergeSummaries, summariseEvents } from "./summary.ts";

/** An answer of a rule, to be kept. */
export interface Match {
  /** Ordered events; null is a missing event of a sequence. For threshold and new terms the first 100 of the group. */
  readonly events: readonly (bigint | null)[];
  /** Fields and values that join the events, or that the group shares. */
  readonly joinKeys: readonly { readonly field: string; readonly value: string | null }[];
  /** Events of the match: more than `events.length` for a large group. */
  readonly total: number;
  /** The group is what is found, not its events: more evidence makes it grow, not become another finding. */
  readonly grouped?: boolean;
  /** Exception (row) that hides it. */
  readonly suppressedBy?: number | null;
  /** No event of it is of an index the rule was written for. */
  readonly outsideIndex?: boolean;
}

export interface FindingCounts {
  /** Ids of the findings, in the order of the matches. */
  readonly findings: readonly { readonly id: number; readonly state: "new" | "unchanged" }[];
  readonly fresh: number;
  readonly unchanged: number;
  /** Findings that became `gone` by this rule's run. */
  readonly gone: number;
}

/** The hunt that stores them: its row and window. */
export interface HuntWindow {
  readonly id: number;
  readonly from: bigint | null;
  readonly to: bigint | null;
}

const CHUNK = 500;

const UPSERT = `
INSERT INTO finding (key, rule, first_hunt, last_hunt, state, time, end_time, total, join_keys, summary, outside_index, suppressed_by)
VALUES (@key, @rule, @hunt, @hunt, 'new', @time, @end, @total, @joinKeys, @summary, @outsideIndex, @suppressedBy)
ON CONFLICT (key) DO UPDATE SET
  rule = excluded.rule, last_hunt = excluded.last_hunt,
  state = iif(first_hunt = excluded.last_hunt, 'new', 'unchanged'),
  time = excluded.time, end_time = excluded.end_time, total = excluded.total, join_keys = excluded.join_keys,
  summary = excluded.summary, outside_index = excluded.outside_index, suppressed_by = excluded.suppressed_by
RETURNING id, state`;

/**
 * Stores a rule's matches as findings. One that an earlier hunt found, too, keeps its verdict, notes and steps, and is
 * `unchanged`, also when it had been gone. With `judgeGone`, findings of the rule that a hunt over a window within this
 * one produced, and this one did not, become `gone`.
 */
export function storeFindings(
  file: CaseFile,
  hunt: HuntWindow,
  rule: StoredRule,
  matches: Iterable<Match>,
  judgeGone: boolean,
): FindingCounts {
  const first = readRule(file, rule.identity);
  invariant(first !== null, `rule ${rule.identity} is not stored`);
  const identity = [first.id, first.path, first.hash];
  const findings = new Map<number, "new" | "unchanged">();
  for (const chunk of chunks(matches, CHUNK)) {
    for (const stored of storeChunk(file, hunt, rule, identity, chunk)) findings.set(stored.id, stored.state);
  }
  const list = [...findings].map(([id, state]) => ({ id, state }));
  const fresh = list.filter((finding) => finding.state === "new").length;
  const gone = judgeGone ? markGone(file, hunt, rule) : 0;
  return { findings: list, fresh, unchanged: list.length - fresh, gone };
}

function storeChunk(
  file: CaseFile,
  hunt: HuntWindow,
  rule: StoredRule,
  identity: readonly string[],
  matches: readonly Match[],
): { id: number; state: "new" | "unchanged" }[] {
  const { db } = file;
  const summaries = summariseEvents(
    file,
    matches.flatMap((match) => match.events).filter((event) => event !== null),
  );
  const upsert = db.prepare<object, { id: number; state: "new" | "unchanged" }>(UPSERT);
  const forget = db.prepare<[number]>("DELETE FROM finding_event WHERE finding = ?");
  const insert = db.prepare<[number, number, bigint | null]>(
    "INSERT INTO finding_event (finding, position, event) VALUES (?, ?, ?)",
  );
  const told = new ArgumentsReader(file);
  return matches.map((match) => {
    const events = match.events.flatMap((event) => {
      const summary = event === null ? undefined : summaries.get(event);
      return summary === undefined ? [] : [summary];
    });
    const times = events.flatMap((event) => (event.time === null ? [] : [event.time]));
    const stored = upsert.get({
      key: findingKey(identity, match),
      rule: rule.row,
      hunt: hunt.id,
      time: times[0] ?? null,
      end: times.at(-1) ?? null,
      total: match.total,
      joinKeys: JSON.stringify(match.joinKeys),
      summary: JSON.stringify(withArguments(mergeSummaries(events), match.events, summaries, told)),
      outsideIndex: match.outsideIndex === true ? 1 : 0,
      suppressedBy: match.suppressedBy ?? null,
    });
    invariant(stored !== undefined, "an upsert returns its row");
    if (stored.state === "new" || match.grouped === true) {
      forget.run(stored.id);
      match.events.forEach((event, position) => insert.run(stored.id, position, event));
    }
    return stored;
  });
}

/** The summary with the arguments of the process where the evidence has no command line. */
export function withArguments(
  summary: FindingSummary,
  events: readonly (bigint | null)[],
  summaries: ReadonlyMap<bigint, EventSummary>,
  told: ArgumentsReader,
): FindingSummary {
  if (summary.commandLine !== null) return summary;
  const event = events.find((one) => one !== null && (summaries.get(one)?.process ?? null) !== null) ?? null;
  return event === null ? summary : { ...summary, commandLine: told.lineOf(event) };
}

/**
 * Identity of a finding: the rule, and its ordered events (a missing one is `-`), or its group.
 * @param rule id, path and hash of the first version of the rule that was stored
 */
export function findingKey(rule: readonly string[], match: Match): string {
  const what =
    match.grouped === true
      ? { group: match.joinKeys.map(({ field, value }) => [field, value]) }
      : { events: match.events.map((event) => event?.toString() ?? "-") };
  return sha256Hex(canonicalJson({ rule, ...what }));
}

function markGone(file: CaseFile, hunt: HuntWindow, rule: StoredRule): number {
  return file.db
    .prepare(
      `UPDATE finding SET state = 'gone', incident = NULL
       WHERE rule IN (SELECT id FROM rule WHERE identity = @identity) AND last_hunt <> @hunt AND state <> 'gone'
         AND last_hunt IN (
           SELECT id FROM hunt
           WHERE (@from IS NULL OR from_time >= @from) AND (@to IS NULL OR to_time <= @to))`,
    )
    .run({ identity: rule.identity, hunt: hunt.id, from: hunt.from, to: hunt.to }).changes;
}

function* chunks<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let chunk: T[] = [];
  for (const item of items) {
    chunk.push(item);
    if (chunk.length === size) {
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
}
