/**
 * The investigation side of a case: findings, verdicts, notes, steps, hunts, journal. Everything here is a short read or
 * write of the case file; what searches events is in the files beside it.
 */
import { EXIT, UserError } from "../base/errors.ts";
import type { Rule, Step } from "../rules/rule.ts";
import { type CaseFile, openCase } from "../store/case-file.ts";
import { readFinding, readFindings } from "../store/finding-rows.ts";
import { huntTotals, readHunts, readLedger } from "../store/hunts.ts";
import { type Actor, readJournal } from "../store/journal.ts";
import { addNote, readNotes } from "../store/notes.ts";
import { readRule } from "../store/rules.ts";
import { readSteps, setStep, type StoredStep } from "../store/steps.ts";
import { redo, undo, type UndoResult } from "../store/undo.ts";
import { setMarked, setVerdict, unknownFinding } from "../store/verdicts.ts";
import { toFindingRow } from "./finding-row.ts";
import { storedRule } from "./rule-view.ts";
import type {
  FindingRow,
  HuntView,
  JournalRow,
  LedgerRow,
  NoteView,
  StepList,
  StepState,
  StepView,
  Verdict,
} from "./types.ts";

/** A step as the guide has it and as far as the analyst came, without its pivots. */
export type StepProgress = Omit<StepView, "pivots"> & { readonly step: Step };

export interface CaseBookOptions {
  readonly readonly: boolean;
  readonly analyst: string;
  readonly now: () => Date;
}

export class CaseBook {
  readonly file: CaseFile;
  readonly analyst: string;
  readonly #now: () => Date;
  readonly #rules = new Map<number, Rule>();

  constructor(file: CaseFile, options: CaseBookOptions) {
    this.file = file;
    this.analyst = options.analyst;
    this.#now = options.now;
  }

  /** Opens the case for triage. @throws UserError see `openCase` */
  static async open(path: string, options: CaseBookOptions): Promise<CaseBook> {
    return new CaseBook(await openCase(path, options.readonly ? "read" : "write"), options);
  }

  /** Who acts now. @throws UserError `read-only` */
  actor(): Actor {
    if (this.file.readonly) {
      throw new UserError("read-only", "the case is open read-only", {
        hint: "open it without --readonly to change it",
      });
    }
    return { analyst: this.analyst, at: this.#now().toISOString() };
  }

  now(): Date {
    return this.#now();
  }

  /** All findings by time, then id; those that an exception hides only when asked. */
  findings(options: { readonly suppressed?: boolean } = {}): FindingRow[] {
    return readFindings(this.file)
      .filter((stored) => options.suppressed === true || stored.suppressedBy === null)
      .map((stored) => toFindingRow(stored, this.rule(stored.rule)));
  }

  /** @throws UserError `unknown-finding` */
  finding(id: number): FindingRow {
    const stored = this.stored(id);
    return toFindingRow(stored, this.rule(stored.rule));
  }

  /** @throws UserError `unknown-finding` */
  stored(id: number): NonNullable<ReturnType<typeof readFinding>> {
    const stored = Number.isSafeInteger(id) ? readFinding(this.file, id) : null;
    if (stored === null) throw unknownFinding(this.file, id);
    return stored;
  }

  /** The rule version that found a finding last. */
  ruleOf(finding: number): Rule {
    return this.rule(this.stored(finding).rule);
  }

  /** A stored rule by its row. */
  rule(row: number): Rule {
    const known = this.#rules.get(row);
    if (known !== undefined) return known;
    const stored = readRule(this.file, row);
    if (stored === null) throw new UserError("case-damaged", `the case has no rule ${row}, but a finding names it`);
    const rule = storedRule(stored);
    this.#rules.set(row, rule);
    return rule;
  }

  setVerdict(findings: readonly number[], verdict: Verdict, why?: string): void {
    setVerdict(this.file, this.actor(), findings, verdict, why);
  }

  setMarked(findings: readonly number[], marked: boolean): void {
    setMarked(this.file, this.actor(), findings, marked);
  }

  addNote(finding: number, text: string): void {
    addNote(this.file, this.actor(), finding, text);
  }

  notes(finding: number): NoteView[] {
    return readNotes(this.file, finding).map(({ id, text, analyst, at }) => ({ id, text, analyst, at }));
  }

  /** @throws UserError `unknown-step` when the guide has no such step */
  setStep(finding: number, list: StepList, step: number, state: StepState, note?: string): void {
    const actor = this.actor();
    const steps = this.steps(finding, list);
    if (!steps.some((known) => known.number === step)) {
      const what = list === "step" ? "triage steps" : "response steps";
      throw new UserError("unknown-step", `the guide of finding ${finding} has no step ${step}`, {
        hint: steps.length === 0 ? `its rule has no ${what}` : `it has ${what} 1 to ${steps.length}`,
        exitCode: EXIT.usage,
      });
    }
    setStep(this.file, actor, finding, list, step, state, note);
  }

  /** The steps of the guide of a finding's rule, with their states. */
  steps(finding: number, list: StepList): StepProgress[] {
    return this.stepsOf(finding, this.ruleOf(finding), list);
  }

  /** As `steps`, for who has the rule of the finding. */
  stepsOf(finding: number, { guide }: Rule, list: StepList): StepProgress[] {
    const steps = list === "step" ? guide.triage : guide.response;
    if (steps.length === 0) return [];
    const said = new Map(
      readSteps(this.file, finding)
        .filter((stored) => stored.list === list)
        .map((stored): [number, StoredStep] => [stored.step, stored]),
    );
    return steps.map((step) => {
      const state = said.get(step.number);
      return {
        list,
        number: step.number,
        text: step.text,
        level: 0,
        details: step.children,
        state: state?.state ?? "open",
        note: state?.note ?? null,
        analyst: state?.analyst ?? null,
        at: state?.at ?? null,
        step,
      };
    });
  }

  /** Takes back the analyst's last act; null when there is none. */
  undo(): UndoResult | null {
    return undo(this.file, this.actor());
  }

  redo(): UndoResult | null {
    return redo(this.file, this.actor());
  }

  hunts(): HuntView[] {
    return readHunts(this.file).map(({ id, startedAt, finishedAt, status, analyst, events }) => ({
      id,
      startedAt,
      finishedAt,
      status,
      analyst,
      events,
      ...huntTotals(this.file, id),
    }));
  }

  /** The ledger of a hunt, the last one unless another is named. @throws UserError `unknown-hunt` */
  ledger(hunt?: number): LedgerRow[] {
    const hunts = readHunts(this.file);
    const wanted = hunt ?? hunts[0]?.id;
    if (wanted === undefined) return [];
    if (!hunts.some(({ id }) => id === wanted)) {
      throw new UserError("unknown-hunt", `there is no hunt ${wanted}`, {
        hint: hunts.length === 0 ? "the case was not hunted yet: run eqlite hunt" : "eqlite hunts lists them",
        exitCode: EXIT.usage,
      });
    }
    return readLedger(this.file, wanted).map(({ ruleId, name, outcome, reason, findings, ms }) => ({
      ruleId,
      name,
      outcome,
      reason,
      findings,
      ms,
    }));
  }

  /** The last acts, newest first. */
  journal(limit: number): JournalRow[] {
    return readJournal(this.file, limit).map(({ id, at, analyst, action, target, detail }) => ({
      id,
      at,
      analyst,
      action,
      target,
      detail,
    }));
  }

  close(): void {
    this.file.close();
  }
}

/** One sentence that says what an undo or redo did. */
export function undoText(direction: "undo" | "redo", result: UndoResult): string {
  const what = result.target === null ? result.action : `${result.action} of ${result.target.replace(":", " ")}`;
  const left = result.left === 0 ? "" : ` (${result.left} left alone: changed since)`;
  return `${direction === "undo" ? "took back" : "did again"}: ${what}${left}`;
}
