/** Proof that what the analysts did is what the journal tells of. */
import { canonicalJson } from "../base/canonical-json.ts";
import type { CaseFile } from "../store/case-file.ts";
import { exceptionDigest } from "../store/exceptions.ts";
import { type Actor, iterateJournal } from "../store/journal.ts";
import { readRedaction } from "../store/redaction.ts";
import { valueListDigests } from "../store/value-lists.ts";
import { Problems } from "./verify-problems.ts";
import type { Check } from "./verify-types.ts";

/** A finding as analysts left it. */
interface JudgedFinding {
  readonly id: number;
  readonly verdict: string;
  readonly by: string | null;
  readonly at: string | null;
  readonly why: string | null;
  readonly marked: number;
}

function isUntouched({ verdict, by, at, why }: Omit<JudgedFinding, "id" | "marked">): boolean {
  return verdict === "undetermined" && by === null && at === null && why === null;
}

interface Told {
  readonly verdicts: Map<number, unknown>;
  readonly notes: Map<number, unknown>;
  readonly marks: Map<number, boolean>;
  readonly exceptions: Map<number, unknown>;
  readonly steps: Map<string, unknown>;
  /** Digests of value lists; null where the row that tells of one has none. */
  readonly lists: Map<string, string | null>;
}

/** Verdicts, marks, notes, steps, exceptions and value lists are those that the journal tells of, undone ones taken back. */
export function checkActs(file: CaseFile): Check {
  const check = new Problems("acts");
  const told = replay(file);
  const findings = file.db.prepare<[], JudgedFinding>(
    `SELECT id, verdict, verdict_by AS "by", verdict_at AS "at", verdict_why AS why, marked FROM finding ORDER BY id`,
  );
  for (const { id, marked, ...verdict } of findings.iterate()) {
    check.count += 1;
    const known = told.verdicts.get(id);
    if (known === undefined ? !isUntouched(verdict) : !same(verdict, known)) {
      check.add(`finding ${id}: the journal does not tell of its verdict`);
    }
    if (marked !== (told.marks.get(id) === true ? 1 : 0)) {
      check.add(`finding ${id}: the journal does not tell of its mark`);
    }
  }
  const notes = file.db.prepare<[], { id: number; deleted: number }>(
    "SELECT id, finding, text, analyst, at, deleted FROM note",
  );
  for (const { id, deleted, ...note } of notes.iterate()) {
    check.count += 1;
    if (!same(told.notes.get(id), { ...note, deleted: deleted === 1 })) {
      check.add(`note ${id} is not what the journal says`);
    }
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
  checkExceptions(file, told, check);
  checkValueLists(file, told, check);
  return check.done();
}

function checkExceptions(file: CaseFile, told: Told, check: Problems): void {
  const rows = file.db.prepare<[], ExceptionRow>(
    `SELECT id, item_id AS itemId, name, document, scope, analyst, at, expires_at AS expiresAt, deleted FROM exception`,
  );
  for (const { id, deleted, ...row } of rows.iterate()) {
    check.count += 1;
    const { name, analyst, at } = row;
    const found = { name, analyst, at, deleted: deleted === 1, digest: exceptionDigest(row) };
    const known = told.exceptions.get(id) as Partial<typeof found> | undefined;
    // Cases of older versions do not tell of the document.
    if (!same(known, known?.digest === undefined ? { ...found, digest: undefined } : found)) {
      check.add(`exception ${id} is not what the journal says`);
    }
    told.exceptions.delete(id);
  }
  for (const id of told.exceptions.keys()) check.add(`exception ${id} is gone, but the journal tells of it`);
}

/** What exceptions refer to. A redacted copy has none. */
function checkValueLists(file: CaseFile, told: Told, check: Problems): void {
  if (readRedaction(file) !== null) return;
  for (const { id, digest } of valueListDigests(file)) {
    check.count += 1;
    const known = told.lists.get(id);
    // Cases of older versions do not tell of the values.
    if (known !== null && known !== digest) check.add(`value list ${id} is not what the journal says`);
    told.lists.delete(id);
  }
  for (const id of told.lists.keys()) check.add(`value list ${id} is gone, but the journal tells of it`);
}

interface ExceptionRow {
  readonly id: number;
  readonly itemId: string;
  readonly name: string;
  readonly document: string;
  readonly scope: string;
  readonly analyst: string;
  readonly at: string;
  readonly expiresAt: string | null;
  readonly deleted: number;
}

interface Act extends Actor {
  readonly action: string;
  readonly target: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

function replay(file: CaseFile): Told {
  const told: Told = {
    verdicts: new Map(),
    notes: new Map(),
    steps: new Map(),
    marks: new Map(),
    exceptions: new Map(),
    lists: new Map(),
  };
  const acts = new Map<number, Act>();
  for (const { id, action, target, detail, analyst, at } of iterateJournal(file)) {
    const act = { action, target, detail, analyst, at };
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

function tell(told: Told, { action, target, detail, analyst, at }: Act, direction: "undo" | "redo"): void {
  const [from, to] = direction === "redo" ? (["before", "after"] as const) : (["after", "before"] as const);
  if (action === "verdict") {
    for (const change of detail["changes"] as { finding: number; before: unknown; after: unknown }[]) {
      const current = told.verdicts.get(change.finding) ?? change.before;
      if (same(current, change[from])) told.verdicts.set(change.finding, change[to]);
    }
  } else if (action === "note") {
    const finding = Number(target?.slice("finding:".length));
    const note = { finding, text: String(detail["text"]), analyst, at, deleted: direction === "undo" };
    told.notes.set(Number(detail["note"]), note);
  } else if (action === "mark") {
    for (const change of detail["changes"] as { finding: number; before: boolean; after: boolean }[]) {
      const current = told.marks.get(change.finding) ?? change.before;
      if (current === change[from]) told.marks.set(change.finding, change[to]);
    }
  } else if (action === "exception.add" || action === "exception.delete") {
    const id = Number(detail["exception"]);
    const deleted = (action === "exception.add") === (direction === "undo");
    const added =
      action === "exception.add"
        ? { name: detail["name"], analyst, at, digest: detail["digest"] }
        : told.exceptions.get(id);
    told.exceptions.set(id, { ...(added as object | undefined), deleted });
  } else if (action === "value-list.import") {
    const { digest } = detail;
    told.lists.set(String(detail["list"]), typeof digest === "string" ? digest : null);
  } else if (action === "step") {
    const key = `${target?.slice("finding:".length) ?? ""} ${String(detail["list"])} ${String(detail["step"])}`;
    if (same(told.steps.get(key) ?? null, detail[from])) told.steps.set(key, detail[to]);
  }
}

function same(a: unknown, b: unknown): boolean {
  return canonicalJson(a) === canonicalJson(b);
}
