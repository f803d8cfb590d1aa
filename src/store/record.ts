/**
 * Encodes rows in SQLite's record format: a header of serial types, then the values.
 * https://www.sqlite.org/fileformat2.html#record_format
 */
const NULL = 0;
const INT8 = 1;
const INT16 = 2;
const INT24 = 3;
const INT32 = 4;
const INT48 = 5;
const INT64 = 6;
const DOUBLE = 7;
const ZERO = 8;
const ONE = 9;
const SIZE = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0] as const;

/** A row of numbers: columns are set in any order, those not set are NULL, those after the last one set are left out. */
export class NumberRecord {
  readonly #types: Uint8Array;
  readonly #low: Int32Array;
  readonly #high: Int32Array;
  #end = 0;
  #size = 0;

  /** How many columns there is room for. */
  readonly columns: number;

  constructor(columns: number) {
    this.columns = columns;
    this.#types = new Uint8Array(columns);
    this.#low = new Int32Array(columns);
    this.#high = new Int32Array(columns);
  }

  clear(): void {
    this.#types.fill(0, 0, this.#end);
    this.#end = 0;
    this.#size = 0;
  }

  setInt32(column: number, value: number): void {
    let type;
    if (value >= -0x80 && value <= 0x7f) type = value === 0 ? ZERO : value === 1 ? ONE : INT8;
    else if (value >= -0x8000 && value <= 0x7fff) type = INT16;
    else if (value >= -0x80_0000 && value <= 0x7f_ffff) type = INT24;
    else type = INT32;
    this.#set(column, type, value, 0);
  }

  /** A 64-bit integer in two halves. */
  setInt64(column: number, low: number, high: number): void {
    if (high === low >> 31) this.setInt32(column, low);
    else if (high >= -0x8000 && high <= 0x7fff) this.#set(column, INT48, low, high);
    else this.#set(column, INT64, low, high);
  }

  /** The bits of a double in two halves. */
  setDouble(column: number, low: number, high: number): void {
    this.#set(column, DOUBLE, low, high);
  }

  #set(column: number, type: number, low: number, high: number): void {
    this.#types[column] = type;
    this.#low[column] = low;
    this.#high[column] = high;
    this.#size += SIZE[type] ?? 0;
    if (column >= this.#end) this.#end = column + 1;
  }

  /** Bytes of the encoded row. Each column may have been set once. */
  get length(): number {
    return this.#end + (this.#end + 1 < 128 ? 1 : 2) + this.#size;
  }

  /** Writes the encoded row, `length` bytes. */
  write(data: Uint8Array, start: number): void {
    const end = this.#end;
    const headerSize = end + (end + 1 < 128 ? 1 : 2);
    let at = start;
    if (end + 1 < 128) data[at++] = headerSize;
    else {
      data[at++] = (headerSize >> 7) | 0x80;
      data[at++] = headerSize & 0x7f;
    }
    let body = start + headerSize;
    for (let column = 0; column < end; column++) {
      const type = this.#types[column] ?? NULL;
      data[at++] = type;
      if (type === NULL || type >= ZERO) continue;
      const low = this.#low[column] ?? 0;
      if (type <= INT32) {
        if (type === INT32) data[body++] = low >> 24;
        if (type >= INT24) data[body++] = low >> 16;
        if (type >= INT16) data[body++] = low >> 8;
        data[body++] = low;
        continue;
      }
      const high = this.#high[column] ?? 0;
      if (type !== INT48) {
        data[body++] = high >> 24;
        data[body++] = high >> 16;
      }
      data[body++] = high >> 8;
      data[body++] = high;
      data[body++] = low >> 24;
      data[body++] = low >> 16;
      data[body++] = low >> 8;
      data[body++] = low;
    }
  }
}
