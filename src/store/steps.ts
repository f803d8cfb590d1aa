import type { CaseFile } from "./case-file.ts";
import { type Actor, appendJournal } from "./journal.ts";
import { findingTarget, readMarks } from "./verdicts.ts";

/** `step`: the triage steps of a rule's guide; `response`: its response section. */
export type StepListName = "step" | "response";
export type StepStateName = "open" | "done" | "skipped";

/** State of one step of a finding. */
export interface StoredStep extends Actor {
  readonly list: StepListName;
  /** 1-based. */
  readonly step: number;
  readonly state: StepStateName;
  readonly note: string | null;
}

/** `detail` of a journalled `step`; `before` null: nothing had been said of it. */
export interface StepDetail {
  readonly list: StepListName;
  readonly step: number;
  readonly before: StoredStep | null;
  readonly after: StoredStep;
}

/**
 * Says how far a step of a finding is. `note` undefined keeps the note it has; an empty one removes it. The caller has
 * checked that the guide has the step.
 * @throws UserError `unknown-finding`
 */
export function setStep(
  file: CaseFile,
  actor: Actor,
  finding: number,
  list: StepListName,
  step: number,
  state: StepStateName,
  note: string | undefined,
): void {
  file.transaction(() => {
    readMarks(file, [finding]);
    const before = readStep(file, finding, list, step);
    const kept = note ?? before?.note ?? null;
    const after: StoredStep = {
      list,
      step,
      state,
      note: kept === "" ? null : kept,
      analyst: actor.analyst,
      at: actor.at,
    };
    writeStep(file, finding, after);
    const detail: StepDetail = { list, step, before, after };
    appendJournal(file, actor, { action: "step", target: findingTarget([finding]), detail: { ...detail } });
  });
}

export function readStep(file: CaseFile, finding: number, list: StepListName, step: number): StoredStep | null {
  return readSteps(file, finding).find((stored) => stored.list === list && stored.step === step) ?? null;
}

/** What was said of the steps of a finding, in their order. */
export function readSteps(file: CaseFile, finding: number): StoredStep[] {
  return file.objects<StoredStep>(
    "SELECT list, step, state, note, analyst, at FROM step_state WHERE finding = ? ORDER BY list, step",
    finding,
  );
}

export function writeStep(file: CaseFile, finding: number, step: StoredStep): void {
  file.db
    .prepare(
      `INSERT INTO step_state (finding, list, step, state, note, analyst, at)
       VALUES (@finding, @list, @step, @state, @note, @analyst, @at)
       ON CONFLICT (finding, list, step)
       DO UPDATE SET state = excluded.state, note = excluded.note, analyst = excluded.analyst, at = excluded.at`,
    )
    .run({ finding, ...step });
}

export function forgetStep(file: CaseFile, finding: number, list: StepListName, step: number): void {
  file.db.prepare("DELETE FROM step_state WHERE finding = ? AND list = ? AND step = ?").run(finding, list, step);
}
