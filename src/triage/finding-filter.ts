import type { Severity } from "../rules/rule.ts";
import type { FindingRow, Verdict } from "./types.ts";

/** Which findings are meant; an absent or empty part does not narrow. All parts must hold; within a list any does. */
export interface FindingFilter {
  readonly ids?: readonly number[];
  readonly verdicts?: readonly Verdict[];
  /** Rule ids, or parts of rule names, without case. */
  readonly rules?: readonly string[];
  readonly severities?: readonly Severity[];
  /** Whole names, without case. */
  readonly hosts?: readonly string[];
  readonly containers?: readonly string[];
  readonly users?: readonly string[];
  readonly incidents?: readonly number[];
  readonly states?: readonly FindingRow["state"][];
  readonly marked?: boolean;
  /** Nanoseconds, half open: `from <= time < to`. A finding without a time is in no window. */
  readonly from?: bigint;
  readonly to?: bigint;
  /** Also those that an exception hides. */
  readonly suppressed?: boolean;
  /** Also those that the last hunt of their rule no longer found. Implied by naming the state, or ids. */
  readonly gone?: boolean;
}

/** Whether a finding passes. */
export function passesFilter(row: FindingRow, filter: FindingFilter): boolean {
  const named = isAny(filter.ids, row.id);
  if (filter.ids !== undefined && filter.ids.length > 0 && !named) return false;
  if (!named && row.suppressedBy !== null && filter.suppressed !== true) return false;
  const wantsGone = filter.gone === true || named || isAny(filter.states, "gone");
  if (row.state === "gone" && !wantsGone) return false;
  return (
    within(filter.verdicts, row.verdict) &&
    within(filter.severities, row.severity) &&
    within(filter.states, row.state) &&
    within(filter.incidents, row.incident) &&
    hasName(filter.hosts, row.host) &&
    hasName(filter.containers, row.container) &&
    hasName(filter.users, row.user) &&
    isOfRule(filter.rules, row) &&
    (filter.marked === undefined || row.marked === filter.marked) &&
    inWindow(filter, row.time)
  );
}

function isAny<T>(list: readonly T[] | undefined, item: T): boolean {
  return list !== undefined && list.includes(item);
}

function within<T>(list: readonly T[] | undefined, item: T | null): boolean {
  return list === undefined || list.length === 0 || (item !== null && list.includes(item));
}

function hasName(names: readonly string[] | undefined, name: string | null): boolean {
  if (names === undefined || names.length === 0) return true;
  return name !== null && names.some((wanted) => wanted.toLowerCase() === name.toLowerCase());
}

function isOfRule(rules: readonly string[] | undefined, row: FindingRow): boolean {
  if (rules === undefined || rules.length === 0) return true;
  const name = row.ruleName.toLowerCase();
  return rules.some((rule) => row.ruleId === rule || name.includes(rule.toLowerCase()));
}

function inWindow({ from, to }: FindingFilter, time: bigint | null): boolean {
  if (from === undefined && to === undefined) return true;
  return time !== null && (from === undefined || time >= from) && (to === undefined || time < to);
}
