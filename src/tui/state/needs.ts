/**
 * What the screen needs and does not have: derived from the state alone, after every action. A reducer never has to remember
 * to read something; it says what should be shown, and this says what is missing.
 */
import { boxOf } from "../layout.ts";
import type { Effect } from "./action.ts";
import { countEffect, queryEffect } from "./commands/ask.ts";
import { wantedPage } from "./events.ts";
import { guideItem, uncountedPivots } from "./guide.ts";
import { cursorOf, paneOf, SLOTS, type PaneId, type State } from "./state.ts";
import { documentEvent } from "./subject.ts";

/** Effects that the step from one state to the next makes necessary. */
export function needs(before: State, after: State): readonly Effect[] {
  return [
    ...findingNeeds(before, after),
    ...documentNeeds(before, after),
    ...pivotNeeds(before, after),
    ...countNeeds(before, after),
    ...eventNeeds(before, after),
    ...screenNeeds(before, after),
  ];
}

function shows(state: State, pane: PaneId): boolean {
  return SLOTS[state.screen].some((_, slot) => paneOf(state, state.screen, slot) === pane);
}

function findingNeeds(before: State, after: State): readonly Effect[] {
  const { id, detail, suggestions } = after.finding;
  if (id === null || after.screen !== "finding") return [];
  const effects: Effect[] = [];
  const changed = before.finding.id !== id || before.screen !== "finding";
  if (changed && detail?.row.id !== id) effects.push({ kind: "load-finding", id }, { kind: "load-reasons", id });
  const wanted = shows(after, "suggestions") && suggestions === null && detail !== null;
  if (wanted && !(shows(before, "suggestions") && before.finding.detail !== null))
    effects.push({ kind: "load-suggestions", id });
  return effects;
}

function documentNeeds(before: State, after: State): readonly Effect[] {
  if (!shows(after, "document")) return [];
  const event = documentEvent(after);
  const asked = shows(before, "document") ? documentEvent(before) : null;
  if (event === null || event === asked || event === after.document.event) return [];
  return [{ kind: "load-document", event }];
}

function pivotNeeds(before: State, after: State): readonly Effect[] {
  const counting = (state: State): boolean =>
    state.screen === "finding" && state.finding.detail !== null && shows(state, "guide");
  if (!counting(after)) return counting(before) ? [{ kind: "cancel", slot: "pivots" }] : [];
  const same =
    counting(before) &&
    before.finding.detail?.row.id === after.finding.detail?.row.id &&
    stepUnderCursor(before) === stepUnderCursor(after) &&
    before.finding.toggled === after.finding.toggled;
  if (same) return [];
  const pivots = uncountedPivots(after);
  return pivots.length === 0 ? [] : [{ kind: "count-pivots", pivots }];
}

function stepUnderCursor(state: State): number | null {
  const item = guideItem(state);
  return item === null || item.kind === "heading" ? null : (item.step?.number ?? null);
}

/** How many events a long answer has, once its first page is there. */
function countNeeds(before: State, after: State): readonly Effect[] {
  const { events } = after;
  const isNew = before.events.known === 0 && events.known > 0;
  return isNew && events.total === null && events.around === null ? [countEffect(after)] : [];
}

function eventNeeds(before: State, after: State): readonly Effect[] {
  if (after.screen !== "events" || "query" in after.running) return [];
  const box = boxOf(after, "events");
  const cursor = cursorOf(after, "events");
  const unchanged =
    before.events === after.events && cursorOf(before, "events") === cursor && before.screen === after.screen;
  if (unchanged && before.running === after.running) return [];
  const page = wantedPage(after.events, cursor.top, cursor.index, box?.height ?? after.rows);
  // The first page is asked for by whoever asks the query.
  return page === null || after.events.known === 0 ? [] : [queryEffect(after, page)];
}

function screenNeeds(before: State, after: State): readonly Effect[] {
  const entered = before.screen !== after.screen;
  if (after.screen === "overview" && (entered || (before.overview !== null && after.overview === null)))
    return [{ kind: "load-overview" }];
  if (after.screen === "log" && (entered || (before.log.journal !== null && after.log.journal === null)))
    return [{ kind: "load-log" }];
  return [];
}
