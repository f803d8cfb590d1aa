/** Pages of a list of events: those that begin at a multiple of their size. */
import { assertNever } from "../base/errors.ts";
import type { EventList } from "./event-list.ts";
import type { PagePlace } from "./types.ts";

export interface ListPage {
  /** Place of its first event in the list. */
  readonly start: number;
  readonly ids: readonly number[];
  /** Place of what was looked for; null where a page was asked for. */
  readonly place: number | null;
}

/** The page at a place, with `limit` events (fewer at the end). */
export function pageAt(list: EventList, at: PagePlace, limit: number): ListPage {
  switch (at.kind) {
    case "first":
      return { start: 0, ids: list.beyond(null, "forward", limit), place: null };
    case "after":
      return { start: at.start, ids: list.beyond(at.event, "forward", limit), place: null };
    case "before":
      return { start: at.start, ids: list.beyond(at.event, "backward", limit).toReversed(), place: null };
    case "last":
      return lastPage(list, limit);
    case "time": {
      const event = list.firstAt(at.time);
      return event === null ? lastPage(list, limit) : pageWith(list, event, limit);
    }
    default:
      return assertNever(at);
  }
}

/** The page that has an event of the list. */
export function pageWith(list: EventList, event: number, limit: number): ListPage & { readonly place: number } {
  const place = list.placeOf(event);
  const before = place % limit;
  const above = before === 0 ? [] : list.beyond(event, "backward", before).toReversed();
  const below = list.beyond(event, "forward", limit - before - 1);
  return { start: place - before, ids: [...above, event, ...below], place };
}

function lastPage(list: EventList, limit: number): ListPage {
  const last = Math.max(0, list.total() - 1);
  const count = (last % limit) + 1;
  return { start: last - count + 1, ids: list.beyond(null, "backward", count).toReversed(), place: last };
}
