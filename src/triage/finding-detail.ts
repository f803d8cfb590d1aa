import { fieldByPath } from "../store/fields.ts";
import { readFindingEvents } from "../store/finding-rows.ts";
import type { CaseBook, StepProgress } from "./case-book.ts";
import { type EventEvidence, EvidenceReader } from "./event-evidence.ts";
import { findingPivots, type PivotSource, stepPivots } from "./pivots.ts";
import { toRuleView } from "./rule-view.ts";
import type { EventRow, FindingDetail, FindingEvent, MatchedLeaf, StepView } from "./types.ts";

/**
 * A finding with its events, guide and pivots.
 * @param matched why its events matched, by position
 * @throws UserError `unknown-finding`
 */
export function findingDetail(book: CaseBook, id: number, matched: readonly (readonly MatchedLeaf[])[]): FindingDetail {
  const stored = book.stored(id);
  const row = book.finding(id);
  const rule = book.ruleOf(id);
  const events = readFindingEvents(book.file, [id]).get(id) ?? [];
  const evidence = new EvidenceReader(book.file).read(events.filter((event) => event !== null));
  const source: PivotSource = {
    finding: id,
    time: row.time,
    entity: row.entity,
    values: valuesOf(events.flatMap((event) => (event === null ? [] : [evidence.get(event)]))),
    typeOf: (path) => fieldByPath(book.file, path)?.type,
  };
  const withPivots = ({ step, ...view }: StepProgress): StepView => ({
    ...view,
    pivots: stepPivots(source, view.list, step),
  });
  return {
    row,
    rule: toRuleView(rule),
    joinKeys: JSON.parse(stored.joinKeys) as FindingDetail["joinKeys"],
    events: events.map((event, index): FindingEvent => {
      const found = event === null ? undefined : evidence.get(event);
      return {
        position: index + 1,
        stage: index + 1,
        missing: event === null,
        event: found === undefined ? null : toRow(found),
        matched: matched[index] ?? [],
      };
    }),
    steps: book.steps(id, "step").map(withPivots),
    responses: book.steps(id, "response").map(withPivots),
    falsePositives: [...new Set([...rule.guide.falsePositives.map(({ text }) => text), ...rule.falsePositives])],
    notes: book.notes(id),
    pivots: findingPivots(source),
  };
}

function toRow(event: EventEvidence): EventRow {
  const values: Record<string, readonly string[]> = Object.create(null) as Record<string, readonly string[]>;
  for (const [path, list] of event.values) values[path] = list;
  const source = event.memberPath === "" ? event.sourcePath : `${event.sourcePath}!${event.memberPath}`;
  return { id: event.event, time: event.time, source, line: event.line, values };
}

function valuesOf(events: readonly (EventEvidence | undefined)[]): Map<string, string[]> {
  const all = new Map<string, string[]>();
  for (const event of events) {
    for (const [path, values] of event?.values ?? []) {
      const list = all.get(path) ?? [];
      for (const value of values) if (!list.includes(value)) list.push(value);
      all.set(path, list);
    }
  }
  return all;
}
