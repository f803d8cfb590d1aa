/**
 * Undo and redo of acts of triage. The journal is the history: an undo or redo appends a row that names the act. An
 * analyst takes back only what he or she did, and only where nobody has changed it since.
 */
import { assertNever } from "../base/errors.ts";
import { canonicalJson } from "../base/canonical-json.ts";
import type { CaseFile } from "./case-file.ts";
import { type ExceptionDetail, reinstate, withdraw } from "./exceptions.ts";
import { type Actor, appendJournal } from "./journal.ts";
import { type NoteDetail, setNoteDeleted } from "./notes.ts";
import { forgetStep, readStep, type StepDetail, writeStep } from "./steps.ts";
import {
  type Change,
  type MarkDetail,
  readMarks,
  readVerdicts,
  type VerdictDetail,
  writeMark,
  writeVerdict,
} from "./verdicts.ts";

const ACTS = ["verdict", "mark", "note", "step", "exception.add", "exception.delete"] as const;
type ActName = (typeof ACTS)[number];

interface Act {
  readonly id: number;
  readonly action: ActName;
  readonly target: string | null;
  readonly detail: string;
}

/** What an undo or redo did. */
export interface UndoResult {
  readonly act: number;
  readonly action: ActName;
  readonly target: string | null;
  /** Things changed back, and things left alone because somebody changed them since. */
  readonly changed: number;
  readonly left: number;
}

/** Takes back the analyst's last act that was not taken back; null when there is none. */
export function undo(file: CaseFile, actor: Actor): UndoResult | null {
  return file.transaction(() => run(file, actor, "undo", readStacks(file, actor.analyst).done.at(-1)));
}

/** Does again what the analyst's last undo took back; null when there is none, or another act came after it. */
export function redo(file: CaseFile, actor: Actor): UndoResult | null {
  return file.transaction(() => run(file, actor, "redo", readStacks(file, actor.analyst).undone.at(-1)));
}

function readStacks(file: CaseFile, analyst: string): { done: Act[]; undone: Act[] } {
  const names = [...ACTS, "undo", "redo"];
  const rows = file.db
    .prepare<[string, string], Omit<Act, "action"> & { action: ActName | "undo" | "redo" }>(
      `SELECT id, action, target, detail FROM journal
       WHERE analyst = ? AND action IN (SELECT value FROM json_each(?)) ORDER BY id`,
    )
    .all(analyst, JSON.stringify(names));
  const done: Act[] = [];
  let undone: Act[] = [];
  for (const { action, ...row } of rows) {
    if (action === "undo") move(done, undone);
    else if (action === "redo") move(undone, done);
    else {
      done.push({ ...row, action });
      undone = [];
    }
  }
  return { done, undone };
}

function move(from: Act[], to: Act[]): void {
  const act = from.pop();
  if (act !== undefined) to.push(act);
}

type Direction = "undo" | "redo";

function run(file: CaseFile, actor: Actor, direction: Direction, act: Act | undefined): UndoResult | null {
  if (act === undefined) return null;
  const { changed, left } = apply(file, act, direction);
  appendJournal(file, actor, {
    action: direction,
    target: act.target,
    detail: { act: act.id, action: act.action, changed, left },
  });
  return { act: act.id, action: act.action, target: act.target, changed, left };
}

interface Applied {
  readonly changed: number;
  readonly left: number;
}

function apply(file: CaseFile, act: Act, direction: Direction): Applied {
  const detail: unknown = JSON.parse(act.detail);
  switch (act.action) {
    case "verdict": {
      const { changes } = detail as VerdictDetail;
      return applyChanges(
        changes,
        direction,
        (ids) => readVerdicts(file, ids),
        (id, to) => writeVerdict(file, id, to),
      );
    }
    case "mark": {
      const { changes } = detail as MarkDetail;
      return applyChanges(
        changes,
        direction,
        (ids) => readMarks(file, ids),
        (id, to) => writeMark(file, id, to),
      );
    }
    case "note":
      return counted(setNoteDeleted(file, (detail as NoteDetail).note, direction === "undo"));
    case "step":
      return counted(applyStep(file, Number(act.target?.slice("finding:".length)), detail as StepDetail, direction));
    case "exception.add":
    case "exception.delete": {
      const { exception, hidden } = detail as ExceptionDetail;
      if ((act.action === "exception.add") === (direction === "undo")) withdraw(file, exception);
      else reinstate(file, exception, hidden);
      return counted(true);
    }
    default:
      return assertNever(act.action);
  }
}

function applyChanges<T>(
  changes: readonly Change<T>[],
  direction: Direction,
  read: (findings: readonly number[]) => ReadonlyMap<number, T>,
  write: (finding: number, to: T) => void,
): Applied {
  const current = read(changes.map((change) => change.finding));
  let changed = 0;
  for (const change of changes) {
    const [from, to] = direction === "undo" ? [change.after, change.before] : [change.before, change.after];
    if (canonicalJson(current.get(change.finding)) !== canonicalJson(from)) continue;
    write(change.finding, to);
    changed += 1;
  }
  return { changed, left: changes.length - changed };
}

function applyStep(file: CaseFile, finding: number, detail: StepDetail, direction: Direction): boolean {
  const { list, step } = detail;
  const [from, to] = direction === "undo" ? [detail.after, detail.before] : [detail.before, detail.after];
  if (canonicalJson(readStep(file, finding, list, step)) !== canonicalJson(from)) return false;
  if (to === null) forgetStep(file, finding, list, step);
  else writeStep(file, finding, to);
  return true;
}

function counted(changed: boolean): Applied {
  return changed ? { changed: 1, left: 0 } : { changed: 0, left: 1 };
}
