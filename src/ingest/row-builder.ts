import { HugeNumber, numberText } from "../base/exact-json.ts";
import { type LeafValue, toBoolean, toDouble, toIp, toLong } from "../ecs/field-value.ts";
import type { TimeZone } from "../ecs/time-zone.ts";
import { EVENT_FLAG } from "../store/event-flags.ts";
import {
  CELL,
  COUNT,
  type LocalField,
  ROW,
  ROW_HAS_HIT,
  ROW_HAS_TIE,
  VALUE_IP,
  VALUE_ODD,
} from "../store/row-batch.ts";
import { encodeText } from "../store/text.ts";
import { ByteHash, combine } from "../store/byte-hash.ts";
import { BOOLEAN, type FieldNode, type FieldTree, KIND, NUMBER, ROLE, STRING } from "./field-tree.ts";
import { LocalDictionary } from "./local-dictionary.ts";
import { LocalLists } from "./local-lists.ts";
import { isPlainIpv4 } from "./plain-ipv4.ts";
import { sortIds } from "./sort-ids.ts";
import { TimeReader } from "./time-reader.ts";
import { Words } from "./words.ts";

/**
 * Collects the values of one document after another and makes rows of them. Both readers, the fast one over bytes and
 * the exact one over values, end here. A document is begun, given values, and then ended or dropped; what was dropped
 * leaves no trace but strings in the dictionary.
 */
export class RowBuilder {
  readonly tree: FieldTree;
  readonly dictionary = new LocalDictionary();
  readonly hash = new ByteHash();
  readonly #time: TimeReader;
  readonly #lists = new LocalLists();
  #listIds = new Int32Array(64);
  /** Spellings of addresses, and the dictionary id of each; 0: it is none. */
  readonly #spellings = new LocalDictionary();
  #addresses: number[] = [];
  readonly #rows = new Words(1 << 17);
  readonly #side = new Words(1 << 8);
  readonly #fields: LocalField[] = [];
  readonly #touched: FieldNode[] = [];
  readonly #present: FieldNode[] = [];
  readonly #double = new Float64Array(1);
  readonly #doubleBits = new Int32Array(this.#double.buffer);
  #scratch = Buffer.alloc(1 << 12);
  #scratchView = new DataView(this.#scratch.buffer, this.#scratch.byteOffset, this.#scratch.length);
  #fieldCount = 0;
  #presentCount = 0;
  #document = 0;
  events = 0;
  unnamed = 0;

  // The current document.
  #hasTime = false;
  #zoneless = false;
  #timeLow = 0;
  #timeHigh = 0;
  #hasTie = false;
  #tieLow = 0;
  #tieHigh = 0;
  #eventIds = 0;
  #eventLow = 0;
  #eventHigh = 0;
  #agentLow = 0;
  #agentHigh = 0;
  #unnamedHere = 0;

  constructor(tree: FieldTree, zone: TimeZone | undefined) {
    this.tree = tree;
    this.#time = new TimeReader(zone);
  }

  begin(): void {
    this.#document += 1;
    this.#presentCount = 0;
    this.#hasTime = false;
    this.#zoneless = false;
    this.#hasTie = false;
    this.#eventIds = 0;
    this.#agentLow = 0;
    this.#agentHigh = 0;
    this.#unnamedHere = 0;
  }

  // Values -----------------------------------------------------------------------------------------------------------

  /** Any value, by the exact way. */
  addLeaf(node: FieldNode, value: LeafValue): void {
    if (typeof value === "string") {
      const { text, odd } = encodeText(value);
      const length = this.#toScratch(text);
      this.hash.hash(this.#scratchView, 0, length);
      this.#addText(node, this.#scratch, this.#scratchView, 0, length, odd, value);
    } else if (typeof value === "boolean") this.addBoolean(node, value);
    else this.#addExactNumber(node, value);
  }

  /**
   * A string whose bytes are its text: well-formed UTF-8 without NUL. `hash` holds the hash of the bytes where
   * `node.hashed`.
   */
  addBytes(node: FieldNode, data: Buffer, view: DataView, start: number, end: number): void {
    this.#addText(node, data, view, start, end, false, null);
  }

  #addText(
    node: FieldNode,
    data: Buffer,
    view: DataView,
    start: number,
    end: number,
    odd: boolean,
    text: string | null,
  ): void {
    const kind = node.kind;
    if (kind >= KIND.ignored) {
      if (kind === KIND.ignored) this.#unnamedHere += 1;
      return;
    }
    this.#open(node, STRING);
    const low = this.hash.low;
    const high = this.hash.high;
    if (node.role !== 0) this.#noteText(node, data, view, start, end, odd, text);
    if (kind === KIND.text) {
      if (node.column) {
        const family = odd ? node.family | VALUE_ODD : node.family;
        this.#put(node, CELL.value, this.#intern(node, view, start, end, low, high, family), 0);
      }
    } else if (kind === KIND.date) this.#addDateText(node, data, start, end, text);
    else if (kind === KIND.ip) this.#addAddress(node, data, view, start, end);
    else this.#addConverted(node, text ?? data.toString("utf8", start, end));
  }

  /** What identity and category need of a string. */
  #noteText(
    node: FieldNode,
    data: Buffer,
    view: DataView,
    start: number,
    end: number,
    odd: boolean,
    text: string | null,
  ): void {
    const role = node.role;
    const { low, high } = this.hash;
    if ((role & ROLE.eventId) !== 0) {
      this.#eventIds += 1;
      this.#eventLow = low;
      this.#eventHigh = high;
    }
    if ((role & ROLE.agentId) !== 0) {
      this.#agentLow = low;
      this.#agentHigh = high;
    }
    if (node.alias !== null) this.#addText(node.alias, data, view, start, end, odd, text);
    this.hash.low = low;
    this.hash.high = high;
    if ((role & ROLE.time) !== 0 && node.kind !== KIND.date) this.#noteTime(text ?? data.toString("utf8", start, end));
    if ((role & ROLE.tiebreaker) !== 0 && node.kind !== KIND.long)
      this.#noteTie(text ?? data.toString("utf8", start, end));
  }

  /** An integer of at most 15 digits. `[start, end)` of `view` is its canonical text. */
  addInteger(node: FieldNode, value: number, view: DataView, start: number, end: number): void {
    const kind = node.kind;
    if (node.role === ROLE.tiebreaker && kind === KIND.long) {
      const high = Math.floor(value / 4_294_967_296);
      this.#setTie((value - high * 4_294_967_296) | 0, high);
    } else if (node.role !== 0 || kind === KIND.date) {
      this.#addExactNumber(node, value);
      return;
    }
    if (kind >= KIND.ignored) {
      if (kind === KIND.ignored) this.#unnamedHere += 1;
      return;
    }
    this.#open(node, NUMBER);
    if (kind === KIND.text) {
      if (node.column) {
        this.hash.hash(view, start, end);
        const { low, high } = this.hash;
        this.#put(node, CELL.value, this.#intern(node, view, start, end, low, high, node.family), 0);
      }
    } else if (kind === KIND.long) {
      if (node.column) this.#putInteger(node, value);
    } else if (kind === KIND.double) {
      if (node.column) this.#putDouble(node, value);
    } else node.bad += 1;
  }

  /** The dictionary id of a string; the last one of the field is tried first, because fields repeat. */
  #intern(
    node: FieldNode,
    view: DataView,
    start: number,
    end: number,
    low: number,
    high: number,
    family: number,
  ): number {
    const { dictionary } = this;
    if (
      node.lastLow === low &&
      node.lastEpoch === dictionary.epoch &&
      dictionary.is(node.lastId, view, start, end, low, high, family)
    ) {
      return node.lastId;
    }
    const id = dictionary.intern(view, start, end, low, high, family);
    node.lastId = id;
    node.lastLow = low;
    node.lastEpoch = dictionary.epoch;
    return id;
  }

  #addExactNumber(node: FieldNode, value: number | bigint | HugeNumber): void {
    const kind = node.kind;
    if (kind >= KIND.ignored) {
      if (kind === KIND.ignored) this.#unnamedHere += 1;
      return;
    }
    this.#open(node, NUMBER);
    const role = node.role;
    if (role !== 0) {
      if ((role & (ROLE.eventId | ROLE.agentId)) !== 0 || node.alias !== null) {
        const length = this.#toScratch(numberText(value));
        this.hash.hash(this.#scratchView, 0, length);
        this.#noteText(node, this.#scratch, this.#scratchView, 0, length, false, numberText(value));
      }
      if ((role & ROLE.time) !== 0 && kind !== KIND.date && !(value instanceof HugeNumber)) this.#noteTime(value);
      if ((role & ROLE.tiebreaker) !== 0 && kind !== KIND.long) this.#noteTie(value);
    }
    if (kind === KIND.text) {
      if (node.column) this.#putText(node, numberText(value));
    } else this.#addConverted(node, value);
  }

  addBoolean(node: FieldNode, value: boolean): void {
    const kind = node.kind;
    if (kind >= KIND.ignored) {
      if (kind === KIND.ignored) this.#unnamedHere += 1;
      return;
    }
    this.#open(node, BOOLEAN);
    if (node.alias !== null) this.#putText(this.#openAlias(node.alias), value ? "true" : "false");
    if (kind === KIND.boolean) {
      if (node.column) this.#put(node, CELL.int32, value ? 1 : 0, 0);
    } else if (kind === KIND.text) {
      if (node.column) this.#putText(node, value ? "true" : "false");
    } else node.bad += 1;
  }

  #openAlias(alias: FieldNode): FieldNode {
    this.#open(alias, STRING);
    return alias;
  }

  #putText(node: FieldNode, text: string): void {
    const length = this.#toScratch(text);
    this.hash.hash(this.#scratchView, 0, length);
    const { low, high } = this.hash;
    const id = this.dictionary.intern(this.#scratchView, 0, length, low, high, node.family);
    this.#put(node, CELL.value, id, 0);
  }

  /** A value of a field that is typed otherwise, made to fit or counted as malformed. */
  #addConverted(node: FieldNode, value: LeafValue): void {
    switch (node.kind) {
      case KIND.long: {
        const long = toLong(value);
        if (long === null) node.bad += 1;
        else {
          const low = Number(BigInt.asIntN(32, long));
          const high = Number(BigInt.asIntN(32, long >> 32n));
          if ((node.role & ROLE.tiebreaker) !== 0) this.#setTie(low, high);
          if (node.column) this.#put(node, CELL.int64, low, high);
        }
        break;
      }
      case KIND.double: {
        const double = toDouble(value);
        if (double === null) node.bad += 1;
        else if (node.column) this.#putDouble(node, double);
        break;
      }
      case KIND.boolean: {
        const boolean = toBoolean(value);
        if (boolean === null) node.bad += 1;
        else if (node.column) this.#put(node, CELL.int32, boolean ? 1 : 0, 0);
        break;
      }
      case KIND.date:
        this.#addDate(node, value);
        break;
      default:
        node.bad += 1;
    }
  }

  /** Addresses are looked up by their bytes as written; each spelling is parsed once. */
  #addAddress(node: FieldNode, data: Buffer, view: DataView, start: number, end: number): void {
    if (isPlainIpv4(data, start, end)) {
      if (!node.column) return;
      const { low, high } = this.hash;
      this.#put(node, CELL.value, this.#intern(node, view, start, end, low, high, node.family | VALUE_IP), 0);
      return;
    }
    const spelling = this.#spellings.intern(view, start, end, this.hash.low, this.hash.high, 0);
    let id = this.#addresses[spelling];
    if (id === undefined) {
      const address = toIp(data.toString("latin1", start, end));
      if (address === null) id = 0;
      else {
        const length = this.#toScratch(address.text);
        this.hash.hash(this.#scratchView, 0, length);
        id = this.dictionary.intern(
          this.#scratchView,
          0,
          length,
          this.hash.low,
          this.hash.high,
          node.family | VALUE_IP,
        );
      }
      this.#addresses[spelling] = id;
    }
    if (id === 0) node.bad += 1;
    else if (node.column) this.#put(node, CELL.value, id, 0);
  }

  // Times ------------------------------------------------------------------------------------------------------------

  #addDateText(node: FieldNode, data: Buffer, start: number, end: number, text: string | null): void {
    if (text === null && this.#time.readIso(data, start, end)) this.#putDate(node);
    else this.#addDate(node, text ?? data.toString("utf8", start, end));
  }

  #addDate(node: FieldNode, value: LeafValue): void {
    if (this.#time.read(value)) this.#putDate(node);
    else node.bad += 1;
  }

  #putDate(node: FieldNode): void {
    if ((node.role & ROLE.time) !== 0) this.#setTime();
    if (node.column) this.#put(node, CELL.int64, this.#time.low, this.#time.high);
  }

  #noteTime(value: LeafValue): void {
    if (this.#time.read(value)) this.#setTime();
  }

  /** What was read is the time of the event, unless it has one. */
  #setTime(): void {
    if (this.#hasTime) return;
    this.#hasTime = true;
    this.#zoneless = this.#time.zoneless;
    this.#timeLow = this.#time.low;
    this.#timeHigh = this.#time.high;
  }

  #noteTie(value: LeafValue): void {
    const long = toLong(value);
    if (long !== null) this.#setTie(Number(BigInt.asIntN(32, long)), Number(BigInt.asIntN(32, long >> 32n)));
  }

  #setTie(low: number, high: number): void {
    if (this.#hasTie) return;
    this.#hasTie = true;
    this.#tieLow = low;
    this.#tieHigh = high;
  }

  // The document -----------------------------------------------------------------------------------------------------

  #open(node: FieldNode, bit: number): void {
    if (node.stamp === this.#document) {
      node.bits |= bit;
      node.values += 1;
      return;
    }
    node.stamp = this.#document;
    node.bits = bit;
    node.values = 1;
    node.bad = 0;
    node.cells = 0;
    this.#present[this.#presentCount++] = node;
  }

  #put(node: FieldNode, cell: number, low: number, high: number): void {
    if (node.cells === 0) {
      node.cell = cell;
      node.low = low;
      node.high = high;
    } else node.more.push(cell, low, high);
    node.cells += 1;
  }

  #putInteger(node: FieldNode, value: number): void {
    if (value >= -0x8000_0000 && value <= 0x7fff_ffff) this.#put(node, CELL.int32, value, 0);
    else {
      const high = Math.floor(value / 4_294_967_296);
      this.#put(node, CELL.int64, (value - high * 4_294_967_296) | 0, high);
    }
  }

  #putDouble(node: FieldNode, value: number): void {
    this.#double[0] = value;
    this.#put(node, CELL.double, this.#doubleBits[0] as number, this.#doubleBits[1] as number);
  }

  /** The document is none after all. */
  drop(): void {
    for (let index = 0; index < this.#presentCount; index++) (this.#present[index] as FieldNode).more.length = 0;
  }

  /**
   * The document is complete: one event.
   * @param hit hash of `_index` and `_id`
   * @param content hash of its bytes, asked for only when it has no event.id
   */
  end(
    position: number,
    bytes: number,
    line: number,
    flags: number,
    hit: { low: number; high: number } | null,
    content: () => void,
  ): void {
    const rows = this.#rows;
    rows.reserve(ROW.size + this.#presentCount * 3);
    const at = rows.length;
    const data = rows.data;
    let all = flags;
    if (!this.#hasTime) all |= EVENT_FLAG.untimed;
    if (this.#zoneless) all |= EVENT_FLAG.zoneless;
    if (this.#hasTie) all |= ROW_HAS_TIE;
    let identityLow = combine(this.#eventLow, this.#agentLow);
    let identityHigh = combine(this.#eventHigh, this.#agentHigh);
    if (this.#eventIds !== 1) {
      content();
      identityLow = this.hash.low;
      identityHigh = this.hash.high;
      all |= EVENT_FLAG.byContent;
    }
    if (hit !== null) {
      all |= ROW_HAS_HIT;
      data[at + ROW.hitLow] = hit.low;
      data[at + ROW.hitHigh] = hit.high;
    }
    data[at + ROW.flags] = all;
    data[at + ROW.position] = position;
    data[at + ROW.bytes] = bytes;
    data[at + ROW.line] = line;
    data[at + ROW.timeLow] = this.#timeLow;
    data[at + ROW.timeHigh] = this.#timeHigh;
    data[at + ROW.tieLow] = this.#tieLow;
    data[at + ROW.tieHigh] = this.#tieHigh;
    data[at + ROW.identityLow] = identityLow;
    data[at + ROW.identityHigh] = identityHigh;
    data[at + ROW.cells] = this.#writeCells(at + ROW.size) - at - ROW.size;
    this.unnamed += this.#unnamedHere;
    this.events += 1;
  }

  /** Writes the cells of the document; returns the position after them. */
  #writeCells(start: number): number {
    let at = start;
    const data = this.#rows.data;
    for (let index = 0; index < this.#presentCount; index++) {
      const node = this.#present[index] as FieldNode;
      if (node.plain === 0 && node.documents === 0) this.#touch(node);
      if (node.bits === STRING && node.values === 1 && node.bad === 0) node.plain += 1;
      else node.count();
      if (node.cells === 0) continue;
      let cell = node.cell;
      let low = node.low;
      if (node.cells > 1) {
        if (cell === CELL.value) {
          const list = this.#list(node);
          if (list > 0) {
            cell = CELL.list;
            low = list;
          }
        } else if (this.#numbers(node)) continue;
      }
      data[at++] = (node.id << 3) | cell;
      data[at++] = low;
      if (cell >= CELL.int64) data[at++] = node.high;
    }
    this.#rows.length = at;
    return at;
  }

  #touch(node: FieldNode): void {
    this.#touched.push(node);
    if (node.id >= 0 || node.local === null) return;
    node.id = this.#fieldCount++;
    this.#fields.push(node.local);
  }

  /** The local id of the list of a field's values; 0 when they are all the same. */
  #list(node: FieldNode): number {
    const { more } = node;
    const size = 1 + more.length / 3;
    if (size > this.#listIds.length) this.#listIds = new Int32Array(size * 2);
    const ids = this.#listIds;
    ids[0] = node.low;
    for (let index = 1, at = 1; index < size; index++, at += 3) ids[index] = more[at] as number;
    more.length = 0;
    sortIds(ids, size);
    let count = 1;
    for (let index = 1; index < size; index++) if (ids[index] !== ids[count - 1]) ids[count++] = ids[index] as number;
    if (count > 1) return this.#lists.intern(node.family, ids, count);
    node.low = ids[0];
    return 0;
  }

  /** Puts a list of numbers aside; false when they are all the same. */
  #numbers(node: FieldNode): boolean {
    const all = [node.cell, node.low, node.high, ...node.more];
    node.more.length = 0;
    const seen = new Set<number | string>();
    const kept: number[] = [];
    for (let index = 0; index < all.length; index += 3) {
      const cell = all[index] as number;
      const low = all[index + 1] as number;
      const high = cell === CELL.int32 ? low >> 31 : (all[index + 2] as number);
      const key =
        cell !== CELL.double && high >> 20 === high >> 31 ? high * 4_294_967_296 + (low >>> 0) : `${low}:${high}`;
      if (seen.has(key)) continue;
      seen.add(key);
      kept.push(this.events, node.id, cell === CELL.int32 ? CELL.int64 : cell, low, high);
    }
    if (seen.size === 1) return false;
    this.#side.reserve(kept.length);
    this.#side.data.set(kept, this.#side.length);
    this.#side.length += kept.length;
    return true;
  }

  #toScratch(text: string): number {
    if (text.length * 3 + 8 > this.#scratch.length) {
      this.#scratch = Buffer.alloc(text.length * 3 + 4096);
      this.#scratchView = new DataView(this.#scratch.buffer, this.#scratch.byteOffset, this.#scratch.length);
    }
    return this.#scratch.write(text, 0, "utf8");
  }

  // The chunk --------------------------------------------------------------------------------------------------------

  /** Whether the dictionary is to be cleared before the next chunk. */
  get full(): boolean {
    return this.dictionary.full || this.#spellings.full || this.#lists.count > 200_000;
  }

  /** Forgets all strings; local value ids start again. */
  reset(): void {
    this.dictionary.clear();
    this.#lists.clear();
    this.#spellings.clear();
    this.#addresses = [];
  }

  takeRows(): {
    rows: Int32Array<ArrayBuffer>;
    side: Int32Array<ArrayBuffer>;
    lists: Int32Array<ArrayBuffer>;
    counts: Int32Array<ArrayBuffer>;
    fields: LocalField[];
    events: number;
    unnamed: number;
  } {
    const counts = new Int32Array(this.#touched.length * COUNT.size);
    this.#touched.forEach((node, index) => {
      node.takeCounts(counts, index * COUNT.size);
    });
    this.#touched.length = 0;
    const { events, unnamed } = this;
    this.events = 0;
    this.unnamed = 0;
    return {
      rows: this.#rows.take(),
      side: this.#side.take(),
      lists: this.#lists.takeNew(),
      counts,
      fields: this.#fields.splice(0),
      events,
      unnamed,
    };
  }
}
