import type Database from "better-sqlite3";
import { foldAscii } from "../base/fold-ascii.ts";
import { invariant } from "../base/errors.ts";
import { parseIp } from "../ecs/ip.ts";
import { ByteHash } from "./byte-hash.ts";
import { type RowBatch, VALUE_FAMILY, VALUE_IP, VALUE_ODD } from "./row-batch.ts";
import type { HashRuns } from "./hash-runs.ts";
import { type RowDigest, ValueDigests } from "./row-digests.ts";
import { Bytes, type Stage, type StageTable, writeVarint, varintSize } from "./stage.ts";
import { ValueIndex } from "./value-index.ts";
import { ValueLookup } from "./value-lookup.ts";

/** Marks the key of a list in the index; its bytes are the ids of its elements, ascending. */
const VALUE_LIST = 0x400_0000;
const UPPER_A = 0x41;
const UPPER_Z = 0x5a;

interface WideValue {
  readonly id: number;
  readonly family: number;
  readonly bytes: Buffer;
  readonly odd: boolean;
}

/** Maps local values and lists of workers to dictionary ids, and stages the rows of new ones. */
export class ValueWriter {
  readonly #db: Database.Database;
  readonly #table: HashRuns;
  #index: ValueIndex;
  /** Where the values of the case are found that are not in the index; null: all are. */
  #lookup: ValueLookup | null;
  /** Ids below it were in the case before. */
  readonly #firstId: number;
  readonly #hash = new ByteHash();
  readonly #digests = new ValueDigests();
  readonly #record = new Bytes(1 << 16);
  readonly #selectText: Database.Statement;
  readonly #selectItems: Database.Statement;
  #nextId: number;
  #nextItem = 1;
  #stage: Stage | null = null;
  #values: StageTable | null = null;
  #items: StageTable | null = null;
  /** Values too large for the stage. */
  #wide: WideValue[] = [];
  /** Bytes of values that wait outside of the stage. */
  wideBytes = 0;
  #list = Buffer.allocUnsafeSlow(1 << 12);
  #listView = new DataView(this.#list.buffer);

  /**
   * @param table for hashes of values; empty
   * @param indexed the case has its indexes: values that it has already are looked up when they are met. Otherwise the
   * hashes of all of them are read first.
   */
  constructor(db: Database.Database, table: HashRuns, indexed: boolean) {
    this.#db = db;
    this.#table = table;
    this.#selectText = db.prepare("SELECT family, ifnull(text, folded), ifnull(odd, 0) FROM value WHERE id = ?").raw();
    this.#selectItems = db.prepare("SELECT item FROM value_item WHERE list = ? ORDER BY item").pluck();
    this.#nextId = (db.prepare("SELECT ifnull(max(id), 0) FROM value").pluck().get() as number) + 1;
    this.#firstId = this.#nextId;
    this.#index = this.#newIndex();
    this.#lookup = indexed && this.#nextId > 1 ? new ValueLookup(db) : null;
    if (this.#lookup === null) this.#readStored();
  }

  #newIndex(): ValueIndex {
    return new ValueIndex(this.#table, this.#nextId, (id, key, data, start, length) =>
      this.#sameAsStored(id, key, data, start, length),
    );
  }

  /** The indexes of the case are dropped. Everything that was mapped is in the case. */
  leaveIndexes(): void {
    if (this.#lookup === null) return;
    this.#lookup = null;
    this.#table.close();
    this.#index = this.#newIndex();
    this.#readStored();
  }

  /** Stages rows into `stage` from now on. */
  open(stage: Stage, valueSql: string): void {
    this.#stage = stage;
    this.#values = stage.table("value", valueSql);
    this.#items = stage.table("value_item", "CREATE TABLE value_item (list INTEGER, item INTEGER)");
    this.#nextItem = 1;
    this.#wide = [];
    this.wideBytes = 0;
  }

  /** Fills the index from a case that has values. */
  #readStored(): void {
    if (this.#nextId === 1) return;
    const rows = this.#db
      .prepare("SELECT id, family, ifnull(text, folded), ifnull(odd, 0) FROM value WHERE folded IS NOT NULL")
      .raw()
      .iterate() as IterableIterator<[number, number, string, number]>;
    let bytes = Buffer.alloc(1 << 12);
    for (const [id, family, text, odd] of rows) {
      if (text.length * 3 + 8 > bytes.length) bytes = Buffer.alloc(text.length * 3 + 8);
      const length = bytes.write(text);
      this.#hash.hash(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, length);
      this.#index.addStored(odd === 1 ? family | VALUE_ODD : family, this.#hash.low, id);
    }
    this.#readStoredLists();
  }

  #readStoredLists(): void {
    const rows = this.#db
      .prepare("SELECT v.id, v.family, i.item FROM value_item i JOIN value v ON v.id = i.list ORDER BY i.list, i.item")
      .raw()
      .iterate() as IterableIterator<[number, number, number]>;
    let list = 0;
    let family = 0;
    let count = 0;
    const finish = (): void => {
      if (count === 0) return;
      this.#hash.hash(this.#listView, 0, count * 4);
      this.#index.addStored(family | VALUE_LIST, this.#hash.low, list);
    };
    for (const [id, itsFamily, item] of rows) {
      if (id !== list) {
        finish();
        list = id;
        family = itsFamily;
        count = 0;
      }
      this.#setListItem(count++, item);
    }
    finish();
  }

  #setListItem(index: number, id: number): void {
    if (index * 4 + 8 > this.#list.length) {
      const grown = Buffer.allocUnsafeSlow(this.#list.length * 2);
      this.#list.copy(grown);
      this.#list = grown;
      this.#listView = new DataView(grown.buffer);
    }
    this.#listView.setInt32(index * 4, id, true);
  }

  /** Appends to `map` the dictionary ids of the new values of a batch, in order. */
  mapValues(batch: RowBatch, families: readonly number[], map: IdMap): void {
    const meta = batch.valueMeta;
    const bytes = Buffer.from(batch.valueBytes.buffer, batch.valueBytes.byteOffset, batch.valueBytes.length);
    let start = 0;
    for (let at = 0; at < meta.length; at += 4) {
      const local = meta[at] as number;
      const length = meta[at + 1] as number;
      const hash = meta[at + 2] as number;
      const family = families[local & VALUE_FAMILY] as number;
      const key = family | (local & VALUE_ODD);
      let id = this.#index.find(key, bytes, start, length, hash);
      if (id === 0 && this.#lookup !== null) {
        const text = bytes.toString("utf8", start, start + length);
        id = this.#known(key, hash, this.#lookup.text(family, text, (local & VALUE_ODD) !== 0));
      }
      if (id === 0) {
        id = this.#nextId++;
        this.#index.add(key, bytes, start, length, hash, id);
        this.#stageText(id, family, bytes, start, length, local);
      }
      map.push(id);
      start += (length + 3) & ~3;
    }
  }

  /** Appends to `lists` the dictionary ids of the new lists of a batch, in order; `values` maps their elements. */
  mapLists(batch: RowBatch, families: readonly number[], values: IdMap, lists: IdMap): void {
    const words = batch.lists;
    let ids = new Int32Array(64);
    for (let at = 0; at < words.length;) {
      const family = families[words[at++] as number] as number;
      const count = words[at++] as number;
      if (count > ids.length) ids = new Int32Array(count * 2);
      for (let index = 0; index < count; index++) ids[index] = values.get(words[at++] as number);
      const sorted = ids.subarray(0, count).sort();
      for (let index = 0; index < count; index++) this.#setListItem(index, sorted[index] as number);
      this.#hash.hash(this.#listView, 0, count * 4);
      const key = family | VALUE_LIST;
      let id = this.#index.find(key, this.#list, 0, count * 4, this.#hash.low);
      if (id === 0 && this.#lookup !== null && (sorted[count - 1] as number) < this.#firstId) {
        id = this.#known(key, this.#hash.low, this.#lookup.list(family, [...sorted]));
      }
      if (id === 0) {
        id = this.#nextId++;
        this.#index.add(key, this.#list, 0, count * 4, this.#hash.low, id);
        this.#stageList(id, family, sorted);
      }
      lists.push(id);
    }
  }

  /** The digest of the values that were new since the last one; null when none was. */
  takeDigest(): RowDigest | null {
    return this.#digests.end();
  }

  /** Remembers what the case was asked for; 0 when it has no such value. */
  #known(key: number, hash: number, found: bigint | undefined): number {
    if (found === undefined) return 0;
    this.#index.addStored(key, hash, Number(found));
    return Number(found);
  }

  #stageText(id: number, family: number, bytes: Buffer, start: number, length: number, flags: number): void {
    const record = this.#record;
    record.reserve(length * 2 + 64);
    const { data } = record;
    let upper = false;
    for (let at = start; at < start + length; at++) {
      const byte = bytes[at] as number;
      if (byte >= UPPER_A && byte <= UPPER_Z) {
        upper = true;
        break;
      }
    }
    const odd = (flags & VALUE_ODD) !== 0;
    const ip = (flags & VALUE_IP) !== 0;
    this.#digests.addText(id, family, { odd, ip }, bytes, start, length);
    const textType = 13 + 2 * length;
    const columns = odd ? 6 : ip ? 5 : upper ? 4 : 3;
    const familyType = family < 0x80 ? 1 : family < 0x8000 ? 2 : 4;
    let header = 1 + 1 + 1 + varintSize(textType);
    if (columns > 3) header += upper ? varintSize(textType) : 1;
    if (columns > 4) header += 1;
    if (columns > 5) header += 1;
    data[0] = header;
    data[1] = 0;
    data[2] = familyType;
    let at = writeVarint(data, 3, textType);
    if (columns > 3) at = writeVarint(data, at, upper ? textType : 0);
    if (columns > 4) data[at++] = ip ? 44 : 0;
    if (columns > 5) data[at++] = 9;
    invariant(at === header, "the header of a value has the size it was given");
    if (familyType === 1) data[at++] = family;
    else if (familyType === 2) at = data.writeInt16BE(family, at);
    else at = data.writeInt32BE(family, at);
    if (upper) {
      for (let from = start; from < start + length; from++) {
        const byte = bytes[from] as number;
        data[at++] = byte >= UPPER_A && byte <= UPPER_Z ? byte | 0x20 : byte;
      }
    }
    at += bytes.copy(data, at, start, start + length);
    if (ip) {
      writeAddress(data, at, bytes, start, start + length);
      at += 16;
    }
    const { stage, values } = this.#open();
    if (!stage.add(values, id, data, at)) {
      this.wideBytes += length;
      this.#wide.push({ id, family, bytes: Buffer.from(bytes.subarray(start, start + length)), odd });
    }
  }

  #stageList(id: number, family: number, items: Int32Array): void {
    this.#digests.addList(id, family, items);
    const { data } = this.#record;
    const { stage, values, items: table } = this.#open();
    data[0] = 3;
    data[1] = 0;
    data[2] = 4;
    data.writeInt32BE(family, 3);
    stage.add(values, id, data, 7);
    data[0] = 3;
    data[1] = 4;
    data[2] = 4;
    data.writeInt32BE(id, 3);
    for (const item of items) {
      data.writeInt32BE(item, 7);
      stage.add(table, this.#nextItem++, data, 11);
    }
  }

  #open(): { stage: Stage; values: StageTable; items: StageTable } {
    invariant(this.#stage !== null && this.#values !== null && this.#items !== null, "a stage is open");
    return { stage: this.#stage, values: this.#values, items: this.#items };
  }

  /** Everything staged is in the case. */
  saved(): void {
    this.#index.saved();
    this.#stage = null;
  }

  /** Copies what was staged; the stage is attached as `stage`. */
  insertStaged(): void {
    this.#db.exec("INSERT INTO value SELECT * FROM stage.value");
    this.#db.exec("INSERT INTO value_item SELECT list, item FROM stage.value_item");
    const insert = this.#db.prepare("INSERT INTO value (id, family, folded, text, odd) VALUES (?, ?, ?, ?, ?)");
    for (const { id, family, bytes, odd } of this.#wide) {
      const text = bytes.toString("utf8");
      const folded = foldAscii(text);
      insert.run(BigInt(id), BigInt(family), folded, folded === text ? null : text, odd ? 1n : null);
    }
  }

  #sameAsStored(id: number, key: number, data: Uint8Array, start: number, length: number): boolean {
    if ((key & VALUE_LIST) !== 0) {
      const items = this.#selectItems.all(id) as number[];
      if (items.length * 4 !== length) return false;
      const view = new DataView(data.buffer, data.byteOffset + start, length);
      return items.every((item, index) => view.getInt32(index * 4, true) === item);
    }
    const row = this.#selectText.get(id) as [number, string | null, number] | undefined;
    if (row === undefined || row[1] === null) return false;
    if (row[0] !== (key & VALUE_FAMILY) || (row[2] === 1) !== ((key & VALUE_ODD) !== 0)) return false;
    return Buffer.from(row[1]).equals(data.subarray(start, start + length));
  }
}

/** Writes the 16 bytes of an address in canonical text. */
function writeAddress(data: Buffer, to: number, bytes: Buffer, start: number, end: number): void {
  data.fill(0, to, to + 16);
  let part = 0;
  let at = to + 12;
  for (let from = start; from < end; from++) {
    const byte = bytes[from] as number;
    if (byte === 0x2e) {
      data[at++] = part;
      part = 0;
    } else if (byte >= 0x30 && byte <= 0x39) part = part * 10 + byte - 0x30;
    else {
      const address = parseIp(bytes.toString("latin1", start, end));
      invariant(address !== null, "an address of the dictionary is one");
      data.set(address, to);
      return;
    }
  }
  data[at] = part;
  data[to + 10] = 0xff;
  data[to + 11] = 0xff;
}

/** Local ids (from 1) to dictionary ids. */
export class IdMap {
  #ids = new Int32Array(1 << 10);
  #count = 0;

  push(id: number): void {
    if (this.#count + 1 >= this.#ids.length) {
      const grown = new Int32Array(this.#ids.length * 2);
      grown.set(this.#ids);
      this.#ids = grown;
    }
    this.#ids[++this.#count] = id;
  }

  get(local: number): number {
    return this.#ids[local] as number;
  }

  clear(): void {
    this.#count = 0;
  }
}
