/** What goes to an engine process and what comes back: plain data. */
import type { ExceptionItem } from "../rules/exception.ts";
import type { Rule } from "../rules/rule.ts";
import type { RuleOutcome } from "../store/hunts.ts";
import type { Need } from "./blind.ts";
import type { JoinKey } from "./engine-result.ts";

/** What a run needs of a rule: little enough to be sent to another process. */
export type RuleTask = Pick<
  Rule,
  "type" | "language" | "query" | "filters" | "index" | "eventCategoryOverride" | "threshold" | "newTerms"
> & { readonly exceptions: readonly TaskException[] };

/** An exception that holds for a rule. */
export interface TaskException {
  /** Its row in the case. */
  readonly id: number;
  readonly name: string;
  /** What an event must be: EQL (what follows `where`), or an item of Elastic's. */
  readonly condition: string | ExceptionItem;
  /** 0-based position of the only event of a sequence that is tested; null: any. */
  readonly stage: number | null;
}

/** Options of a hunt that change what a rule finds. */
export interface TaskOptions {
  /** Window, nanoseconds since 1970 UTC, half open; null: open. */
  readonly from: bigint | null;
  readonly to: bigint | null;
  readonly respectIndex: boolean;
  /** Matches of a rule that are kept, the first in order; 0: all. */
  readonly maxFindings: number;
}

/** A match of a rule. */
export interface RuleMatch {
  /** null: a missing event of a sequence. Of a group the first 100. */
  readonly events: readonly (number | null)[];
  readonly keys: readonly JoinKey[];
  /** Set for a group (threshold, new terms): how many events it has. */
  readonly groupSize?: number;
  /** No event of it is of an index the rule was written for. */
  readonly outsideIndex?: boolean;
  /** Row of the exception that hides it. */
  readonly suppressedBy?: number;
}

/** How one rule ended, as an engine process reports it. */
export interface RuleRun {
  readonly outcome: RuleOutcome;
  readonly reason: string | null;
  readonly matches: readonly RuleMatch[];
  /** Matches that were found but not kept (`maxFindings`). */
  readonly cut: number;
  /** Fields of the join keys, by position, as the first stage names them; of a group its fields. */
  readonly keyFields: readonly string[];
  readonly ms: number;
  readonly sqlHash: string | null;
  /** What the evidence lacks for it. Empty unless the outcome is `blind`. */
  readonly needs: readonly Need[];
  readonly details: Readonly<Record<string, unknown>>;
}

/** The part of a run that its maker decides. */
export type RuleEnd = Pick<RuleRun, "outcome" | "reason"> & Partial<RuleRun>;

export function toTask(rule: Rule, exceptions: readonly TaskException[] = []): RuleTask {
  const { type, query, filters, index, eventCategoryOverride, threshold, newTerms } = rule;
  const language = rule.language ?? (type === "eql" ? "eql" : "kuery");
  return { type, language, query, filters, index, eventCategoryOverride, threshold, newTerms, exceptions };
}

/** A run that did not come to its end. */
export function endedEarly(outcome: "error" | "skipped", reason: string, ms: number): RuleRun {
  return completeRun({ outcome, reason }, ms);
}

export function completeRun(end: RuleEnd, ms: number): RuleRun {
  return { matches: [], cut: 0, keyFields: [], sqlHash: null, needs: [], details: {}, ...end, ms };
}
