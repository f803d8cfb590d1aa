import { closeSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { invariant } from "../base/errors.ts";
import { HashTable } from "./hash-table.ts";

/** Entries that are kept in memory; when there are more, all of them are written out as a run. */
const MAX_ENTRIES = 1 << 20;
/** Entries of a run that are read at once: 4 KiB. */
const PAGE = 512;
const ENTRY_BYTES = 8;
/** Bits of a run's filter per entry, and how many of them each entry sets. */
const FILTER_BITS = 8;
const FILTER_PROBES = 3;

/** A sorted part of the table in the file. */
interface Run {
  /** Of its first byte in the file. */
  readonly offset: number;
  readonly count: number;
  /** The unsigned hash of the first entry of each page. */
  readonly firsts: Uint32Array;
  /** Tells most hashes that are not in the run. */
  readonly filter: Uint32Array;
}

/**
 * A `HashTable` of bounded memory: what does not fit lies in sorted runs in a file, of which some 1.1 bytes an entry stay
 * in memory. `next` tells the ids of the table first, then those of the runs, the newest first.
 */
export class HashRuns {
  readonly #path: string;
  readonly #limit: number;
  readonly #table = new HashTable();
  readonly #runs: Run[] = [];
  readonly #page = Buffer.allocUnsafeSlow(PAGE * ENTRY_BYTES);
  #file: number | null = null;
  #size = 0;
  #hash = 0;
  /** The run whose ids come next; -1: the table's. */
  #next = -1;
  readonly #found: number[] = [];

  /** @param path of a file that is made when it is needed. It has no name while it is used, and is gone after it. */
  constructor(path: string, limit = MAX_ENTRIES) {
    this.#path = path;
    this.#limit = limit;
  }

  /** Begins to look for a hash; `next` then tells the ids. */
  seek(hash: number): void {
    this.#hash = hash;
    this.#next = -1;
    this.#found.length = 0;
    this.#table.seek(hash);
  }

  /** The next id under the hash; 0: no more. */
  next(): number {
    if (this.#next < 0) {
      const id = this.#table.next();
      if (id !== 0) return id;
      this.#next = this.#runs.length;
    }
    while (this.#found.length === 0 && this.#next > 0) {
      this.#next -= 1;
      this.#search(this.#runs[this.#next] as Run);
    }
    return this.#found.shift() ?? 0;
  }

  /** Whether the id that `next` told last was read from the file. */
  get fromRun(): boolean {
    return this.#next >= 0;
  }

  add(hash: number, id: number): void {
    if (this.#table.count >= this.#limit) this.#writeRun();
    this.#table.add(hash, id);
  }

  /** Forgets everything, and gives the file back. */
  close(): void {
    this.#table.clear();
    this.#runs.length = 0;
    this.#size = 0;
    if (this.#file === null) return;
    closeSync(this.#file);
    this.#file = null;
  }

  #search({ offset, count, firsts, filter }: Run): void {
    const hash = this.#hash >>> 0;
    if (!mayHave(filter, hash)) return;
    invariant(this.#file !== null, "runs have a file");
    for (let page = lastBelow(firsts, hash); page * PAGE < count; page++) {
      const entries = Math.min(PAGE, count - page * PAGE);
      readFully(this.#file, this.#page, entries * ENTRY_BYTES, offset + page * PAGE * ENTRY_BYTES);
      for (let at = 0; at < entries; at++) {
        const other = this.#page.readUInt32LE(at * ENTRY_BYTES);
        if (other > hash) return;
        if (other === hash) this.#found.push(this.#page.readInt32LE(at * ENTRY_BYTES + 4));
      }
    }
  }

  #writeRun(): void {
    this.#file ??= openNameless(this.#path);
    const { hashes, ids } = this.#table.sorted();
    const count = ids.length;
    const firsts = new Uint32Array(Math.ceil(count / PAGE));
    const filter = new Uint32Array(Math.ceil((count * FILTER_BITS) / 32));
    const bytes = Buffer.allocUnsafeSlow(count * ENTRY_BYTES);
    for (let at = 0; at < count; at++) {
      const hash = (hashes[at] as number) >>> 0;
      if (at % PAGE === 0) firsts[at / PAGE] = hash;
      note(filter, hash);
      bytes.writeUInt32LE(hash, at * ENTRY_BYTES);
      bytes.writeInt32LE(ids[at] as number, at * ENTRY_BYTES + 4);
    }
    for (let from = 0; from < bytes.length;) {
      from += writeSync(this.#file, bytes, from, bytes.length - from, this.#size + from);
    }
    this.#runs.push({ offset: this.#size, count, firsts, filter });
    this.#size += bytes.length;
    this.#table.clear();
  }
}

function openNameless(path: string): number {
  const file = openSync(path, "w+");
  rmSync(path, { force: true });
  return file;
}

/** The bits of a hash in a filter: its product with different odd numbers, as a share of the filter. */
const FACTORS = [0x9e3779b1, 0x85ebca6b, 0xc2b2ae35].slice(0, FILTER_PROBES);

function mayHave(filter: Uint32Array, hash: number): boolean {
  for (const factor of FACTORS) {
    const bit = bitOf(filter, hash, factor);
    if (((filter[bit >>> 5] as number) & (1 << (bit & 31))) === 0) return false;
  }
  return true;
}

function note(filter: Uint32Array, hash: number): void {
  for (const factor of FACTORS) {
    const bit = bitOf(filter, hash, factor);
    filter[bit >>> 5] = (filter[bit >>> 5] as number) | (1 << (bit & 31));
  }
}

function bitOf(filter: Uint32Array, hash: number, factor: number): number {
  return ((Math.imul(hash, factor) >>> 0) * (filter.length / 134_217_728)) | 0;
}

/** The last page that may have a hash: the first one whose successor begins with it, or above. */
function lastBelow(firsts: Uint32Array, hash: number): number {
  let low = 0;
  let high = firsts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((firsts[middle] as number) < hash) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

function readFully(file: number, target: Buffer, bytes: number, position: number): void {
  for (let done = 0; done < bytes;) {
    const count = readSync(file, target, done, bytes - done, position + done);
    invariant(count > 0, "the file of runs is whole");
    done += count;
  }
}
