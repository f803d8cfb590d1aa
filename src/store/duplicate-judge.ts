import type Database from "better-sqlite3";
import { EVENT_FLAG } from "./event-flags.ts";
import type { HashRuns } from "./hash-runs.ts";
import { IdentityIndex, type IdentityKind, storedEvents } from "./identity-index.ts";
import type { Originals } from "./originals.ts";
import { ROW, ROW_HAS_HIT } from "./row-batch.ts";

/** Numbers that are kept of an event until it is in the case. */
const STAGED = 8;
/** Events that are read at once from a case that has some. */
const PAGE = 20_000;

interface Identity {
  readonly flags: number;
  readonly low: number;
  readonly high: number;
  readonly hasHit: boolean;
  readonly hitLow: number;
  readonly hitHigh: number;
}

/**
 * Tells which documents repeat an event: the same `_index` and `_id`; or the same event.id and agent.id with the same
 * content; or, without an event.id, the same bytes in another source. Hashes find the candidates; ids with other
 * content, and bytes, are decided on the documents.
 */
export class DuplicateJudge {
  readonly #db: Database.Database;
  readonly #table: HashRuns;
  #index: IdentityIndex;
  #indexed: boolean;
  readonly #originals: Originals;
  readonly #sameContent: (a: Uint8Array, b: Uint8Array) => boolean;
  readonly #selectPlace: Database.Statement;
  readonly #selectIdentity: Database.Statement;
  /** Block, offset, bytes and identities of the events from `#firstStaged` on, which are not in the case yet. */
  readonly #staged: number[] = [];
  #firstStaged = 1;
  #sourceFirst = 1;
  /** The event that the judged document repeats; 0: none. */
  repeated = 0;
  /** Another event has its ids, with other content. */
  conflict = false;

  /**
   * @param table for hashes of identities; empty
   * @param indexed the case has its indexes: its events are asked for where a document may repeat one. Otherwise the
   * identities of all of them are read first.
   */
  constructor(
    db: Database.Database,
    table: HashRuns,
    originals: Originals,
    sameContent: (a: Uint8Array, b: Uint8Array) => boolean,
    nextEvent: number,
    indexed: boolean,
  ) {
    this.#db = db;
    this.#table = table;
    this.#originals = originals;
    this.#sameContent = sameContent;
    this.#selectPlace = db.prepare("SELECT block, offset, bytes FROM event WHERE id = ?").raw();
    this.#selectIdentity = db.prepare("SELECT flags, identity, hit FROM event WHERE id = ?").raw().safeIntegers();
    this.#firstStaged = nextEvent;
    this.#indexed = indexed && nextEvent > 1;
    this.#index = this.#newIndex(this.#indexed ? nextEvent : null);
    if (!this.#indexed) this.#readStored();
  }

  #newIndex(storedUntil: number | null): IdentityIndex {
    const stored = storedUntil === null ? null : storedEvents(this.#db, storedUntil);
    return new IdentityIndex(this.#table, (event, kind, low, high) => this.#has(event, kind, low, high), stored);
  }

  /** The indexes of the case are dropped. Everything that was judged is in the case. */
  leaveIndexes(): void {
    if (!this.#indexed) return;
    this.#indexed = false;
    this.#table.close();
    this.#index = this.#newIndex(null);
    this.#readStored();
  }

  #readStored(): void {
    const select = this.#db
      .prepare("SELECT id, flags, identity, hit FROM event WHERE id > ? ORDER BY id LIMIT ?")
      .raw()
      .safeIntegers();
    let last = 0n;
    for (;;) {
      const rows = select.all(last, BigInt(PAGE)) as [bigint, bigint, bigint, bigint | null][];
      for (const [id, flags, identity, hit] of rows) this.#remember(Number(id), toIdentity(flags, identity, hit));
      const next = rows.at(-1);
      if (next === undefined) return;
      last = next[0];
    }
  }

  /** Documents belong to a source whose first event has, or will have, that id. */
  startSource(firstEvent: number): void {
    this.#sourceFirst = firstEvent;
  }

  /** Judges the document of the row at `at`: sets `repeated` and `conflict`. `data` holds the bytes of its chunk. */
  judge(rows: Int32Array, at: number, data: Uint8Array): void {
    this.repeated = 0;
    this.conflict = false;
    const flags = rows[at + ROW.flags] as number;
    if ((flags & ROW_HAS_HIT) !== 0) {
      const [first] = this.#index.find("hit", rows[at + ROW.hitLow] as number, rows[at + ROW.hitHigh] as number);
      if (first !== undefined) {
        this.repeated = first;
        return;
      }
    }
    const byContent = (flags & EVENT_FLAG.byContent) !== 0;
    const [low, high] = [rows[at + ROW.identityLow] as number, rows[at + ROW.identityHigh] as number];
    const candidates = this.#index.find(byContent ? "content" : "ids", low, high);
    if (candidates.length === 0) return;
    const position = rows[at + ROW.position] as number;
    const document = data.subarray(position, position + (rows[at + ROW.bytes] as number));
    for (const candidate of candidates) {
      if (byContent && candidate >= this.#sourceFirst) continue;
      if (this.#isSame(candidate, document, byContent)) {
        this.repeated = candidate;
        this.conflict = false;
        return;
      }
      this.conflict = !byContent;
    }
  }

  /** The row at `at` has become an event. */
  add(event: number, rows: Int32Array, at: number, block: number, offset: number): void {
    const flags = rows[at + ROW.flags] as number;
    const identity: Identity = {
      flags,
      low: rows[at + ROW.identityLow] as number,
      high: rows[at + ROW.identityHigh] as number,
      hasHit: (flags & ROW_HAS_HIT) !== 0,
      hitLow: rows[at + ROW.hitLow] as number,
      hitHigh: rows[at + ROW.hitHigh] as number,
    };
    const bytes = rows[at + ROW.bytes] as number;
    this.#staged.push(block, offset, bytes, flags, identity.low, identity.high, identity.hitLow, identity.hitHigh);
    this.#remember(event, identity);
  }

  #remember(event: number, { flags, low, high, hasHit, hitLow, hitHigh }: Identity): void {
    this.#index.add((flags & EVENT_FLAG.byContent) !== 0 ? "content" : "ids", low, high, event);
    if (hasHit) this.#index.add("hit", hitLow, hitHigh, event);
  }

  /** All events before `nextEvent` are in the case now. */
  saved(nextEvent: number): void {
    this.#staged.length = 0;
    this.#firstStaged = nextEvent;
  }

  #has(event: number, kind: IdentityKind, low: number, high: number): boolean {
    const identity = this.#identityOf(event);
    if (kind === "hit") return identity.hasHit && identity.hitLow === low && identity.hitHigh === high;
    if (identity.low !== low || identity.high !== high) return false;
    return ((identity.flags & EVENT_FLAG.byContent) !== 0) === (kind === "content");
  }

  #identityOf(event: number): Identity {
    const at = (event - this.#firstStaged) * STAGED;
    if (at < 0) return toIdentity(...(this.#selectIdentity.get(event) as [bigint, bigint, bigint | null]));
    const [flags = 0, low = 0, high = 0, hitLow = 0, hitHigh = 0] = this.#staged.slice(at + 3, at + STAGED);
    return { flags, low, high, hasHit: (flags & ROW_HAS_HIT) !== 0, hitLow, hitHigh };
  }

  #isSame(event: number, document: Uint8Array, byContent: boolean): boolean {
    const stored = this.#documentOf(event);
    if (stored.equals(document)) return true;
    return !byContent && this.#sameContent(stored, document);
  }

  #documentOf(event: number): Buffer {
    const at = (event - this.#firstStaged) * STAGED;
    if (at < 0) return this.#originals.bytes(...(this.#selectPlace.get(event) as [number, number, number]));
    const [block = 0, offset = 0, bytes = 0] = this.#staged.slice(at, at + 3);
    return this.#originals.bytes(block, offset, bytes);
  }
}

function toIdentity(flags: bigint, identity: bigint, hit: bigint | null): Identity {
  return {
    flags: Number(flags),
    low: low32(identity),
    high: high32(identity),
    hasHit: hit !== null,
    hitLow: low32(hit ?? 0n),
    hitHigh: high32(hit ?? 0n),
  };
}

function low32(value: bigint): number {
  return Number(BigInt.asIntN(32, value));
}

function high32(value: bigint): number {
  return Number(BigInt.asIntN(32, value >> 32n));
}
