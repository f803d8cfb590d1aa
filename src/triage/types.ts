/**
 * What the triage offers to its users, the terminal UI and the command line: view models (plain data, already decoded,
 * NOT yet made safe for a terminal: every text may be written by an attacker) and the service that serves them.
 * Event times are bigint nanoseconds since 1970 UTC, null when unknown. Other times are ISO 8601 text in UTC.
 */
import type { Severity } from "../rules/rule.ts";

export const VERDICTS = ["undetermined", "true_positive", "false_positive", "benign_positive", "duplicate"] as const;
export type Verdict = (typeof VERDICTS)[number];

export const OUTCOMES = ["hit", "none", "blind", "unsupported", "error", "skipped"] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const STEP_STATES = ["open", "done", "skipped"] as const;
export type StepState = (typeof STEP_STATES)[number];
/** A rule's guide has steps; its response section is a second list that can be ticked, too. */
export type StepList = "step" | "response";

export interface TechniqueRef {
  readonly tacticId: string;
  readonly tactic: string;
  /** `T1059` or `T1059.004`; null where the rule names only the tactic. */
  readonly techniqueId: string | null;
  readonly technique: string | null;
}

/** A line of the findings list. */
export interface FindingRow {
  readonly id: number;
  readonly ruleId: string;
  readonly ruleName: string;
  readonly severity: Severity;
  readonly riskScore: number;
  readonly tactics: readonly string[];
  readonly time: bigint | null;
  readonly endTime: bigint | null;
  readonly events: number;
  readonly host: string | null;
  readonly container: string | null;
  readonly user: string | null;
  readonly process: string | null;
  readonly commandLine: string | null;
  readonly destination: string | null;
  readonly entity: string | null;
  readonly incident: number | null;
  readonly state: "new" | "unchanged" | "gone";
  readonly verdict: Verdict;
  readonly verdictBy: string | null;
  readonly verdictAt: string | null;
  readonly verdictWhy: string | null;
  readonly marked: boolean;
  readonly suppressedBy: string | null;
  readonly outsideIndex: boolean;
  readonly notes: number;
  readonly stepsDone: number;
  readonly steps: number;
}

/** One leaf of a condition that held, and on which value: `process.name : "nc"` held on `NC`. */
export interface MatchedLeaf {
  readonly text: string;
  readonly field: string | null;
  readonly values: readonly string[];
}

/** An event of a finding. `missing` events of a sequence have no event. */
export interface FindingEvent {
  readonly position: number;
  readonly stage: number;
  readonly missing: boolean;
  readonly event: EventRow | null;
  readonly matched: readonly MatchedLeaf[];
}

/** An event as a line of a table: the asked columns, in order. Lists are joined by the renderer. */
export interface EventRow {
  readonly id: number;
  readonly time: bigint | null;
  readonly source: string;
  readonly line: number;
  readonly values: Readonly<Record<string, readonly string[]>>;
}

export interface StepView {
  readonly list: StepList;
  /** 1-based. */
  readonly number: number;
  readonly text: string;
  readonly level: number;
  /** Items below the step, in order; `level` is 1 for the first level below it, `code` a block of code. */
  readonly details: readonly { readonly level: number; readonly text: string; readonly code: boolean }[];
  readonly state: StepState;
  readonly note: string | null;
  readonly analyst: string | null;
  readonly at: string | null;
  readonly pivots: readonly Pivot[];
}

/** A query derived from a finding, a field or a step. */
export interface Pivot {
  readonly id: string;
  readonly label: string;
  /** EQL text with the finding's values filled in; null where it cannot be asked of this evidence. */
  readonly query: string | null;
  /** Why it cannot be asked (`no event has dns.question.name`). */
  readonly unavailable: string | null;
  readonly from: bigint | null;
  readonly to: bigint | null;
  /** `events` opens a table, `tree` the process tree, `timeline` the timeline, `rarity` counts of a value. */
  readonly opens: "events" | "tree" | "timeline";
  readonly entity: string | null;
}

/** How many results a pivot has, or at least has: counting stops at 10,000 (`10,000+`), and before a slow pass (`0+`). */
export interface PivotCount {
  readonly count: number;
  readonly capped: boolean;
}

export interface NoteView {
  readonly id: number;
  readonly text: string;
  readonly analyst: string;
  readonly at: string;
}

export interface RuleView {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly severity: Severity;
  readonly riskScore: number;
  readonly language: string;
  readonly query: string;
  readonly author: string;
  readonly license: string;
  readonly version: string;
  readonly path: string;
  readonly hash: string;
  readonly tags: readonly string[];
  readonly references: readonly string[];
  readonly attack: readonly TechniqueRef[];
  readonly upstream: string | null;
}

export interface FindingDetail {
  readonly row: FindingRow;
  readonly rule: RuleView;
  readonly joinKeys: readonly { readonly field: string; readonly value: string | null }[];
  readonly events: readonly FindingEvent[];
  readonly steps: readonly StepView[];
  readonly responses: readonly StepView[];
  readonly falsePositives: readonly string[];
  readonly notes: readonly NoteView[];
  /** Pivots that belong to the finding itself, not to a step. */
  readonly pivots: readonly Pivot[];
}

export interface EventPage {
  readonly rows: readonly EventRow[];
  /** Place of the first of them in the whole answer, from 0. */
  readonly start: number;
  /** How many events the whole answer has; null where that is not counted yet. */
  readonly total: number | null;
  readonly columns: readonly string[];
}

/**
 * Where a page of an answer is. Pages begin at multiples of their size. Paging is by key: the next page is what comes after
 * the last event of the one before it, the page before what comes before the first; the others are looked for.
 */
export type PagePlace =
  | { readonly kind: "first" }
  | { readonly kind: "last" }
  | { readonly kind: "after" | "before"; readonly event: number; readonly start: number }
  /** The page with the first event at or after a time, else the last one. */
  | { readonly kind: "time"; readonly time: bigint };

/** A page that was looked for, and the place of what was looked for in the whole answer. */
export interface FoundPage {
  readonly page: EventPage;
  readonly place: number;
  /** Events with the text, counted up to 10,000. */
  readonly hits: number;
}

export interface TreeNode {
  readonly entity: string;
  readonly name: string | null;
  readonly executable: string | null;
  readonly commandLine: string | null;
  readonly user: string | null;
  readonly pid: string | null;
  readonly start: bigint | null;
  readonly end: bigint | null;
  readonly exitCode: string | null;
  readonly startEvent: number | null;
  readonly network: number;
  readonly files: number;
  readonly other: number;
  readonly findings: readonly number[];
  readonly children: readonly TreeNode[];
  /** More children exist than are listed. */
  readonly hiddenChildren: number;
  /** True for the entity that was asked for. */
  readonly focus: boolean;
}

export interface TimelineEntry {
  readonly time: bigint | null;
  readonly kind: "event" | "finding" | "gap";
  readonly event: EventRow | null;
  readonly finding: FindingRow | null;
  /** Length of a gap, nanoseconds. */
  readonly gapNs: bigint | null;
  readonly text: string;
}

export interface Histogram {
  readonly from: bigint;
  readonly to: bigint;
  /** Counts per equal bucket between from and to. */
  readonly counts: readonly number[];
}

export interface Overview {
  readonly casePath: string;
  /** What this copy of the case withholds, as a sentence; null when it is complete. */
  readonly withheld: string | null;
  readonly events: number;
  readonly untimed: number;
  readonly sources: readonly {
    readonly path: string;
    readonly sha256: string | null;
    readonly events: number;
    readonly rejected: number;
    readonly duplicates: number;
    readonly status: string;
  }[];
  readonly hosts: readonly { readonly name: string; readonly events: number; readonly findings: number }[];
  readonly histogram: Histogram | null;
  readonly hunt: {
    readonly id: number;
    readonly at: string;
    readonly rules: number;
    readonly outcomes: Readonly<Record<Outcome, number>>;
  } | null;
  readonly tactics: readonly { readonly id: string; readonly name: string; readonly findings: number }[];
  readonly verdicts: Readonly<Record<Verdict, number>>;
  readonly findings: number;
  readonly suppressed: number;
  readonly stepsDone: number;
  readonly steps: number;
}

export interface LedgerRow {
  readonly ruleId: string;
  readonly name: string;
  readonly outcome: Outcome;
  readonly reason: string | null;
  readonly findings: number;
  readonly ms: number;
}

export interface HuntView {
  readonly id: number;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly status: string;
  readonly analyst: string | null;
  readonly events: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly fresh: number;
  readonly unchanged: number;
  readonly gone: number;
}

export interface JournalRow {
  readonly id: number;
  readonly at: string;
  readonly analyst: string;
  readonly action: string;
  readonly target: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface ExceptionView {
  readonly id: number;
  readonly name: string;
  readonly condition: string;
  /** Ids of the rules it holds for; none: all, or, of an item of a list, none here. */
  readonly rules: readonly string[];
  /** 1-based stage of a sequence that it holds for; null: all. */
  readonly stage: number | null;
  /** Elastic's list that it is of; null: made here. */
  readonly list: string | null;
  /** Operating systems it is limited to; none: all. */
  readonly osTypes: readonly string[];
  readonly comments: readonly { readonly comment: string; readonly by: string | null; readonly at: string | null }[];
  readonly analyst: string;
  readonly at: string;
  readonly expiresAt: string | null;
  readonly hides: number;
  /** Why it does nothing: it has expired, a value list is missing, no rule refers to its list; null: it is in force. */
  readonly idle: string | null;
}

/** What an exception would hide, before it is saved. */
export interface BlastRadius {
  readonly findings: number;
  readonly rules: number;
  readonly truePositives: number;
  /** Groups of which only the first events are known here: the next hunt judges them. */
  readonly undecided: number;
}

export interface FacetValue {
  readonly value: string;
  readonly count: number;
}

/** A query was wrong: shown with a caret, not thrown. */
export interface QueryProblem {
  readonly message: string;
  readonly hint: string | null;
  /** Offsets into the query text. */
  readonly start: number;
  readonly end: number;
}

export interface QueryOptions {
  /** Nanoseconds, both inclusive. */
  readonly from?: bigint;
  readonly to?: bigint;
  /** Events of a page. */
  readonly limit: number;
  /** The usual ones where left out. */
  readonly columns?: readonly string[];
}

export type QueryResult =
  /** `place`: of what was asked for, where that is a time; else of the first event of the page. */
  | { readonly ok: true; readonly page: EventPage; readonly place: number }
  | { readonly ok: false; readonly problems: readonly QueryProblem[] };

/** Where an export was written, with how many findings, and how many of the case its filter left out. */
export interface WrittenExport {
  readonly path: string;
  readonly findings: number;
  readonly leftOut: number;
}

/** Everything the UI can do with a case. Long work takes a signal; when it aborts, the promise rejects with `AbortError`. */
export interface TriageService {
  readonly readonly: boolean;
  readonly analyst: string;
  /** Gets ready for questions, in the background. */
  warm(): void;
  overview(signal?: AbortSignal): Promise<Overview>;
  /** All findings, by time then id; suppressed ones only when asked. */
  findings(options?: { readonly suppressed?: boolean }): Promise<readonly FindingRow[]>;
  /** With `reasons: false` without why the events matched, and so without waiting for a search: see `why`. */
  finding(id: number, options?: { readonly reasons?: boolean }): Promise<FindingDetail>;
  /** Why the events of a finding matched, in their order; empty where it cannot be said. */
  why(finding: number, signal?: AbortSignal): Promise<readonly (readonly MatchedLeaf[])[]>;
  /** The original document, pretty JSON of the ECS document. */
  document(event: number): Promise<string>;
  setVerdict(findings: readonly number[], verdict: Verdict, why?: string): Promise<void>;
  addNote(finding: number, text: string): Promise<void>;
  setStep(finding: number, list: StepList, step: number, state: StepState, note?: string): Promise<void>;
  setMarked(findings: readonly number[], marked: boolean): Promise<void>;
  /** Takes back the last journalled act of triage; says what it was, or null when there is none. */
  undo(): Promise<string | null>;
  redo(): Promise<string | null>;
  countPivot(pivot: Pivot, signal?: AbortSignal): Promise<PivotCount>;
  /** A page of the answer of an EQL text. With the place of a time, `place` says where in the answer it is. */
  query(eql: string, options: QueryOptions & { readonly at: PagePlace }, signal?: AbortSignal): Promise<QueryResult>;
  /** How many events an EQL text finds, all of them. */
  countAll(eql: string, options: QueryOptions, signal?: AbortSignal): Promise<number>;
  /**
   * The next event beyond one (null: from the start) with a text in one of the columns, going round; null where none of the
   * answer has it.
   */
  findText(
    eql: string,
    options: QueryOptions & { readonly text: string; readonly beyond: number | null; readonly backward: boolean },
    signal?: AbortSignal,
  ): Promise<FoundPage | null>;
  /** Events around an event, same host, +- nanoseconds. */
  around(event: number, spanNs: bigint, signal?: AbortSignal): Promise<EventPage>;
  facet(
    eql: string,
    field: string,
    options: { readonly from?: bigint; readonly to?: bigint; readonly limit: number },
    signal?: AbortSignal,
  ): Promise<readonly FacetValue[]>;
  tree(entity: string, signal?: AbortSignal): Promise<TreeNode | null>;
  timeline(
    scope: { readonly finding?: number; readonly incident?: number; readonly host?: string; readonly entity?: string },
    signal?: AbortSignal,
  ): Promise<readonly TimelineEntry[]>;
  ledger(hunt?: number): Promise<readonly LedgerRow[]>;
  hunts(): Promise<readonly HuntView[]>;
  journal(limit: number): Promise<readonly JournalRow[]>;
  exceptions(): Promise<readonly ExceptionView[]>;
  /** Exceptions that would hide this finding, most specific first. */
  suggestExceptions(
    finding: number,
  ): Promise<readonly { readonly name: string; readonly condition: string; readonly rules: readonly string[] }[]>;
  /** @param stage 1-based stage of a sequence to which the exception is limited; null or left out: any event */
  blastRadius(
    condition: string,
    rules: readonly string[],
    signal?: AbortSignal,
    stage?: number | null,
  ): Promise<BlastRadius>;
  saveException(
    name: string,
    condition: string,
    rules: readonly string[],
    expiresAt: string | null,
    stage?: number | null,
  ): Promise<void>;
  deleteException(id: number): Promise<void>;
  /** Completions for an EQL prompt at a caret: fields, functions, keywords, values of the field being compared. */
  complete(text: string, caret: number): Promise<readonly string[]>;
  /**
   * Writes an export. `words` are filters as options of the command line, and the file; without one it is written next to
   * the case.
   */
  export(format: string, words: string, signal?: AbortSignal): Promise<WrittenExport>;
  /** A setting that survives (where the screen was left). */
  getSetting(key: string): Promise<string | null>;
  setSetting(key: string, value: string): Promise<void>;
  /** Changes whenever another process wrote to the case: poll it cheaply. */
  revision(): Promise<number>;
  close(): Promise<void>;
}
