/** What the cursor stands on: the finding, event, process, host and value that a command is about. */
import type { EventRow, FindingRow, Pivot, StepView } from "../../triage/types.ts";
import { eventAt } from "./events.ts";
import { guideItem } from "./guide.ts";
import { cursorOf, focusedPane, type PaneId, type State } from "./state.ts";

export interface Subject {
  readonly finding: FindingRow | null;
  /** Id of an event. */
  readonly event: number | null;
  readonly time: bigint | null;
  /** Process entity id. */
  readonly entity: string | null;
  readonly host: string | null;
  /** A field and its value under the cursor. */
  readonly field: string | null;
  readonly value: string | null;
  readonly step: StepView | null;
  readonly pivot: Pivot | null;
}

const NOTHING: Subject = {
  finding: null,
  event: null,
  time: null,
  entity: null,
  host: null,
  field: null,
  value: null,
  step: null,
  pivot: null,
};

/** The subject of the focused pane. */
export function subjectOf(state: State): Subject {
  const pane = focusedPane(state);
  const { index } = cursorOf(state, pane);
  switch (pane) {
    case "findings":
    case "preview":
      return ofFinding(findingUnderCursor(state));
    case "story": {
      const event = state.finding.detail?.events[index]?.event ?? null;
      return {
        ...ofFinding(state.finding.detail?.row ?? null),
        ...ofEvent(event),
        finding: state.finding.detail?.row ?? null,
      };
    }
    case "document":
      return ofDocument(state);
    case "rule":
    case "facts":
    case "suggestions":
    case "benign":
    case "notes":
      return ofFinding(state.finding.detail?.row ?? null);
    case "guide": {
      const item = guideItem(state);
      const base = ofFinding(state.finding.detail?.row ?? null);
      if (item === null || item.kind === "heading") return base;
      return { ...base, step: item.step, pivot: item.kind === "pivot" ? item.pivot : null };
    }
    case "response":
      return { ...ofFinding(state.finding.detail?.row ?? null), step: state.finding.detail?.responses[index] ?? null };
    case "events": {
      const event = eventAt(state.events, index);
      const field = state.events.columns[state.events.column] ?? null;
      return { ...ofEvent(event), field, value: field === null ? null : (event?.values[field]?.[0] ?? null) };
    }
    case "facets": {
      const facet = state.events.facet;
      return { ...NOTHING, field: facet?.field ?? null, value: facet?.values?.[index]?.value ?? null };
    }
    case "tree":
    case "branch": {
      const node = state.tree.lines[cursorOf(state, "tree").index]?.node;
      if (node === undefined) return NOTHING;
      return {
        ...NOTHING,
        event: node.startEvent,
        time: node.start,
        entity: node.entity,
        field: "process.entity_id",
        value: node.entity,
      };
    }
    case "timeline": {
      const entry = state.timeline.entries[index];
      if (entry === undefined) return NOTHING;
      if (entry.finding !== null) return ofFinding(entry.finding);
      return { ...ofEvent(entry.event), time: entry.time };
    }
    case "overview":
    case "progress":
    case "exceptions":
    case "hunts":
    case "ledger":
    case "journal":
      return NOTHING;
  }
}

/** The finding under the cursor of the list; null on a group. */
export function findingUnderCursor(state: State): FindingRow | null {
  const item = state.findings.items[cursorOf(state, "findings").index];
  return item?.kind === "finding" ? item.row : null;
}

/** The event whose document belongs beside the focused pane; null where there is none. */
export function documentEvent(state: State): number | null {
  if (state.screen === "events") return eventAt(state.events, cursorOf(state, "events").index)?.id ?? null;
  const events = state.finding.detail?.events ?? [];
  const here = events[cursorOf(state, "story").index]?.event ?? null;
  return here?.id ?? events.find((event) => event.event !== null)?.event?.id ?? null;
}

/** Panes whose value under the cursor names a field. */
export function isValuePane(pane: PaneId): boolean {
  return pane === "document" || pane === "events" || pane === "facets";
}

function ofFinding(row: FindingRow | null): Subject {
  return row === null ? NOTHING : { ...NOTHING, finding: row, time: row.time, entity: row.entity, host: row.host };
}

function ofEvent(event: EventRow | null): Subject {
  if (event === null) return NOTHING;
  return {
    ...NOTHING,
    event: event.id,
    time: event.time,
    entity: event.values["process.entity_id"]?.[0] ?? null,
    host: event.values["host.name"]?.[0] ?? null,
  };
}

function ofDocument(state: State): Subject {
  const { tree, event } = state.document;
  const line = tree?.lines[cursorOf(state, "document").index];
  const base = state.screen === "finding" ? ofFinding(state.finding.detail?.row ?? null) : NOTHING;
  const read = (field: string): string | null =>
    tree?.all.find((one) => one.kind === "leaf" && one.field === field)?.value ?? null;
  return {
    ...base,
    event,
    entity: read("process.entity_id") ?? base.entity,
    host: read("host.name") ?? base.host,
    field: line?.kind === "leaf" ? line.field : null,
    value: line?.value ?? null,
  };
}
