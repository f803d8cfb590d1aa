import { EXIT, UserError } from "../base/errors.ts";
import type { CaseFile } from "./case-file.ts";
import { type Actor, appendJournal } from "./journal.ts";
import { idList } from "./summary.ts";

/** A verdict as the case keeps it; `by`, `at` and `why` are null until one was given. */
export interface VerdictState {
  readonly verdict: string;
  readonly by: string | null;
  readonly at: string | null;
  readonly why: string | null;
}

/** What an act changed of one finding. */
export interface Change<T> {
  readonly finding: number;
  readonly before: T;
  readonly after: T;
}

/** `detail` of a journalled `verdict`. */
export interface VerdictDetail {
  readonly changes: readonly Change<VerdictState>[];
}

/** `detail` of a journalled `mark`. */
export interface MarkDetail {
  readonly changes: readonly Change<boolean>[];
}

/**
 * Gives findings a verdict, in one act. `why` undefined keeps the reason a finding has.
 * @throws UserError `unknown-finding`
 */
export function setVerdict(
  file: CaseFile,
  actor: Actor,
  findings: readonly number[],
  verdict: string,
  why: string | undefined,
): void {
  file.transaction(() => {
    const before = readVerdicts(file, findings);
    const changes = [...before].map(([finding, state]): Change<VerdictState> => {
      const given = verdict !== "undetermined";
      const reason = given ? (why ?? state.why) : (why ?? null);
      return {
        finding,
        before: state,
        after: { verdict, by: given ? actor.analyst : null, at: given ? actor.at : null, why: reason },
      };
    });
    for (const change of changes) writeVerdict(file, change.finding, change.after);
    const detail: VerdictDetail = { changes };
    appendJournal(file, actor, { action: "verdict", target: findingTarget([...before.keys()]), detail: { ...detail } });
  });
}

/** Verdicts of findings, in the order of `findings`, each once. */
export function readVerdicts(file: CaseFile, findings: readonly number[]): Map<number, VerdictState> {
  const rows = file.db
    .prepare<[string], VerdictState & { id: number }>(
      "SELECT id, verdict, verdict_by AS 'by', verdict_at AS 'at', verdict_why AS why FROM finding WHERE id IN (SELECT value FROM json_each(?))",
    )
    .all(idList(findings));
  const found = new Map(rows.map(({ id, ...state }): [number, VerdictState] => [id, state]));
  return inOrder(file, findings, found);
}

export function writeVerdict(file: CaseFile, finding: number, state: VerdictState): void {
  file.db
    .prepare("UPDATE finding SET verdict = ?, verdict_by = ?, verdict_at = ?, verdict_why = ? WHERE id = ?")
    .run(state.verdict, state.by, state.at, state.why, finding);
}

/**
 * Marks findings, or takes their marks away, in one act.
 * @throws UserError `unknown-finding`
 */
export function setMarked(file: CaseFile, actor: Actor, findings: readonly number[], marked: boolean): void {
  file.transaction(() => {
    const before = readMarks(file, findings);
    const changes = [...before].map(([finding, was]): Change<boolean> => ({ finding, before: was, after: marked }));
    for (const change of changes) writeMark(file, change.finding, marked);
    const detail: MarkDetail = { changes };
    appendJournal(file, actor, { action: "mark", target: findingTarget([...before.keys()]), detail: { ...detail } });
  });
}

export function readMarks(file: CaseFile, findings: readonly number[]): Map<number, boolean> {
  const rows = file.db
    .prepare<[string], { id: number; marked: number }>(
      "SELECT id, marked FROM finding WHERE id IN (SELECT value FROM json_each(?))",
    )
    .all(idList(findings));
  return inOrder(file, findings, new Map(rows.map(({ id, marked }) => [id, marked === 1])));
}

export function writeMark(file: CaseFile, finding: number, marked: boolean): void {
  file.db.prepare("UPDATE finding SET marked = ? WHERE id = ?").run(marked ? 1 : 0, finding);
}

/** `finding:12`, `finding:3,4,9`. */
export function findingTarget(findings: readonly number[]): string {
  return `finding:${findings.join(",")}`;
}

function inOrder<T>(file: CaseFile, findings: readonly number[], found: ReadonlyMap<number, T>): Map<number, T> {
  const ordered = new Map<number, T>();
  for (const id of findings) {
    const state = found.get(id);
    if (state === undefined) throw unknownFinding(file, id);
    ordered.set(id, state);
  }
  return ordered;
}

/** The error for a finding that is not there, with the numbers that are. */
export function unknownFinding(file: CaseFile, id: number): UserError {
  const range = file.db
    .prepare<[], { count: number; last: number | null }>("SELECT count(*) AS count, max(id) AS last FROM finding")
    .get();
  const hint =
    range === undefined || range.last === null
      ? "the case has no findings yet: run eqlite hunt"
      : `findings have numbers up to ${range.last}: eqlite findings lists them`;
  return new UserError("unknown-finding", `there is no finding ${id}`, { hint, exitCode: EXIT.usage });
}
