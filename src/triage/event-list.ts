/**
 * The events of a query as a list that can be entered anywhere. A short one is kept as ids. A long one is not kept: its pages
 * are found by the key of the event beside them, along the index of times, so that a million events scroll without being
 * loaded.
 */
import type { Engine } from "../hunt/engine.ts";
import {
  compileIdsFrom,
  compileIdsWithin,
  compilePage,
  compilePosition,
  compileWithin,
  type EventKey,
} from "../sql/compile-page.ts";
import { compileCount, compileCountUpTo, compileFrom, type EventScope, type TimeWindow } from "../sql/compile-stage.ts";
import type { Fragment } from "../sql/fragments.ts";
import type { Resolved } from "../sql/resolved.ts";

export type Direction = "forward" | "backward";

/** How many events, at most `limit`, and the nearest beyond an event; the search goes round at the end. */
export interface Found {
  readonly count: number;
  readonly event: number | null;
}

export interface EventList {
  /** Null where it is not known yet and takes a pass to find out. */
  readonly knownTotal: number | null;
  total(): number;
  /** Up to `limit` events beyond one of the list (null: from the end that the direction begins at), nearest first. */
  beyond(event: number | null, direction: Direction, limit: number): readonly number[];
  /** Place of one of its events, from 0. */
  placeOf(event: number): number;
  /** The first event at or after a time; null where there is none. */
  firstAt(time: bigint): number | null;
  find(condition: Resolved, from: number | null, direction: Direction, limit: number): Found;
  /** `FROM ... WHERE ...` of its events. */
  readonly scope: Fragment;
}

const FIRST_TIEBREAKER = -(2n ** 63n);

/** Ids in their order, each once. */
export class ShortList implements EventList {
  readonly #engine: Engine;
  readonly ids: readonly number[];
  readonly #places: ReadonlyMap<number, number>;

  constructor(engine: Engine, ids: readonly number[]) {
    this.#engine = engine;
    this.ids = ids;
    this.#places = new Map(ids.map((id, place) => [id, place]));
  }

  get knownTotal(): number {
    return this.ids.length;
  }

  get scope(): Fragment {
    return compileWithin(this.ids);
  }

  total(): number {
    return this.ids.length;
  }

  placeOf(event: number): number {
    return this.#places.get(event) ?? 0;
  }

  beyond(event: number | null, direction: Direction, limit: number): readonly number[] {
    if (direction === "forward") {
      const start = event === null ? 0 : this.placeOf(event) + 1;
      return this.ids.slice(start, start + limit);
    }
    const end = event === null ? this.ids.length : this.placeOf(event);
    return this.ids.slice(Math.max(0, end - limit), end).toReversed();
  }

  firstAt(time: bigint): number | null {
    const later = new Set(this.#engine.file.rows(compileIdsFrom(this.ids, time)).map(([id]) => Number(id)));
    return this.ids.find((id) => later.has(id)) ?? null;
  }

  find(condition: Resolved, from: number | null, direction: Direction, limit: number): Found {
    const hits = new Set(this.#engine.file.rows(compileIdsWithin(this.ids, condition)).map(([id]) => Number(id)));
    const order = direction === "forward" ? this.ids : this.ids.toReversed();
    const start = from === null ? -1 : order.indexOf(from);
    const event = [...order.slice(start + 1), ...order.slice(0, start + 1)].find((id) => hits.has(id)) ?? null;
    return { count: Math.min(hits.size, limit), event };
  }
}

/** The events of a condition. */
export class LongList implements EventList {
  readonly #engine: Engine;
  readonly #condition: Resolved;
  readonly #window: TimeWindow;
  #total: number | null = null;

  constructor(engine: Engine, condition: Resolved, window: TimeWindow) {
    this.#engine = engine;
    this.#condition = condition;
    this.#window = window;
    const isAll = condition.kind === "constant" && condition.value && window.from === null && window.to === null;
    if (isAll) this.#total = engine.evidence.totalEvents;
  }

  get knownTotal(): number | null {
    return this.#total;
  }

  get scope(): Fragment {
    return compileFrom(this.#condition, this.#window, this.#events);
  }

  total(): number {
    this.#total ??= this.#count(compileCount(this.#condition, this.#window, this.#events));
    return this.#total;
  }

  placeOf(event: number): number {
    return this.#count(compilePosition(this.#condition, this.#window, this.#events, this.#keyOf(event)));
  }

  beyond(event: number | null, direction: Direction, limit: number): readonly number[] {
    return this.#page(this.#condition, event === null ? null : this.#keyOf(event), direction, limit);
  }

  firstAt(time: bigint): number | null {
    const key = { time, tiebreaker: FIRST_TIEBREAKER, id: 0n };
    const [event] = this.#page(this.#condition, key, "forward", 1);
    // After the last time come the events without one.
    return event === undefined || this.#keyOf(event).time === null ? null : event;
  }

  find(condition: Resolved, from: number | null, direction: Direction, limit: number): Found {
    const both: Resolved = { kind: "and", operands: [this.#condition, condition] };
    const count = this.#count(compileCountUpTo(both, this.#window, this.#events, limit));
    if (count === 0) return { count, event: null };
    const [event] = this.#page(both, from === null ? null : this.#keyOf(from), direction, 1);
    return { count, event: event ?? this.#page(both, null, direction, 1)[0] ?? null };
  }

  get #events(): EventScope {
    return this.#engine.evidence.scope;
  }

  #page(condition: Resolved, from: EventKey | null, direction: Direction, limit: number): readonly number[] {
    const ids: number[] = [];
    const request = { condition, window: this.#window, scope: this.#events, from, direction, limit };
    for (const statement of compilePage(request)) {
      if (ids.length >= limit) break;
      ids.push(...this.#engine.file.rows(statement).map(([id]) => Number(id)));
    }
    return ids.slice(0, limit);
  }

  #keyOf(event: number): EventKey {
    const id = BigInt(event);
    const [row] = this.#engine.file.rows({ sql: "SELECT time, tiebreaker FROM event WHERE id = ?", parameters: [id] });
    return { time: (row?.[0] ?? null) as bigint | null, tiebreaker: (row?.[1] ?? null) as bigint | null, id };
  }

  #count(statement: Parameters<Engine["file"]["rows"]>[0]): number {
    return Number(this.#engine.file.rows(statement)[0]?.[0] ?? 0n);
  }
}
