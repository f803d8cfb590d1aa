import type Database from "better-sqlite3";
import { compactJson, topLevelText } from "../base/exact-json.ts";
import { errorCode, invariant } from "../base/errors.ts";
import type { CaseFile } from "./case-file.ts";
import { EVENT_FLAG } from "./event-flags.ts";
import { decompressBlock, EVIDENCE_WITHHELD, Originals } from "./originals.ts";
import { StoredDocuments } from "./stored-document.ts";

/** Where an event comes from. */
export interface EventPosition {
  readonly event: number;
  readonly source: number;
  readonly member: number;
  /** Path of the source as it was given. */
  readonly path: string;
  /** Path within an archive; empty for the source itself. */
  readonly memberPath: string;
  /** SHA-256 of the source. */
  readonly sha256: string | null;
  readonly format: string;
  /** 1-based physical line. */
  readonly line: number;
  /** Of the document's first byte in the member. */
  readonly offset: number;
  readonly bytes: number;
  /** See `EVENT_FLAG`. */
  readonly flags: number;
}

/** An event's document. */
export interface EventDocument {
  /** The ECS document as compact JSON, out of any wrapper; numbers exactly as they were written. */
  readonly json: string;
  /** The original text where that is not JSON; otherwise null. */
  readonly original: string | null;
  /** The original is withheld from this copy of the case: the document is what its columns still hold. */
  readonly withheld: boolean;
}

interface Row {
  readonly event: number;
  readonly source: number;
  readonly member: number;
  readonly path: string;
  readonly memberPath: string;
  readonly sha256: string | null;
  readonly format: string;
  readonly line: number;
  readonly block: number;
  readonly inBlock: number;
  readonly bytes: number;
  readonly flags: number;
  readonly blockOffset: number;
}

/** Reads events back out of a case. Keeps the last blocks decompressed, so one reader should serve a whole screen or export. */
export class EventReader {
  readonly #file: CaseFile;
  readonly #originals: Originals;
  readonly #select: Database.Statement<[bigint], Row>;
  readonly #derivedBlocks = new Map<number, Buffer>();
  readonly #stored: StoredDocuments;

  constructor(file: CaseFile) {
    this.#file = file;
    this.#originals = new Originals(file.db);
    this.#stored = new StoredDocuments(file);
    this.#select = file.db.prepare(
      `SELECT e.id AS event, m.source, e.member, s.path, m.path AS memberPath, s.sha256, m.format, e.line, e.block,
           e.offset AS inBlock, e.bytes, e.flags, b.offset AS blockOffset
         FROM event e JOIN member m ON m.id = e.member JOIN source s ON s.id = m.source JOIN block b ON b.id = e.block
         WHERE e.id = ?`,
    );
  }

  #row(event: number | bigint): Row | undefined {
    return this.#select.get(BigInt(event));
  }

  /** Where an event is in the evidence; undefined for an unknown id. */
  position(event: number | bigint): EventPosition | undefined {
    const row = this.#row(event);
    if (row === undefined) return undefined;
    const { block: _block, inBlock, blockOffset, ...rest } = row;
    return { ...rest, offset: blockOffset + inBlock };
  }

  /** The bytes of the document that the event was read from, exactly. @throws UserError `evidence-withheld` */
  originalBytes(event: number | bigint): Buffer {
    const row = this.#known(event);
    return this.#originals.bytes(row.block, row.inBlock, row.bytes);
  }

  /** The ECS document of an event. */
  document(event: number | bigint): EventDocument {
    const row = this.#known(event);
    try {
      return { ...this.#read(row), withheld: false };
    } catch (error) {
      if (errorCode(error) !== EVIDENCE_WITHHELD) throw error;
      return { json: this.#stored.json(row.event), original: null, withheld: true };
    }
  }

  #read(row: Row): Omit<EventDocument, "withheld"> {
    const text = this.#originals.bytes(row.block, row.inBlock, row.bytes).toString("utf8");
    if ((row.flags & EVENT_FLAG.derived) !== 0) {
      const json = this.#derived(row.event);
      return { json, original: /^\s*[{[]/.test(text) ? null : text };
    }
    if ((row.flags & EVENT_FLAG.wrapped) !== 0) {
      const source = topLevelText(text, "_source");
      invariant(source !== null, "a hit has a _source");
      return { json: compactJson(source), original: null };
    }
    return { json: compactJson(text), original: null };
  }

  #known(event: number | bigint): Row {
    const row = this.#row(event);
    invariant(row !== undefined, `event ${event} exists`);
    return row;
  }

  #derived(event: number): string {
    const [row] = this.#file.objects<{ block: number; offset: number; bytes: number }>(
      "SELECT block, offset, bytes FROM derived WHERE event = ?",
      BigInt(event),
    );
    invariant(row !== undefined, `event ${event} has a derived document`);
    let block = this.#derivedBlocks.get(row.block);
    if (block === undefined) {
      const [found] = this.#file.objects<{ data: Buffer }>(
        "SELECT data FROM derived_block WHERE id = ?",
        BigInt(row.block),
      );
      invariant(found !== undefined, `derived block ${row.block} exists`);
      block = decompressBlock(found.data, `derived block ${row.block}`);
      this.#derivedBlocks.clear();
      this.#derivedBlocks.set(row.block, block);
    }
    return block.toString("utf8", row.offset, row.offset + row.bytes);
  }
}
