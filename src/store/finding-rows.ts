import type { CaseFile } from "./case-file.ts";

/** A finding as the case keeps it. `joinKeys` and `summary` are JSON. */
export interface StoredFinding {
  readonly id: number;
  readonly key: string;
  /** Row of the rule version that found it last. */
  readonly rule: number;
  readonly firstHunt: number;
  readonly lastHunt: number;
  readonly state: "new" | "unchanged" | "gone";
  readonly time: bigint | null;
  readonly endTime: bigint | null;
  readonly total: number;
  readonly joinKeys: string;
  readonly summary: string;
  readonly incident: number | null;
  readonly outsideIndex: boolean;
  /** Row of the exception that hides it, and its name. */
  readonly hiddenBy: number | null;
  readonly suppressedBy: string | null;
  readonly verdict: string;
  readonly verdictBy: string | null;
  readonly verdictAt: string | null;
  readonly verdictWhy: string | null;
  readonly marked: boolean;
  readonly notes: number;
  /** Steps of the guide that are done or skipped. */
  readonly stepsDone: number;
}

const SELECT = `
SELECT f.id, f.key, f.rule, f.first_hunt, f.last_hunt, f.state, f.time, f.end_time, f.total, f.join_keys, f.summary, f.incident,
  f.outside_index, x.name, f.verdict, f.verdict_by, f.verdict_at, f.verdict_why, f.marked,
  (SELECT count(*) FROM note n WHERE n.finding = f.id AND n.deleted = 0),
  (SELECT count(*) FROM step_state s WHERE s.finding = f.id AND s.list = 'step' AND s.state <> 'open'), f.suppressed_by
FROM finding f LEFT JOIN exception x ON x.id = f.suppressed_by`;

/** All findings, or those with the given ids, by time, those without a time last, then id. */
export function readFindings(file: CaseFile, ids: readonly number[] | null = null): StoredFinding[] {
  const wanted = ids === null ? "" : "WHERE f.id IN (SELECT value FROM json_each(?))";
  const sql = `${SELECT} ${wanted} ORDER BY f.time IS NULL, f.time, f.id`;
  return file.rows({ sql, parameters: ids === null ? [] : [JSON.stringify(ids)] }).map(toFinding);
}

/** The ids of all findings, in the order of `readFindings`. */
export function readFindingIds(file: CaseFile): number[] {
  return file.db.prepare<[], number>("SELECT id FROM finding ORDER BY time IS NULL, time, id").pluck().all();
}

/** One finding, or null. */
export function readFinding(file: CaseFile, id: number): StoredFinding | null {
  const row = file.rows({ sql: `${SELECT} WHERE f.id = ?`, parameters: [BigInt(id)] })[0];
  return row === undefined ? null : toFinding(row);
}

function toFinding(row: unknown[]): StoredFinding {
  const text = (index: number): string => row[index] as string;
  const maybe = (index: number): string | null => row[index] as string | null;
  const number = (index: number): number => Number(row[index]);
  return {
    id: number(0),
    key: text(1),
    rule: number(2),
    firstHunt: number(3),
    lastHunt: number(4),
    state: text(5) as StoredFinding["state"],
    time: row[6] as bigint | null,
    endTime: row[7] as bigint | null,
    total: number(8),
    joinKeys: text(9),
    summary: text(10),
    incident: row[11] === null ? null : number(11),
    outsideIndex: row[12] === 1n,
    suppressedBy: maybe(13),
    verdict: text(14),
    verdictBy: maybe(15),
    verdictAt: maybe(16),
    verdictWhy: maybe(17),
    marked: row[18] === 1n,
    notes: number(19),
    stepsDone: number(20),
    hiddenBy: row[21] === null ? null : number(21),
  };
}

/** The ordered events of findings: finding -> events; null is a missing event. */
export function readFindingEvents(file: CaseFile, findings: readonly number[]): Map<number, (number | null)[]> {
  const rows = file.objects<{ finding: number; event: number | null }>(
    "SELECT finding, event FROM finding_event WHERE finding IN (SELECT value FROM json_each(?)) ORDER BY finding, position",
    JSON.stringify(findings),
  );
  const events = new Map<number, (number | null)[]>(findings.map((finding) => [finding, []]));
  for (const { finding, event } of rows) events.get(finding)?.push(event);
  return events;
}

/** A finding with its events in their order; null is a missing event. */
export interface FindingWithEvents {
  readonly finding: StoredFinding;
  readonly events: readonly (number | null)[];
}

/** Findings that are read at a time. */
const CHUNK = 2_000;

/** All findings, or those that a version of a rule found last in one hunt, by id, some at a time: there may be millions. */
export function* readFindingChunks(
  file: CaseFile,
  of: { readonly rule: number; readonly lastHunt: number } | null = null,
): Generator<FindingWithEvents[]> {
  const where = of === null ? "" : "AND rule = @rule AND last_hunt = @lastHunt";
  const next = file.db
    .prepare<{ after: number; rule?: number; lastHunt?: number }, number>(
      `SELECT id FROM finding WHERE id > @after ${where} ORDER BY id LIMIT ${CHUNK}`,
    )
    .pluck();
  for (let after = 0; ;) {
    const ids = next.all({ after, ...of });
    if (ids.length === 0) return;
    after = ids.at(-1) ?? after;
    const events = readFindingEvents(file, ids);
    yield readFindings(file, ids)
      .sort((a, b) => a.id - b.id)
      .map((finding) => ({ finding, events: events.get(finding.id) ?? [] }));
  }
}
