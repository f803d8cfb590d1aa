import { HashTable } from "./hash-table.ts";

/** Same identity more often than this: no more documents are compared, the next ones count as conflicts. */
const MAX_SAME = 8;

const NONE: readonly number[] = [];

/** Whether an event has that identity. */
export type HasIdentity = (event: number, low: number, high: number) => boolean;

/** Which events have an identity of 64 bits: the table holds a part of it, the events themselves decide. */
export class IdentityIndex {
  readonly #table = new HashTable();
  readonly #has: HasIdentity;

  constructor(has: HasIdentity) {
    this.#has = has;
  }

  /** Events of the identity, in order, at most `MAX_SAME`. */
  find(low: number, high: number): readonly number[] {
    const table = this.#table;
    table.seek(mix(low, high));
    let event = table.next();
    if (event === 0) return NONE;
    const found: number[] = [];
    for (; event !== 0; event = table.next()) if (this.#has(event, low, high)) found.push(event);
    return found;
  }

  /** Adds an event, unless there are `limit` of the identity already. */
  add(low: number, high: number, event: number, limit = MAX_SAME): void {
    if (this.find(low, high).length < limit) this.#table.add(mix(low, high), event);
  }
}

function mix(low: number, high: number): number {
  const mixed = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
