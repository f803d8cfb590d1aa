import { isoTime } from "../base/time-text.ts";
import type { FieldType } from "../ecs/field-type.ts";
import type { Plan, StagePlan } from "../plan/plan.ts";
import { compileCandidates } from "../sql/compile-sequence.ts";
import type { TimeWindow } from "../sql/compile-stage.ts";
import type { CompiledStatement } from "../sql/fragments.ts";
import type { NewTerms, Threshold } from "../rules/rule.ts";
import { timeSpan } from "../store/event-counts.ts";
import { prepareCandidates } from "./candidates.ts";
import { type Engine, WHOLE_TIME } from "./engine.ts";
import type { KeyPart } from "./key-table.ts";
import type { RuleEnd, RuleMatch, TaskOptions } from "./rule-task.ts";

/** Events of a group that are kept with the finding. */
const EVENTS_KEPT = 100;

interface Group {
  readonly keys: readonly string[];
  /** The first, in order. */
  readonly events: number[];
  /** Of the first event, nanoseconds since 1970 UTC; null when unknown. */
  readonly firstTime: bigint | null;
  size: number;
  last: number;
  /** Distinct values of the fields that are counted. */
  readonly distinct: readonly Set<KeyPart>[];
}

interface Groups {
  /** In the order of their first events. */
  readonly groups: readonly Group[];
  readonly statement: CompiledStatement | null;
}

/** Matches of a rule that groups its events, and the statement that found these. */
export interface GroupedEnd extends Pick<RuleEnd, "outcome" | "reason"> {
  readonly matches: readonly RuleMatch[];
  readonly statement: CompiledStatement | null;
}

/**
 * The groups of a threshold rule: events with the same values of the group fields, at least `value` of them, and with
 * enough distinct values of the counted fields. As in Elasticsearch's aggregations an event without a group field is in
 * no group, and one with several values is in several. In the order of their first events.
 */
export function thresholdGroups(engine: Engine, threshold: Threshold, plan: Plan, window: TimeWindow): GroupedEnd {
  const { fields, value, cardinality } = threshold;
  const counted = cardinality.map(({ field }) => field);
  const { groups, statement } = groupEvents(engine, plan, window, fields, counted);
  const matches = groups
    .filter(
      ({ size, distinct }) =>
        size >= value && cardinality.every((wanted, index) => (distinct[index]?.size ?? 0) >= wanted.value),
    )
    .map(toMatch);
  return { outcome: matches.length > 0 ? "hit" : "none", reason: null, matches, statement };
}

/** Grouped by what is stored, ids of the dictionary and numbers; only the values of groups are decoded. */
function groupEvents(
  engine: Engine,
  plan: Plan,
  window: TimeWindow,
  fields: readonly string[],
  counted: readonly string[],
): Groups {
  if (plan.kind !== "event") return { groups: [], statement: null };
  const types = fields.map((path) => engine.evidence.typeOf(path));
  const keys = [...fields, ...counted].map((path) => ({
    field: { path, type: engine.evidence.typeOf(path) },
    optional: true,
  }));
  const stage: StagePlan = { ...plan.stage, keys };
  const candidates = prepareCandidates(engine, [stage]);
  if (candidates.never[0] === true) return { groups: [], statement: null };
  const statement = compileCandidates(candidates.stages, window, engine.evidence.scope, false);
  const table = candidates.read(statement);
  const groups = new Map<string, Group | null>();
  const ofKey: (Group | null | undefined)[] = [];
  for (const row of table.order) {
    for (const key of table.keys(row)) {
      let group = ofKey[key];
      if (group === undefined) {
        const parts = candidates.keys.partsOf(key);
        const name = JSON.stringify(parts.slice(0, fields.length));
        group = groups.get(name);
        if (group === undefined) {
          const texts = parts.slice(0, fields.length).map((part, index) => textOf(engine, part, types[index]));
          const whole = texts.every((text) => text !== null);
          group = whole ? newGroup(texts, table.nanoseconds(row), counted.length) : null;
          groups.set(name, group);
        }
        ofKey[key] = group;
        group?.distinct.forEach((set, index) => addPresent(set, parts[fields.length + index]));
      }
      const event = table.id(row);
      // An event with several counted values is one of its group all the same.
      if (group === null || group.last === event) continue;
      group.last = event;
      group.size += 1;
      if (group.events.length < EVENTS_KEPT) group.events.push(event);
    }
  }
  return { groups: [...groups.values()].filter((group) => group !== null), statement };
}

function newGroup(keys: readonly string[], firstTime: bigint | null, counted: number): Group {
  return { keys, events: [], firstTime, size: 0, last: -1, distinct: Array.from({ length: counted }, () => new Set()) };
}

function addPresent(set: Set<KeyPart>, part: KeyPart | undefined): void {
  if (part !== null && part !== undefined) set.add(part);
}

/** The value of a key as text; null for a missing one. Numbers come as `n` and their digits. */
function textOf(engine: Engine, part: KeyPart, type: FieldType | undefined): string | null {
  if (part === null) return null;
  if (typeof part === "number") return engine.values.texts(BigInt(part))[0] ?? null;
  const text = part.slice(1);
  if (type === "boolean") return text === "1" ? "true" : "false";
  if (type === "double") return String(Number(text));
  return type === "date" ? isoTime(BigInt(text)) : text;
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
 * @param plan of all that match: what is new depends on all that was before the hunt's window
 */
export function newTermGroups(engine: Engine, newTerms: NewTerms, plan: Plan, window: TaskOptions): GroupedEnd {
  const nothing = { matches: [], statement: null };
  const length = historyLength(newTerms.historyWindowStart);
  if (length === null) {
    return { outcome: "unsupported", reason: `history window ${newTerms.historyWindowStart}`, ...nothing };
  }
  const span = timeSpan(engine.file, engine.evidence.scope.last);
  if (span === null || span.last < span.first + length) {
    const wanted = newTerms.historyWindowStart.replace("now-", "");
    return { outcome: "blind", reason: `not enough history: the rule compares with ${wanted} before`, ...nothing };
  }
  const { groups, statement } = groupEvents(engine, plan, WHOLE_TIME, newTerms.fields, []);
  const from = window.from === null || window.from < span.first + length ? span.first + length : window.from;
  const matches = groups
    .filter(({ firstTime: time }) => time !== null && time >= from && (window.to === null || time < window.to))
    .map(toMatch);
  return { outcome: matches.length > 0 ? "hit" : "none", reason: null, matches, statement };
}
