/**
 * Digests of what a load writes, block by block, so that a later change of a row shows whatever version of the program
 * looks. What is hashed are the rows as they are stored:
 *
 * - of a block, its events which were written one after another: each row in SQLite's record format, without its id; then
 *   the numbers of these events in side tables of columns: records of field, event and value, by field;
 * - of the dictionary, the values that were new in a piece of the evidence: per text `family | flags` and its length, each
 *   32 bits with the low byte first, and its bytes; per list the same with the number of its elements, and their ids.
 */
import { createHash, type Hash } from "node:crypto";
import type { NumberRecord } from "./record.ts";
import { SideRecord } from "./side-rows.ts";

/** What one digest covers. */
export interface RowDigest {
  readonly kind: "event" | "value";
  /** First and last id. */
  readonly first: number;
  readonly last: number;
  readonly sha256: Buffer;
}

/** Digests of events, which come in the order of their ids. */
export class EventDigests {
  readonly #hash = new PieceHash();
  readonly #record = new SideRecord();
  #side: SideNumber[] = [];
  #first = 0;
  #last = 0;

  add(event: number, row: NumberRecord): void {
    if (this.#first === 0) this.#first = event;
    this.#last = event;
    this.#hash.addRecord(row);
  }

  /** A number of an event that was added, in a side table. `cell` is `CELL.int64` or `CELL.double`. */
  addSide(field: number, event: number, cell: number, low: number, high: number): void {
    this.#side.push({ field, event, cell, low, high });
  }

  /** The digest of what was added since the last one; null when nothing was. */
  end(): RowDigest | null {
    if (this.#first === 0) return null;
    for (const { field, event, cell, low, high } of this.#side.sort((a, b) => a.field - b.field)) {
      this.#hash.addWord(field);
      this.#hash.addRecord(this.#record.of(event, cell, low, high));
    }
    const digest: RowDigest = { kind: "event", first: this.#first, last: this.#last, sha256: this.#hash.take() };
    this.#side = [];
    this.#first = 0;
    return digest;
  }
}

interface SideNumber {
  readonly field: number;
  readonly event: number;
  readonly cell: number;
  readonly low: number;
  readonly high: number;
}

const ODD = 1 << 24;
const ADDRESS = 1 << 25;
const LIST = 1 << 26;

/** Digests of values of the dictionary, which come in the order of their ids. */
export class ValueDigests {
  readonly #hash = new PieceHash();
  #first = 0;
  #last = 0;

  /** A text: `data[start, start + length)`. */
  addText(
    id: number,
    family: number,
    { odd, ip }: { readonly odd: boolean; readonly ip: boolean },
    data: Uint8Array,
    start: number,
    length: number,
  ): void {
    this.#begin(id, family | (odd ? ODD : 0) | (ip ? ADDRESS : 0), length);
    this.#hash.add(data, start, length);
  }

  /** @param items ids of its elements, ascending */
  addList(id: number, family: number, items: ArrayLike<number>): void {
    this.#begin(id, family | LIST, items.length);
    for (let index = 0; index < items.length; index++) this.#hash.addWord(items[index] ?? 0);
  }

  #begin(id: number, head: number, count: number): void {
    if (this.#first === 0) this.#first = id;
    this.#last = id;
    this.#hash.addWord(head);
    this.#hash.addWord(count);
  }

  /** The digest of what was added since the last one; null when nothing was. */
  end(): RowDigest | null {
    if (this.#first === 0) return null;
    const digest: RowDigest = { kind: "value", first: this.#first, last: this.#last, sha256: this.#hash.take() };
    this.#first = 0;
    return digest;
  }
}

const BUFFER_BYTES = 1 << 16;
/** From here on copying by the runtime is faster than byte after byte. */
const LONG_PIECE = 48;

/** sha256 of many small pieces, which are collected before they are hashed. */
class PieceHash {
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #hash: Hash = createHash("sha256");
  #length = 0;

  add(data: Uint8Array, start: number, length: number): void {
    if (length > BUFFER_BYTES) {
      this.#flush();
      this.#hash.update(data.subarray(start, start + length));
      return;
    }
    const at = this.#room(length);
    if (length >= LONG_PIECE) this.#buffer.set(data.subarray(start, start + length), at);
    else for (let index = 0; index < length; index++) this.#buffer[at + index] = data[start + index] ?? 0;
  }

  /** @param record shorter than a page of the stage, which is as large as the buffer */
  addRecord(record: NumberRecord): void {
    record.write(this.#buffer, this.#room(record.length));
  }

  addWord(word: number): void {
    this.#buffer.writeInt32LE(word, this.#room(4));
  }

  #room(length: number): number {
    if (this.#length + length > BUFFER_BYTES) this.#flush();
    const at = this.#length;
    this.#length += length;
    return at;
  }

  #flush(): void {
    this.#hash.update(this.#buffer.subarray(0, this.#length));
    this.#length = 0;
  }

  /** The digest of what was added; begins anew. */
  take(): Buffer {
    this.#flush();
    const digest = this.#hash.digest();
    this.#hash = createHash("sha256");
    return digest;
  }
}
