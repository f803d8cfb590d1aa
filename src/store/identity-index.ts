import type Database from "better-sqlite3";
import { EVENT_FLAG } from "./event-flags.ts";
import type { HashRuns } from "./hash-runs.ts";

/** Same identity more often than this: no more documents are compared, the next ones count as conflicts. */
const MAX_SAME = 8;

/**
 * What makes an identity of 64 bits: `event.id` and `agent.id`; the bytes of a document that has none; `_index` and `_id`
 * of a hit. Of content and hits one event is remembered: they only tell that there is one.
 */
export type IdentityKind = "ids" | "content" | "hit";

const LIMIT: Readonly<Record<IdentityKind, number>> = { ids: MAX_SAME, content: 1, hit: 1 };
/** Keeps the kinds apart in the table. */
const SALT: Readonly<Record<IdentityKind, number>> = { ids: 0, content: 0x3c6ef372, hit: 0x1f83d9ab };

/** Whether an event has that identity. */
export type HasIdentity = (event: number, kind: IdentityKind, low: number, high: number) => boolean;

/** Events of the case with that identity, in order, at most as many as are remembered. */
export type StoredEvents = (kind: IdentityKind, low: number, high: number) => readonly number[];

/** Which events have an identity: the table holds a part of it, the events themselves decide. */
export class IdentityIndex {
  readonly #table: HashRuns;
  readonly #has: HasIdentity;
  readonly #stored: StoredEvents | null;

  /** @param stored finds the events that are in the case and were not added; null: all were. */
  constructor(table: HashRuns, has: HasIdentity, stored: StoredEvents | null) {
    this.#table = table;
    this.#has = has;
    this.#stored = stored;
  }

  /** Events of the identity, in order. */
  find(kind: IdentityKind, low: number, high: number): readonly number[] {
    const stored = this.#stored === null ? NONE : this.#stored(kind, low, high);
    const table = this.#table;
    table.seek(mix(low ^ SALT[kind], high));
    let event = table.next();
    if (event === 0) return stored;
    const found: number[] = [];
    for (; event !== 0; event = table.next()) if (this.#has(event, kind, low, high)) found.push(event);
    return stored.length === 0 && found.length < 2 ? found : [...stored, ...found.sort((a, b) => a - b)];
  }

  /** Adds an event, unless enough of the identity are there already. */
  add(kind: IdentityKind, low: number, high: number, event: number): void {
    if (this.find(kind, low, high).length < LIMIT[kind]) this.#table.add(mix(low ^ SALT[kind], high), event);
  }
}

const NONE: readonly number[] = [];

/** Asks the indexes `event_identity` and `event_hit` for events before `end`. */
export function storedEvents(db: Database.Database, end: number): StoredEvents {
  const byIdentity = db
    .prepare(
      `SELECT id FROM event WHERE identity = ? AND id < ? AND (flags & ${EVENT_FLAG.byContent}) = ? ORDER BY id LIMIT ?`,
    )
    .pluck();
  const byHit = db.prepare("SELECT id FROM event WHERE hit = ? AND id < ? ORDER BY id LIMIT ?").pluck();
  return (kind, low, high) => {
    const identity = (BigInt(high) << 32n) | BigInt(low >>> 0);
    const limit = BigInt(LIMIT[kind]);
    if (kind === "hit") return byHit.all(identity, BigInt(end), limit) as number[];
    const byContent = kind === "content" ? BigInt(EVENT_FLAG.byContent) : 0n;
    return byIdentity.all(identity, BigInt(end), byContent, limit) as number[];
  };
}

function mix(low: number, high: number): number {
  const mixed = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
