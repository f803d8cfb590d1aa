import { rmSync, writeFileSync } from "node:fs";
import { invariant } from "../base/errors.ts";
import { DuplicateJudge } from "./duplicate-judge.ts";
import { EVENT_FLAG } from "./event-flags.ts";
import type { CaseFile } from "./case-file.ts";
import { dropIndexes, ensureIdentityIndexes, hasIndexes } from "./case-indexes.ts";
import { FieldRegistry, type RegisteredField } from "./field-registry.ts";
import { HashRuns } from "./hash-runs.ts";
import { Originals } from "./originals.ts";
import { NumberRecord } from "./record.ts";
import { EventDigests, type RowDigest } from "./row-digests.ts";
import { CELL, ROW, ROW_HAS_HIT, ROW_HAS_TIE, type RowBatch } from "./row-batch.ts";
import { SideRows } from "./side-rows.ts";
import { addSourceCounts, noCounts, type SourceCounts } from "./source-counts.ts";
import { MAX_RECORD, Stage, type StageTable } from "./stage.ts";
import { IdMap, ValueWriter } from "./value-writer.ts";

/** Of rows, and of what is kept beside them until they are written. */
const FLUSH_BYTES = 24 * 1024 * 1024;
/** What a rejection, a duplicate, or a number of a list takes in memory. */
const SMALL_ROW_BYTES = 100;

/** SQLite's page cache during a load, in its unit of -1 KiB: rows are only appended. */
const LOAD_CACHE = -16_384;

/** Positions of the fixed columns of `event`. */
const COLUMN = {
  time: 1,
  tiebreaker: 2,
  member: 3,
  line: 4,
  block: 5,
  offset: 6,
  bytes: 7,
  flags: 8,
  identity: 9,
  hit: 10,
};

export interface SinkOptions {
  readonly keepDuplicates: boolean;
  /** Bytes of evidence after which the load goes on without the indexes of the case; 0: from the beginning. */
  readonly largeBytes: number;
  /** Staged bytes after which a batch is written. */
  readonly batchBytes?: number | undefined;
  /** Whether two documents, as bytes of their members, have the same content. */
  readonly sameContent: (a: Uint8Array, b: Uint8Array) => boolean;
}

/** Where a batch comes from. */
export interface BatchOrigin {
  /** The worker whose local ids it uses. */
  readonly worker: number;
  /** The bytes of the chunk, and where they start in the member. */
  readonly data: Uint8Array;
  readonly start: number;
  /** Lines of the batch count from its first one; otherwise they are the member's. */
  readonly relativeLines: boolean;
  /** Position in the member where the first block of the batch starts. */
  readonly blocksFrom: number;
}

/** Per worker: its local ids in ids of the case. */
interface WorkerMaps {
  readonly families: number[];
  readonly fields: RegisteredField[];
  readonly values: IdMap;
  readonly lists: IdMap;
}

interface StartedBlock {
  readonly id: number;
  /** In the member. */
  readonly start: number;
  readonly end: number;
}

interface PendingBlock {
  readonly id: number;
  readonly offset: number;
  readonly bytes: number;
  readonly data: Uint8Array;
}

interface Pending {
  readonly blocks: PendingBlock[];
  readonly rejected: (readonly [line: number, offset: number, bytes: number, code: string, reason: string])[];
  readonly duplicates: (readonly [event: number, line: number, block: number, offset: number, bytes: number])[];
  readonly side: SideRows;
  readonly derived: (readonly [event: number, block: number, offset: number, bytes: number])[];
  readonly derivedBlocks: (readonly [id: number, data: Uint8Array])[];
  readonly digests: (readonly [digest: RowDigest, source: number, block: number])[];
  readonly counts: SourceCounts;
}

/**
 * Writes batches into the case, in input order: the ids of everything depend on the evidence alone, not on the number of
 * workers or their speed. One for a whole load; `startMember` begins each member.
 */
export class EventSink {
  readonly #file: CaseFile;
  readonly #options: SinkOptions;
  readonly #values: ValueWriter;
  readonly #fields: FieldRegistry;
  readonly #judge: DuplicateJudge;
  readonly #originals: Originals;
  readonly #digests = new EventDigests();
  readonly #workers = new Map<number, WorkerMaps>();
  readonly #stage = new Stage();
  readonly #stagePath: string;
  readonly #tables: { readonly values: HashRuns; readonly events: HashRuns };
  /** The case has its indexes. */
  #indexed: boolean;
  #loaded = 0;
  /** Of what waits beside the stage. */
  #pendingBytes = 0;
  #events: StageTable | null = null;
  #record: NumberRecord;
  #pending: Pending = noPending();
  #nextEvent: number;
  #nextBlock: number;
  #nextDerived: number;
  #source = 0;
  #member = 0;
  #line = 1;
  /** Blocks in which a document may still start. */
  #blocks: StartedBlock[] = [];

  constructor(file: CaseFile, options: SinkOptions) {
    this.#file = file;
    this.#options = options;
    const { db } = file;
    this.#stagePath = `${file.path}-stage`;
    this.#tables = { values: new HashRuns(`${file.path}-values`), events: new HashRuns(`${file.path}-events`) };
    this.#indexed = options.largeBytes > 0 && hasIndexes(file);
    if (this.#indexed) ensureIdentityIndexes(file);
    else dropIndexes(file);
    db.pragma(`cache_size = ${LOAD_CACHE}`);
    this.#values = new ValueWriter(db, this.#tables.values, this.#indexed);
    this.#fields = new FieldRegistry(db);
    this.#originals = new Originals(db);
    this.#record = new NumberRecord(this.#fields.columns + 512);
    this.#nextEvent = (db.prepare("SELECT ifnull(max(id), 0) FROM event").pluck().get() as number) + 1;
    this.#nextBlock = (db.prepare("SELECT ifnull(max(id), 0) FROM block").pluck().get() as number) + 1;
    this.#nextDerived = (db.prepare("SELECT ifnull(max(id), 0) FROM derived_block").pluck().get() as number) + 1;
    this.#judge = new DuplicateJudge(
      db,
      this.#tables.events,
      this.#originals,
      options.sameContent,
      this.#nextEvent,
      this.#indexed,
    );
    this.#openStage();
  }

  #openStage(): void {
    this.#stage.reset();
    const sql = (name: string): string =>
      this.#file.db.prepare("SELECT sql FROM sqlite_schema WHERE name = ?").pluck().get(name) as string;
    this.#values.open(this.#stage, sql("value"));
    // The definition of `event` is known when the batch is written: it may get columns.
    this.#events = this.#stage.table("event", "");
  }

  /**
   * Batches belong to this member from now on.
   * @param line 1-based line of its next byte
   */
  startMember(source: number, member: number, line: number): void {
    invariant(this.#pending.blocks.length === 0, "the batches of a member are written before the next one starts");
    if (source !== this.#source) {
      this.#source = source;
      const first = this.#file.db
        .prepare("SELECT min(e.id) FROM event e WHERE e.member IN (SELECT id FROM member WHERE source = ?)")
        .pluck()
        .get(source) as number | null;
      this.#judge.startSource(first ?? this.#nextEvent);
    }
    this.#member = member;
    this.#line = line;
    this.#blocks = this.#file.db
      .prepare<[bigint], StartedBlock>(
        "SELECT id, offset AS start, offset + bytes AS end FROM block WHERE member = ? ORDER BY offset",
      )
      .all(BigInt(member));
  }

  /** Writes a piece of a member in which there are no events. Between members only. @param data zstd */
  writeBlock(member: number, offset: number, bytes: number, data: Uint8Array): void {
    invariant(this.#pending.blocks.length === 0, "the batches of a member are written before another one's bytes");
    this.#file.db
      .prepare("INSERT INTO block (id, member, offset, bytes, data) VALUES (?, ?, ?, ?, ?)")
      .run(BigInt(this.#nextBlock++), BigInt(member), BigInt(offset), BigInt(bytes), data);
  }

  /** Takes a batch; the next one of the member must follow it. Writes when enough has come together. */
  add(batch: RowBatch, origin: BatchOrigin): void {
    const maps = this.#mapsOf(origin.worker, batch);
    this.#addBlocks(batch, origin);
    this.#keepDigest(this.#values.takeDigest(), this.#nextBlock - 1);
    this.#addRows(batch, origin, maps);
    const lineBase = origin.relativeLines ? this.#line : 0;
    for (const { position, bytes, line, code, reason } of batch.rejected) {
      this.#pending.rejected.push([line + lineBase, origin.start + position, bytes, code, reason]);
    }
    this.#fields.count(batch.counts, maps.fields);
    const { counts } = this.#pending;
    counts.documents += batch.documents;
    counts.blank += batch.blank;
    counts.rejected += batch.rejected.length;
    counts.unnamed += batch.unnamed;
    this.#line += batch.lines;
    this.#pendingBytes += batch.rejected.length * SMALL_ROW_BYTES + (batch.derivedData?.length ?? 0);
    const limit = this.#options.batchBytes ?? FLUSH_BYTES;
    if (this.#stage.size >= limit || this.#pendingBytes + this.#values.wideBytes >= limit) this.flush();
  }

  #mapsOf(worker: number, batch: RowBatch): WorkerMaps {
    let maps = this.#workers.get(worker);
    if (maps === undefined) {
      maps = { families: [], fields: [], values: new IdMap(), lists: new IdMap() };
      this.#workers.set(worker, maps);
    }
    if (batch.reset) {
      maps.values.clear();
      maps.lists.clear();
    }
    for (const name of batch.families) maps.families.push(this.#fields.family(name));
    for (const field of batch.fields) maps.fields.push(this.#fields.field(field));
    this.#values.mapValues(batch, maps.families, maps.values);
    this.#values.mapLists(batch, maps.families, maps.values, maps.lists);
    if (this.#record.columns < this.#fields.columns) this.#record = new NumberRecord(this.#fields.columns * 2);
    return maps;
  }

  #addBlocks(batch: RowBatch, origin: BatchOrigin): void {
    let start = origin.blocksFrom;
    // A document may start in an earlier block, but not before this chunk's data.
    while (this.#blocks.length > 0 && (this.#blocks[0]?.end ?? 0) <= origin.start) this.#blocks.shift();
    batch.blockEnds.forEach((blockEnd, index) => {
      const end = origin.start + blockEnd;
      const data = batch.blockData[index];
      invariant(data !== undefined, "a block has data");
      const id = this.#nextBlock++;
      this.#pending.blocks.push({
        id,
        offset: start,
        bytes: end - start,
        data,
      });
      this.#originals.addPending(id, data);
      this.#pendingBytes += data.length;
      this.#loaded += end - start;
      this.#blocks.push({ id, start, end });
      start = end;
    });
  }

  #keepDigest(digest: RowDigest | null, block: number): void {
    if (digest !== null) this.#pending.digests.push([digest, this.#source, block]);
  }

  #addRows(batch: RowBatch, origin: BatchOrigin, maps: WorkerMaps): void {
    const { rows } = batch;
    const events = this.#events;
    invariant(events !== null, "a stage is open");
    const record = this.#record;
    const { counts } = this.#pending;
    const lineBase = origin.relativeLines ? this.#line : 0;
    let block = 0;
    let at = 0;
    let side = 0;
    let hashed = 0;
    const ids = batch.derived.length > 0 ? new Int32Array(batch.events) : null;
    for (let row = 0; row < batch.events; row++) {
      const position = origin.start + (rows[at + ROW.position] as number);
      while (block + 1 < this.#blocks.length && position >= (this.#blocks[block]?.end ?? 0)) block += 1;
      while (block > 0 && position < (this.#blocks[block]?.start ?? 0)) block -= 1;
      const place = this.#blocks[block] as StartedBlock;
      const bytes = rows[at + ROW.bytes] as number;
      const line = (rows[at + ROW.line] as number) + lineBase;
      const cells = at + ROW.size;
      const end = cells + (rows[at + ROW.cells] as number);
      const flags = this.#flagsOf(rows, at, origin, place.id, line, position - place.start);
      if (flags < 0) {
        at = end;
        continue;
      }
      const event = this.#nextEvent++;
      this.#judge.add(event, rows, at, place.id, position - place.start);
      if (place.id !== hashed) {
        this.#keepDigest(this.#digests.end(), hashed);
        hashed = place.id;
      }
      if (ids !== null) ids[row] = event;
      record.clear();
      if ((flags & EVENT_FLAG.untimed) === 0) {
        record.setInt64(COLUMN.time, rows[at + ROW.timeLow] as number, rows[at + ROW.timeHigh] as number);
      } else counts.untimed += 1;
      if ((flags & EVENT_FLAG.zoneless) !== 0) counts.zoneless += 1;
      if (((rows[at + ROW.flags] as number) & ROW_HAS_TIE) !== 0) {
        record.setInt64(COLUMN.tiebreaker, rows[at + ROW.tieLow] as number, rows[at + ROW.tieHigh] as number);
      }
      record.setInt32(COLUMN.member, this.#member);
      record.setInt32(COLUMN.line, line);
      record.setInt32(COLUMN.block, place.id);
      record.setInt32(COLUMN.offset, position - place.start);
      record.setInt32(COLUMN.bytes, bytes);
      record.setInt32(COLUMN.flags, flags);
      const identityLow = rows[at + ROW.identityLow] as number;
      const identityHigh = rows[at + ROW.identityHigh] as number;
      record.setInt64(COLUMN.identity, identityLow, identityHigh);
      if (((rows[at + ROW.flags] as number) & ROW_HAS_HIT) !== 0) {
        const hitLow = rows[at + ROW.hitLow] as number;
        const hitHigh = rows[at + ROW.hitHigh] as number;
        record.setInt64(COLUMN.hit, hitLow, hitHigh);
      }
      for (let cell = cells; cell < end;) {
        const head = rows[cell++] as number;
        const { column } = maps.fields[head >> 3] as RegisteredField;
        const low = rows[cell++] as number;
        switch (head & 7) {
          case CELL.value:
            record.setInt32(column, maps.values.get(low));
            break;
          case CELL.list:
            record.setInt32(column, maps.lists.get(low));
            break;
          case CELL.int32:
            record.setInt32(column, low);
            break;
          case CELL.int64:
            record.setInt64(column, low, rows[cell++] as number);
            break;
          default:
            record.setDouble(column, low, rows[cell++] as number);
        }
      }
      const length = record.length;
      invariant(length <= MAX_RECORD, "a row of numbers fits a page");
      const to = this.#stage.reserve(events, event, length);
      record.write(this.#stage.data, to);
      this.#digests.add(event, record);
      side = this.#addSide(batch, maps, row, event, side);
      counts.events += 1;
      at = end;
    }
    this.#keepDigest(this.#digests.end(), hashed);
    this.#pendingBytes += (batch.side.length / 5) * SMALL_ROW_BYTES;
    if (ids !== null) this.#addDerived(batch, ids);
  }

  #addDerived(batch: RowBatch, ids: Int32Array): void {
    if (batch.derivedData === null) return;
    const block = this.#nextDerived++;
    this.#pending.derivedBlocks.push([block, batch.derivedData]);
    for (let at = 0; at < batch.derived.length; at += 3) {
      const event = ids[batch.derived[at] ?? 0] ?? 0;
      if (event > 0) this.#pending.derived.push([event, block, batch.derived[at + 1] ?? 0, batch.derived[at + 2] ?? 0]);
    }
  }

  /** Numbers of lists of an event; `at` is where those of the events before it end. Returns where its own end. */
  #addSide({ side }: RowBatch, maps: WorkerMaps, row: number, event: number, from: number): number {
    let at = from;
    for (; at < side.length && (side[at] as number) <= row; at += 5) {
      // Those of a duplicate before it.
      if ((side[at] as number) < row) continue;
      const field = maps.fields[side[at + 1] as number] as RegisteredField;
      const [cell, low, high] = [side[at + 2] as number, side[at + 3] as number, side[at + 4] as number];
      this.#pending.side.add(field, event, cell, low, high);
      this.#digests.addSide(field.id, event, cell, low, high);
    }
    return at;
  }

  /** The flags of an event; -1 when it is a duplicate and not kept. */
  #flagsOf(rows: Int32Array, at: number, origin: BatchOrigin, block: number, line: number, offset: number): number {
    const raw = rows[at + ROW.flags] as number;
    const flags = raw & 0xffff;
    const judge = this.#judge;
    judge.judge(rows, at, origin.data);
    if (judge.repeated === 0) {
      if (!judge.conflict) return flags;
      this.#pending.counts.conflicts += 1;
      return flags | EVENT_FLAG.conflict;
    }
    this.#pending.counts.duplicates += 1;
    if (this.#options.keepDuplicates) return flags | EVENT_FLAG.duplicate;
    this.#pendingBytes += SMALL_ROW_BYTES;
    this.#pending.duplicates.push([judge.repeated, line, block, offset, rows[at + ROW.bytes] as number]);
    return -1;
  }

  /** Writes what has come together, in one transaction. */
  flush(): void {
    const { db } = this.#file;
    const pending = this.#pending;
    if (this.#fields.hasNew) this.#file.transaction(() => this.#fields.writeNew());
    const definition = db.prepare("SELECT sql FROM sqlite_schema WHERE name = 'event'").pluck().get() as string;
    if (this.#events !== null) this.#events.sql = definition;
    pending.side.stage(this.#stage);
    writeFileSync(this.#stagePath, this.#stage.finish());
    try {
      db.prepare("ATTACH ? AS stage").run(this.#stagePath);
      try {
        this.#file.transaction(() => this.#write(pending));
      } finally {
        db.exec("DETACH stage");
      }
    } finally {
      rmSync(this.#stagePath, { force: true });
    }
    this.#pending = noPending();
    this.#pendingBytes = 0;
    this.#originals.clearPending();
    this.#values.saved();
    this.#judge.saved(this.#nextEvent);
    if (this.#indexed && this.#loaded > this.#options.largeBytes) {
      this.#indexed = false;
      dropIndexes(this.#file);
      this.#values.leaveIndexes();
      this.#judge.leaveIndexes();
    }
    this.#openStage();
  }

  #write(pending: Pending): void {
    const { db } = this.#file;
    this.#values.insertStaged();
    db.exec("INSERT INTO event SELECT * FROM stage.event");
    const member = BigInt(this.#member);
    const insertBlock = db.prepare("INSERT INTO block (id, member, offset, bytes, data) VALUES (?, ?, ?, ?, ?)");
    for (const { id, offset, bytes, data } of pending.blocks) {
      insertBlock.run(BigInt(id), member, BigInt(offset), BigInt(bytes), data);
    }
    const insertRejected = db.prepare(
      "INSERT INTO rejected (member, line, offset, bytes, code, reason) VALUES (?, ?, ?, ?, ?, ?)",
    );
    for (const [line, offset, bytes, code, reason] of pending.rejected) {
      insertRejected.run(member, BigInt(line), BigInt(offset), BigInt(bytes), code, reason);
    }
    const insertDuplicate = db.prepare(
      "INSERT INTO duplicate (event, member, line, block, offset, bytes) VALUES (?, ?, ?, ?, ?, ?)",
    );
    for (const [event, line, block, offset, bytes] of pending.duplicates) {
      insertDuplicate.run(BigInt(event), member, BigInt(line), BigInt(block), BigInt(offset), BigInt(bytes));
    }
    const insertDerivedBlock = db.prepare("INSERT INTO derived_block (id, data) VALUES (?, ?)");
    for (const [id, data] of pending.derivedBlocks) insertDerivedBlock.run(BigInt(id), data);
    const insertDerived = db.prepare("INSERT INTO derived (event, block, offset, bytes) VALUES (?, ?, ?, ?)");
    for (const row of pending.derived) insertDerived.run(...row.map(BigInt));
    const insertDigest = db.prepare(
      "INSERT INTO row_digest (kind, first, last, source, block, sha256) VALUES (?, ?, ?, ?, ?, ?)",
    );
    for (const [{ kind, first, last, sha256 }, source, block] of pending.digests) {
      insertDigest.run(kind, BigInt(first), BigInt(last), BigInt(source), BigInt(block), sha256);
    }
    pending.side.insertStaged(db);
    this.#fields.writeCounts(this.#source);
    addSourceCounts(db, this.#source, pending.counts);
  }

  /** Removes what is left on disk besides the case. */
  close(): void {
    rmSync(this.#stagePath, { force: true });
    this.#tables.values.close();
    this.#tables.events.close();
  }
}

function noPending(): Pending {
  return {
    blocks: [],
    rejected: [],
    duplicates: [],
    side: new SideRows(),
    derived: [],
    derivedBlocks: [],
    digests: [],
    counts: noCounts(),
  };
}
