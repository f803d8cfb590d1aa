import { invariant } from "../base/errors.ts";

/**
 * Builds a small SQLite database file in memory, by the published file format, to bring many rows into the case at once:
 * `INSERT INTO event SELECT * FROM stage.event` between tables of the same definition copies whole records within
 * SQLite, several times faster than binding every value of every row. The case itself is written by SQLite alone.
 * https://www.sqlite.org/fileformat2.html
 */

const PAGE = 65_536;
const LEAF_HEADER = 8;
const INTERIOR_HEADER = 12;
/** A larger record would need overflow pages. */
export const MAX_RECORD = PAGE - 35;

/** Growing bytes. */
export class Bytes {
  data: Buffer;

  constructor(size: number) {
    this.data = Buffer.allocUnsafeSlow(size);
  }

  /** Makes room up to `size`, keeping what is there. */
  reserve(size: number): void {
    if (size <= this.data.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(size, this.data.length * 2));
    this.data.copy(grown);
    this.data = grown;
  }
}

/** One table: rows are added in ascending order of rowid. */
class StageTable {
  readonly name: string;
  /** May be set later than the rows are added. */
  sql: string;
  readonly leaves: number[] = [];
  /** Largest rowid of each leaf. */
  readonly lastRowids: number[] = [];
  page = 0;
  cells = 0;
  content = 0;
  lastRowid = 0;

  constructor(name: string, sql: string) {
    this.name = name;
    this.sql = sql;
  }
}

export type { StageTable };

export class Stage {
  readonly #bytes = new Bytes(64 * PAGE);
  readonly #tables: StageTable[] = [];
  #pages = 1;

  /** @param sql the CREATE TABLE text, the same as in the case. */
  table(name: string, sql: string): StageTable {
    const table = new StageTable(name, sql);
    this.#tables.push(table);
    return table;
  }

  get size(): number {
    return this.#pages * PAGE;
  }

  /**
   * Adds a row: the first `length` bytes of `record`, in SQLite's record format. False when it is too large; the caller
   * inserts it otherwise.
   */
  add(table: StageTable, rowid: number, record: Uint8Array, length: number): boolean {
    if (length > MAX_RECORD) return false;
    const at = this.reserve(table, rowid, length);
    const { data } = this.#bytes;
    if (length < 64) for (let index = 0; index < length; index++) data[at + index] = record[index] as number;
    else data.set(record.subarray(0, length), at);
    return true;
  }

  /** All pages; they move when rows are added. */
  get data(): Buffer {
    return this.#bytes.data;
  }

  /** Adds a row whose record, of at most `MAX_RECORD` bytes, the caller then writes to `data` at the position returned. */
  reserve(table: StageTable, rowid: number, length: number): number {
    const size = length + varintSize(length) + varintSize(rowid);
    if (table.page === 0 || LEAF_HEADER + 2 * (table.cells + 1) > table.content - size) this.#openLeaf(table);
    const start = table.page * PAGE;
    const { data } = this.#bytes;
    table.content -= size;
    let at = start + table.content;
    data.writeUInt16BE(table.content, start + LEAF_HEADER + 2 * table.cells);
    at = writeVarint(data, at, length);
    at = writeVarint(data, at, rowid);
    table.cells += 1;
    table.lastRowid = rowid;
    return at;
  }

  /** The complete file. Valid until the next `reset`. */
  finish(): Uint8Array {
    const roots = this.#tables.map((table) => this.#close(table));
    this.#writeFirstPage(roots);
    return this.#bytes.data.subarray(0, this.#pages * PAGE);
  }

  /** Forgets all tables and rows; keeps the memory. */
  reset(): void {
    this.#tables.length = 0;
    this.#pages = 1;
  }

  #newPage(): number {
    this.#bytes.reserve((this.#pages + 1) * PAGE);
    return this.#pages++;
  }

  #openLeaf(table: StageTable): void {
    this.#closeLeaf(table);
    table.page = this.#newPage();
    table.cells = 0;
    table.content = PAGE;
  }

  #closeLeaf(table: StageTable): void {
    if (table.page === 0) return;
    this.#writePageHeader(table.page * PAGE, 0x0d, table.cells, table.content);
    table.leaves.push(table.page);
    table.lastRowids.push(table.lastRowid);
  }

  /** Ends a table; returns its root page. */
  #close(table: StageTable): number {
    if (table.page === 0) this.#openLeaf(table);
    this.#closeLeaf(table);
    let level = table.leaves;
    let keys = table.lastRowids;
    while (level.length > 1) [level, keys] = this.#buildLevel(level, keys);
    const root = level[0];
    invariant(root !== undefined, "a staged table has a root");
    return root + 1;
  }

  #buildLevel(children: readonly number[], keys: readonly number[]): [number[], number[]] {
    const perPage = Math.floor((PAGE - INTERIOR_HEADER) / 16);
    const level: number[] = [];
    const levelKeys: number[] = [];
    for (let from = 0; from < children.length; from += perPage) {
      const to = Math.min(from + perPage, children.length);
      const page = this.#newPage();
      const { data } = this.#bytes;
      const start = page * PAGE;
      let content = PAGE;
      for (let index = from; index < to - 1; index++) {
        const key = keys[index] ?? 0;
        content -= 4 + varintSize(key);
        data.writeUInt32BE((children[index] ?? 0) + 1, start + content);
        writeVarint(data, start + content + 4, key);
        data.writeUInt16BE(content, start + INTERIOR_HEADER + 2 * (index - from));
      }
      this.#writePageHeader(start, 0x05, to - 1 - from, content);
      data.writeUInt32BE((children[to - 1] ?? 0) + 1, start + 8);
      level.push(page);
      levelKeys.push(keys[to - 1] ?? 0);
    }
    return [level, levelKeys];
  }

  #writePageHeader(at: number, type: number, cells: number, content: number): void {
    const { data } = this.#bytes;
    data[at] = type;
    data.writeUInt16BE(0, at + 1);
    data.writeUInt16BE(cells, at + 3);
    data.writeUInt16BE(content & 0xffff, at + 5);
    data[at + 7] = 0;
  }

  #writeFirstPage(roots: readonly number[]): void {
    const { data } = this.#bytes;
    data.fill(0, 0, PAGE);
    data.write("SQLite format 3\0", 0, "latin1");
    data.writeUInt16BE(1, 16); // page size 65,536
    data.set([1, 1, 0, 64, 32, 32], 18);
    data.writeUInt32BE(1, 24); // change counter
    data.writeUInt32BE(this.#pages, 28);
    data.writeUInt32BE(1, 40); // schema cookie
    data.writeUInt32BE(4, 44); // schema format
    data.writeUInt32BE(1, 56); // UTF-8
    data.writeUInt32BE(1, 92); // version-valid-for
    data.writeUInt32BE(3_045_000, 96);
    let content = PAGE;
    this.#tables.forEach((table, index) => {
      const record = schemaRecord(table, roots[index] ?? 0);
      const size = record.length + varintSize(record.length) + 1;
      content -= size;
      const at = writeVarint(data, content, record.length);
      data[at] = index + 1;
      data.set(record, at + 1);
      data.writeUInt16BE(content, 100 + LEAF_HEADER + 2 * index);
    });
    invariant(content > 4096, "the schema of a stage fits its first page");
    this.#writePageHeader(100, 0x0d, this.#tables.length, content);
  }
}

/** Bytes of a variable-length integer below 2^53. */
export function varintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  if (value < 0x1000_0000) return 4;
  if (value < 0x8_0000_0000) return 5;
  if (value < 0x400_0000_0000) return 6;
  if (value < 0x2_0000_0000_0000) return 7;
  return 8;
}

/** Writes a variable-length integer below 2^53; returns the position after it. */
export function writeVarint(data: Uint8Array, at: number, value: number): number {
  const size = varintSize(value);
  let rest = value;
  for (let index = at + size - 1; index >= at; index--) {
    data[index] = (rest & 0x7f) | 0x80;
    rest = rest < 0x8000_0000 ? rest >>> 7 : Math.floor(rest / 128);
  }
  data[at + size - 1] = (data[at + size - 1] ?? 0) & 0x7f;
  return at + size;
}

function schemaRecord(table: StageTable, root: number): Uint8Array {
  const name = Buffer.from(table.name);
  const sql = Buffer.from(table.sql);
  const header = Buffer.alloc(64);
  let at = 1;
  at = writeVarint(header, at, 13 + 2 * 5);
  at = writeVarint(header, at, 13 + 2 * name.length);
  at = writeVarint(header, at, 13 + 2 * name.length);
  at = writeVarint(header, at, 4);
  at = writeVarint(header, at, 13 + 2 * sql.length);
  header[0] = at;
  const rootBytes = Buffer.alloc(4);
  rootBytes.writeUInt32BE(root);
  return Buffer.concat([header.subarray(0, at), Buffer.from("table"), name, name, rootBytes, sql]);
}
