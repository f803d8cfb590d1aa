import type { NewTerms, Threshold } from "../rules/rule.ts";
import { timeSpan } from "../store/event-counts.ts";
import { readStoredValues } from "../store/stored-values.ts";
import type { EngineContext } from "./engine-context.ts";
import { combinations, readTexts } from "./group-values.ts";
import type { RuleEnd, RuleMatch, TaskOptions } from "./rule-task.ts";

/** Events of a group that are kept with the finding. */
const EVENTS_KEPT = 100;

interface Group {
  readonly keys: readonly string[];
  readonly events: number[];
  size: number;
  /** Distinct values of the fields that are counted. */
  readonly distinct: readonly Set<string>[];
}

/**
 * The groups of a threshold rule: events with the same values of the group fields, at least `value` of them, and with
 * enough distinct values of the counted fields. As in Elasticsearch's aggregations an event without a group field is in
 * no group, and one with several values is in several. In the order of their first events.
 */
export function thresholdGroups(engine: EngineContext, threshold: Threshold, events: readonly number[]): RuleMatch[] {
  const { fields, value, cardinality } = threshold;
  const counted = cardinality.map(({ field }) => field);
  const groups = groupEvents(engine, events, fields, counted);
  return groups
    .filter(
      ({ size, distinct }) =>
        size >= value && cardinality.every((wanted, index) => (distinct[index]?.size ?? 0) >= wanted.value),
    )
    .map(toMatch);
}

function groupEvents(
  engine: EngineContext,
  events: readonly number[],
  fields: readonly string[],
  counted: readonly string[],
): Group[] {
  const groups = new Map<string, Group>();
  for (const { event, texts } of readTexts(engine, events, [...fields, ...counted])) {
    for (const keys of combinations(texts.slice(0, fields.length))) {
      const name = JSON.stringify(keys);
      let group = groups.get(name);
      if (group === undefined) {
        group = { keys, events: [], size: 0, distinct: counted.map(() => new Set()) };
        groups.set(name, group);
      }
      group.size += 1;
      if (group.events.length < EVENTS_KEPT) group.events.push(event);
      group.distinct.forEach((set, index) => texts[fields.length + index]?.forEach((text) => set.add(text)));
    }
  }
  return [...groups.values()];
}

function toMatch({ keys, events, size }: Group): RuleMatch {
  return { events, keys, groupSize: size };
}

const WINDOW = /^now-(\d+)([smhHdwMy])(?:\/[smhHdwMy])?$/;
const SECONDS: Readonly<Record<string, bigint>> = {
  ...{ s: 1n, m: 60n, h: 3_600n, H: 3_600n, d: 86_400n, w: 604_800n, M: 2_592_000n, y: 31_536_000n },
};

/** Length of a history window such as `now-14d`, nanoseconds; null when it cannot be read. A month has 30 days. */
export function historyLength(start: string): bigint | null {
  const [, count, unit = ""] = WINDOW.exec(start) ?? [];
  const seconds = SECONDS[unit];
  return count === undefined || seconds === undefined ? null : BigInt(count) * seconds * 1_000_000_000n;
}

/**
 * The values of a new-terms rule that are new: first seen when the evidence already reached back as far as the rule's
 * history window. Where no event is that late nothing can be called new, and the rule is blind.
 * @param events all that match, whatever the hunt's window
 */
export function newTermGroups(
  engine: EngineContext,
  newTerms: NewTerms,
  events: readonly number[],
  window: TaskOptions,
): Pick<RuleEnd, "outcome" | "reason"> & { readonly matches: readonly RuleMatch[] } {
  const length = historyLength(newTerms.historyWindowStart);
  if (length === null) {
    return { outcome: "unsupported", reason: `history window ${newTerms.historyWindowStart}`, matches: [] };
  }
  const span = timeSpan(engine.file);
  if (span === null || span.last < span.first + length) {
    const wanted = newTerms.historyWindowStart.replace("now-", "");
    return { outcome: "blind", reason: `not enough history: the rule compares with ${wanted} before`, matches: [] };
  }
  const groups = groupEvents(engine, events, newTerms.fields, []);
  const firsts = groups.map(({ events: [first] }) => first ?? 0);
  const times = new Map<number, bigint>();
  for (const { event, values } of readStoredValues(engine.file, firsts, ["time"])) {
    const [time] = values[0] ?? [];
    if (typeof time === "bigint") times.set(event, time);
  }
  const from = window.from === null || window.from < span.first + length ? span.first + length : window.from;
  const matches = groups
    .filter((_group, index) => {
      const time = times.get(firsts[index] ?? 0);
      return time !== undefined && time >= from && (window.to === null || time < window.to);
    })
    .map(toMatch);
  return { outcome: matches.length > 0 ? "hit" : "none", reason: null, matches };
}
