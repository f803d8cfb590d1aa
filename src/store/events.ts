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

/** Where the document of an event lies. */
export interface DocumentPlace {
  readonly event: number;
  readonly block: number;
  /** In the decompressed block. */
  readonly offset: number;
  readonly bytes: number;
  readonly flags: number;
}

interface Row extends DocumentPlace {
  readonly member: number;
  readonly line: number;
}

type MemberFacts = Pick<EventPosition, "source" | "path" | "memberPath" | "sha256" | "format">;

/** Reads events back out of a case. Keeps the last blocks decompressed, so one reader should serve a whole screen or export. */
export class EventReader {
  readonly #file: CaseFile;
  readonly #originals: Originals;
  readonly #select: Database.Statement<[bigint], Row>;
  /** Few, and asked for with every event: a join would cost more than the event. */
  readonly #members = new Map<number, MemberFacts>();
  readonly #derivedBlocks = new Map<number, Buffer>();
  readonly #stored: StoredDocuments;

  constructor(file: CaseFile) {
    this.#file = file;
    this.#originals = new Originals(file.db);
    this.#stored = new StoredDocuments(file);
    this.#select = file.db.prepare(
      "SELECT id AS event, member, line, block, offset, bytes, flags FROM event WHERE id = ?",
    );
  }

  /** Where an event is in the evidence; undefined for an unknown id. */
  position(event: number | bigint): EventPosition | undefined {
    const row = this.#select.get(BigInt(event));
    if (row === undefined) return undefined;
    const { member, line, bytes, flags } = row;
    const [block] = this.#file.objects<{ offset: number }>("SELECT offset FROM block WHERE id = ?", BigInt(row.block));
    const facts = this.#memberOf(member);
    if (block === undefined || facts === undefined) return undefined;
    return { event: row.event, member, line, bytes, flags, ...facts, offset: block.offset + row.offset };
  }

  #memberOf(member: number): MemberFacts | undefined {
    let facts = this.#members.get(member);
    if (facts === undefined) {
      [facts] = this.#file.objects<MemberFacts>(
        `SELECT m.source, s.path, m.path AS memberPath, s.sha256, m.format
         FROM member m JOIN source s ON s.id = m.source WHERE m.id = ?`,
        BigInt(member),
      );
      if (facts !== undefined) this.#members.set(member, facts);
    }
    return facts;
  }

  /** The bytes of the document that the event was read from, exactly. @throws UserError `evidence-withheld` */
  originalBytes(event: number | bigint): Buffer {
    return this.bytesAt(this.#known(event));
  }

  /** As `originalBytes`. */
  bytesAt({ block, offset, bytes }: DocumentPlace): Buffer {
    return this.#originals.bytes(block, offset, bytes);
  }

  /** The ECS document of an event. */
  document(event: number | bigint): EventDocument {
    const document = this.#read(event);
    return { ...document, json: compactJson(document.json) };
  }

  /** The JSON of `document` as it was written, white space included. */
  json(event: number | bigint): string {
    return this.#read(event).json;
  }

  #read(event: number | bigint): EventDocument {
    const row = this.#known(event);
    try {
      return { ...this.text(row), withheld: false };
    } catch (error) {
      if (errorCode(error) !== EVIDENCE_WITHHELD) throw error;
      return { json: this.#stored.json(row.event), original: null, withheld: true };
    }
  }

  /** As `document`, with the JSON as it was written. @throws UserError `evidence-withheld` */
  text(place: DocumentPlace): Omit<EventDocument, "withheld"> {
    const text = this.bytesAt(place).toString("utf8");
    const { event, flags } = place;
    if ((flags & EVENT_FLAG.derived) !== 0) {
      return { json: this.#derived(event), original: /^\s*[{[]/.test(text) ? null : text };
    }
    if ((flags & EVENT_FLAG.wrapped) === 0) return { json: text, original: null };
    const source = topLevelText(text, "_source");
    invariant(source !== null, "a hit has a _source");
    return { json: source, original: null };
  }

  #known(event: number | bigint): Row {
    const row = this.#select.get(BigInt(event));
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
