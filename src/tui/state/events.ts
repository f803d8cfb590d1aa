/** The events screen: a query's answer, a page at a time, found again by key. */
import type { EventPage, EventRow, PagePlace } from "../../triage/types.ts";
import type { EventsState } from "./state.ts";

export const PAGE = 200;
/** Pages kept in memory: what is scrolled away is asked for again. */
const KEPT = 6;

/** The row at an absolute place; null where its page is not in memory. */
export function eventAt(events: EventsState, index: number): EventRow | null {
  return events.pages.get(Math.floor(index / PAGE))?.[index % PAGE] ?? null;
}

/** The state with one more page; the pages farthest from it are let go. */
export function withPage(events: EventsState, page: EventPage): EventsState {
  const number = Math.floor(page.start / PAGE);
  const pages = new Map(events.pages).set(number, page.rows);
  const far = [...pages.keys()].sort((a, b) => Math.abs(b - number) - Math.abs(a - number));
  for (const one of far.slice(0, Math.max(0, pages.size - KEPT))) pages.delete(one);
  const [first, last] = [page.rows[0], page.rows.at(-1)];
  const edges =
    first === undefined || last === undefined
      ? events.edges
      : new Map(events.edges).set(number, { first: first.id, last: last.id });
  const end = page.start + page.rows.length;
  const total = page.total ?? events.total ?? (page.rows.length < PAGE ? end : null);
  const isFirst = events.known === 0;
  return {
    ...events,
    asked: true,
    problems: [],
    columns: page.columns,
    column: Math.min(isFirst ? 1 : events.column, Math.max(0, page.columns.length - 1)),
    total,
    pages,
    edges,
    known: total ?? Math.max(events.known, end),
  };
}

/** The page that a list with its first visible line and its cursor wants next; null when all is there. */
export function wantedPage(events: EventsState, top: number, cursor: number, height: number): PagePlace | null {
  if (!events.asked || events.around !== null || events.problems.length > 0) return null;
  for (const place of [cursor, top, top + height, cursor + PAGE / 2, cursor - PAGE / 2]) {
    const number = Math.floor(Math.max(0, place) / PAGE);
    const isBeyond = events.total !== null && number * PAGE >= events.total;
    if (isBeyond || events.pages.has(number)) continue;
    const wanted = pagePlace(events, number);
    if (wanted !== null) return wanted;
  }
  return null;
}

/** How a page is asked for; null where nothing beside it is known. */
function pagePlace({ edges, total }: EventsState, number: number): PagePlace | null {
  if (number === 0) return { kind: "first" };
  const start = number * PAGE;
  const above = edges.get(number - 1);
  if (above !== undefined) return { kind: "after", event: above.last, start };
  const below = edges.get(number + 1);
  if (below !== undefined) return { kind: "before", event: below.first, start };
  return total !== null && start + PAGE >= total ? { kind: "last" } : null;
}
