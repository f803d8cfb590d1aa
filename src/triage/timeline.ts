import type { Engine } from "../hunt/engine.ts";
import { printLiteral } from "../eql/printer.ts";
import { spanText } from "../base/time-text.ts";
import { readFindingEvents, readFindings } from "../store/finding-rows.ts";
import { readRule } from "../store/rules.ts";
import type { EngineSession } from "./engine-session.ts";
import { toEventRows } from "./event-columns.ts";
import { EVENT_TEXT_COLUMNS, eventText } from "./event-text.ts";
import { toFindingRow } from "./finding-row.ts";
import { storedRule } from "./rule-view.ts";
import type { TimelineScope } from "./search-protocol.ts";
import type { FindingRow, TimelineEntry } from "./types.ts";

/** Events beyond this number are not listed: a timeline is read, not searched. */
const MAX_EVENTS = 5_000;
/** Silences of at least this length are shown. */
const GAP_NS = 60_000_000_000n;

/**
 * Events and findings of a scope in order of time, with the silences between them. Of a finding: its events and what its
 * processes did; of an incident: the events of its findings; of a host or entity: their events.
 */
export async function timelineOf(session: EngineSession, scope: TimelineScope): Promise<TimelineEntry[]> {
  const engine = await session.engine();
  const findings = allFindings(engine).filter((row) => isOf(row, scope));
  const events = new Set(
    [
      ...readFindingEvents(
        engine.file,
        findings.map(({ id }) => id),
      ).values(),
    ]
      .flat()
      .filter((event) => event !== null),
  );
  for (const eql of queriesOf(scope, findings)) {
    const answers = await session.answers(eql, { from: null, to: null });
    if (!answers.ok) continue;
    for (const id of answers.ids) {
      if (events.size >= MAX_EVENTS) break;
      events.add(id);
    }
  }
  return withGaps(toEntries(await session.engine(), [...events], findings));
}

function allFindings(engine: Engine): FindingRow[] {
  const rules = new Map<number, ReturnType<typeof storedRule>>();
  return readFindings(engine.file).flatMap((stored) => {
    let rule = rules.get(stored.rule);
    if (rule === undefined) {
      const row = readRule(engine.file, stored.rule);
      if (row === null) return [];
      rule = storedRule(row);
      rules.set(stored.rule, rule);
    }
    return stored.suppressedBy === null ? [toFindingRow(stored, rule)] : [];
  });
}

function isOf(row: FindingRow, scope: TimelineScope): boolean {
  if (scope.finding !== undefined) return row.id === scope.finding;
  if (scope.incident !== undefined) return row.incident === scope.incident;
  if (scope.host !== undefined) return row.host === scope.host;
  return row.entity === scope.entity;
}

function queriesOf(scope: TimelineScope, findings: readonly FindingRow[]): string[] {
  const ofEntity = (entity: string): string =>
    `any where process.entity_id == ${printLiteral(entity)} or process.parent.entity_id == ${printLiteral(entity)}`;
  if (scope.entity !== undefined) return [ofEntity(scope.entity)];
  if (scope.host !== undefined) return [`any where host.name == ${printLiteral(scope.host)}`];
  if (scope.finding === undefined) return [];
  return findings.flatMap(({ entity }) => (entity === null ? [] : [ofEntity(entity)]));
}

function toEntries(engine: Engine, events: readonly number[], findings: readonly FindingRow[]): TimelineEntry[] {
  const columns = EVENT_TEXT_COLUMNS.filter((path) => engine.evidence.hasField(path));
  const rows = toEventRows(engine, events, columns).map((event): TimelineEntry => {
    return { time: event.time, kind: "event", event, finding: null, gapNs: null, text: eventText(event) };
  });
  const found = findings.map((finding): TimelineEntry => {
    return { time: finding.time, kind: "finding", event: null, finding, gapNs: null, text: finding.ruleName };
  });
  return [...found, ...rows].sort(byTime);
}

/** Unknown times last; at one time findings first, then events in the order of loading. */
function byTime(a: TimelineEntry, b: TimelineEntry): number {
  if (a.time !== b.time) {
    if (a.time === null) return 1;
    if (b.time === null) return -1;
    return a.time < b.time ? -1 : 1;
  }
  if (a.kind !== b.kind) return a.kind === "finding" ? -1 : 1;
  return (a.event?.id ?? a.finding?.id ?? 0) - (b.event?.id ?? b.finding?.id ?? 0);
}

function withGaps(entries: readonly TimelineEntry[]): TimelineEntry[] {
  return entries.flatMap((entry, index) => {
    const before = entries[index - 1]?.time ?? null;
    const gapNs = before === null || entry.time === null ? 0n : entry.time - before;
    if (gapNs < GAP_NS) return [entry];
    const gap: TimelineEntry = { time: before, kind: "gap", event: null, finding: null, gapNs, text: spanText(gapNs) };
    return [gap, entry];
  });
}
