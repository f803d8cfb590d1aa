/** The events screen: a query's answer, a page at a time, found again by key. */
import type { EventPage, EventRow } from "../../triage/types.ts";
import type { EventsState } from "./state.ts";

export const PAGE = 200;
/** Pages kept in memory: what is scrolled away is asked for again. */
const KEPT = 6;

/** The row at an absolute place; null where its page is not in memory. */
export function eventAt(events: EventsState, index: number): EventRow | null {
  return events.pages.get(Math.floor(index / PAGE))?.[index % PAGE] ?? null;
}

/** The state with one more page; the pages farthest from it are let go. */
export function withPage(events: EventsState, number: number, page: EventPage): EventsState {
  const pages = new Map(events.pages);
  pages.set(number, page.rows);
  const far = [...pages.keys()].sort((a, b) => Math.abs(b - number) - Math.abs(a - number));
  for (const one of far.slice(0, Math.max(0, pages.size - KEPT))) pages.delete(one);
  const last = number === events.keys.length - 1;
  const keys = last && page.next !== null ? [...events.keys, page.next] : events.keys;
  return {
    ...events,
    asked: true,
    problems: [],
    columns: page.columns,
    column: Math.min(number === 0 && events.known === 0 ? 1 : events.column, Math.max(0, page.columns.length - 1)),
    total: page.total ?? events.total,
    pages,
    keys,
    known: Math.max(events.known, number * PAGE + page.rows.length),
    complete: events.complete || page.next === null,
  };
}

/** The page that a list with its first visible line and its cursor wants next; null when all is there. */
export function wantedPage(events: EventsState, top: number, cursor: number, height: number): number | null {
  if (!events.asked || events.around !== null || events.problems.length > 0) return null;
  const places = [cursor, top, top + height, cursor + PAGE / 2];
  for (const place of places) {
    const page = Math.floor(Math.max(0, place) / PAGE);
    if (!events.pages.has(page) && page < events.keys.length) return page;
  }
  return null;
}
