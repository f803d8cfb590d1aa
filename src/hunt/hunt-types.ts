/** What a hunt is given and what it reports: plain data. */
import type { ExceptionItem, ExceptionList } from "../rules/exception.ts";
import type { RuleProblem } from "../rules/problem.ts";
import type { Rule } from "../rules/rule.ts";
import type { EventPlace } from "../store/event-places.ts";
import type { RuleOutcome } from "../store/hunts.ts";
import type { TelemetryGap } from "./telemetry-gaps.ts";

export interface HuntOptions {
  readonly casePath: string;
  /** In the order of the pack, which is the order of everything that is recorded and reported. */
  readonly rules: readonly Rule[];
  /** What kept rule files from being read: each error becomes a row of the ledger. */
  readonly problems: readonly RuleProblem[];
  /** Items of the pack's exception lists: stored in the case, and applied with those it has. */
  readonly exceptions: readonly ExceptionItem[];
  /** The lists of these items, as far as the pack has them. */
  readonly exceptionLists?: readonly ExceptionList[];
  /** Window, nanoseconds since 1970 UTC, half open; null: open. */
  readonly from: bigint | null;
  readonly to: bigint | null;
  readonly analyst: string;
  /** A rule looks only at events of its own index patterns. */
  readonly respectIndex: boolean;
  /** Matches of a rule that become findings, the first in order; 0: all. */
  readonly maxFindings: number;
  /** A rule that runs longer is stopped. */
  readonly timeLimitMs: number;
  /** Engine processes; the results are the same whatever their number. */
  readonly processes: number;
  readonly now: () => Date;
}

export interface HuntProgress {
  /** `fields`: reading fields without a column from the originals; `done` is then a share of 1. */
  readonly phase: "fields" | "rules";
  readonly done: number;
  readonly total: number;
  /** The rule that ended last. */
  readonly rule: string;
  /** Findings so far. */
  readonly findings: number;
}

export interface HuntHooks {
  readonly onProgress?: (progress: HuntProgress) => void;
  /** Ends the hunt; what was found so far is kept. */
  readonly signal?: AbortSignal;
  /**
   * Gets the findings one by one, in their order, at the end; the report's list is then empty. For whoever only writes
   * them out: there may be millions.
   */
  readonly onFindings?: (report: HuntReport, findings: Iterable<HuntedFinding>) => Promise<void>;
}

export interface HuntReport {
  readonly hunt: number;
  readonly status: "complete" | "interrupted";
  /** Events that it looked at. */
  readonly events: number;
  /** The ledger, in the order of the pack; files that could not be read come last. */
  readonly rules: readonly HuntedRule[];
  /** In the order of the pack, and within a rule in the order of its matches. */
  readonly findings: readonly HuntedFinding[];
  /** What telemetry the blind rules lack, what would open most first. */
  readonly gaps: readonly TelemetryGap[];
  /** Exceptions that could not be applied, each with its reason: what they are for stays visible. Sorted. */
  readonly notApplied: readonly string[];
}

export interface HuntedRule {
  readonly id: string;
  readonly hash: string;
  readonly name: string;
  readonly path: string;
  /** null for a file that could not be read. */
  readonly severity: Rule["severity"] | null;
  readonly outcome: RuleOutcome;
  readonly reason: string | null;
  readonly findings: number;
  readonly fresh: number;
  readonly unchanged: number;
  readonly gone: number;
  /** Those of its findings that an exception hides. */
  readonly hidden: number;
  /** Matches beyond `maxFindings`, not kept. */
  readonly cut: number;
  readonly ms: number;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface HuntedFinding {
  readonly id: number;
  readonly rule: string;
  /** null: a missing event of a sequence. */
  readonly events: readonly (EventPlace | null)[];
  readonly state: "new" | "unchanged";
  readonly verdict: string;
  /** Name of the exception that hides it. */
  readonly suppressedBy: string | null;
  readonly outsideIndex: boolean;
  /** Set for findings of threshold and new-terms rules: the group that was found. */
  readonly group: {
    readonly keys: readonly { readonly field: string; readonly value: string | null }[];
    readonly events: number;
  } | null;
}
