import { isUtf8 } from "node:buffer";
import { constants, zstdCompressSync } from "node:zlib";
import { exactJsonText, parseExactJson } from "../base/exact-json.ts";
import { forEachLeaf } from "../ecs/normalise.ts";
import { parseTimeZone } from "../ecs/time-zone.ts";
import { EVENT_FLAG } from "../store/event-flags.ts";
import type { Rejection, RowBatch } from "../store/row-batch.ts";
import { ByteHash } from "../store/byte-hash.ts";
import { ByteParser } from "./byte-parser.ts";
import { FieldTree } from "./field-tree.ts";
import { type Format, type HitIdentity, MAX_DOCUMENT_BYTES, type SplitDocument } from "./format.ts";
import { isMissingEvent, unwrapHit } from "./formats/hit.ts";
import { hitHash } from "./hit-hash.ts";
import type { ChunkTask, NormaliseOptions, SkippedPart } from "./protocol.ts";
import { RowBuilder } from "./row-builder.ts";

/** Decompressed size at which a block ends, at the next end of a document. */
const BLOCK_BYTES = 1 << 20;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

/**
 * Makes rows and blocks of chunks, one after another; a worker has one. Keeps what it has met (fields, strings) between
 * chunks of a load.
 */
export class ChunkReader {
  readonly #builder: RowBuilder;
  readonly #parser: ByteParser;
  readonly #formatOf: (id: string) => Format;
  readonly #contentHash = new ByteHash();
  readonly #fast: boolean;
  #data: Buffer = Buffer.alloc(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #utf8 = true;
  #rejected: Rejection[] = [];
  #documents = 0;
  #blank = 0;
  #slow = 0;
  #families = 0;
  #blockEnds: number[] = [];
  #blockData: Uint8Array[] = [];
  #blockStart = 0;
  #derived: number[] = [];
  #derivedTexts: Buffer[] = [];
  #derivedBytes = 0;

  /** @param fast false: every document takes the exact reader (for tests). */
  constructor(options: NormaliseOptions, formatOf: (id: string) => Format, fast = true) {
    const zone = options.timezone === null ? undefined : parseTimeZone(options.timezone);
    this.#builder = new RowBuilder(new FieldTree(options), zone);
    this.#parser = new ByteParser(this.#builder);
    this.#formatOf = formatOf;
    this.#fast = fast;
  }

  read(task: ChunkTask): RowBatch {
    const builder = this.#builder;
    const reset = builder.full;
    if (reset) builder.reset();
    const whole = Buffer.from(task.buffer);
    this.#data = whole;
    this.#view = new DataView(task.buffer);
    this.#parser.setData(whole, this.#view);
    this.#utf8 = task.skip !== null || isUtf8(whole.subarray(0, task.length));
    this.#rejected = [];
    this.#documents = 0;
    this.#blank = 0;
    this.#slow = 0;
    this.#blockEnds = [];
    this.#blockData = [];
    this.#blockStart = task.blocksFrom;
    let lines = 0;
    if (task.skip !== null) lines = this.#skip(task, task.skip);
    else if (task.documents === null) lines = this.#readLines(task);
    else this.#readDocuments(task, task.documents);
    if (task.blocks === null) this.#cutBlock(task.length);
    else for (const end of task.blocks) this.#cutBlock(end);
    const values = builder.dictionary.takeNew();
    const families = builder.tree.families.slice(this.#families);
    this.#families += families.length;
    return {
      reset,
      documents: this.#documents,
      lines,
      blank: this.#blank,
      families,
      valueMeta: values.meta,
      valueBytes: values.bytes,
      ...builder.takeRows(),
      rejected: this.#rejected,
      blockEnds: this.#blockEnds,
      blockData: this.#blockData,
      slow: this.#slow,
      ...this.#takeDerived(),
    };
  }

  /** Part of a line that is too long. Returns how many lines end in it. */
  #skip(task: ChunkTask, part: SkippedPart): number {
    if (part.first) {
      this.#documents += 1;
      const limit = MAX_DOCUMENT_BYTES / 1024 / 1024;
      this.#reject(0, task.length, 0, "document-too-long", `the line is longer than ${limit} MiB`);
    }
    return part.last ? 1 : 0;
  }

  /** Every line is a JSON document. Returns how many lines there were. */
  #readLines(task: ChunkTask): number {
    const data = this.#data;
    const format = this.#formatOf(task.format);
    let at = task.first && data[0] === 0xef && data[1] === 0xbb && data[2] === 0xbf ? 3 : 0;
    let line = 0;
    const { length } = task;
    while (at < length) {
      let end = data.indexOf(NEWLINE, at);
      if (end < 0 || end > length) end = length;
      const next = end + 1;
      if (end > at && data[end - 1] === RETURN) end -= 1;
      if (this.#isBlank(at, end)) this.#blank += 1;
      else if (format.convert === "json") this.#readJson(at, end, line, null);
      else this.#convert(format, task, { start: at, end, line });
      this.#documents += 1;
      line += 1;
      at = next;
      if (task.blocks === null && at - this.#blockStart >= BLOCK_BYTES && at < length) this.#cutBlock(at);
    }
    return line;
  }

  #isBlank(start: number, end: number): boolean {
    const first = this.#data[start] as number;
    if (end > start && first > 0x20) return false;
    for (let at = start; at < end; at++) {
      const byte = this.#data[at] as number;
      if (byte !== 0x20 && byte !== 0x0d && byte !== 0x09) return false;
    }
    return true;
  }

  #readDocuments(task: ChunkTask, documents: readonly SplitDocument[]): void {
    const format = this.#formatOf(task.format);
    for (const document of documents) {
      this.#documents += 1;
      const { start, end, line, rejected } = document;
      if (document.blank === true) this.#blank += 1;
      else if (rejected !== undefined) this.#reject(start, end, line, rejected.code, rejected.reason);
      else if (format.convert === "json") this.#readJson(start, end, line, identityOf(document.context));
      else this.#convert(format, task, document);
    }
  }

  /** @param identity what the format knows of the document, where it stands outside of it (a bulk action). */
  #readJson(start: number, end: number, line: number, identity: HitIdentity | null): void {
    const builder = this.#builder;
    if (this.#fast && (this.#utf8 || isUtf8(this.#data.subarray(start, end)))) {
      builder.begin();
      if (this.#parser.parse(start, end)) {
        const hit = this.#parser.hit ?? hitHash(identity);
        const flags = this.#parser.wrapped ? EVENT_FLAG.wrapped : 0;
        builder.end(start, end - start, line, flags, hit, () => builder.hash.hash(this.#view, start, end));
        return;
      }
      builder.drop();
    }
    this.#slow += 1;
    this.#readExactly(start, end, line, identity);
  }

  #readExactly(start: number, end: number, line: number, identity: HitIdentity | null): void {
    const bytes = this.#data.subarray(start, end);
    const flags = this.#utf8 || isUtf8(bytes) ? 0 : EVENT_FLAG.badUtf8;
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(bytes));
    const parsed = parseExactJson(text);
    if (!parsed.ok) {
      const where = `${parsed.reason} (character ${parsed.position + 1})`;
      this.#reject(start, end, line, parsed.code, where);
      return;
    }
    const { value } = parsed;
    if (typeof value !== "object" || value === null || Array.isArray(value) || !isRecord(value)) {
      this.#reject(start, end, line, "not-an-object", "the document is not a JSON object");
      return;
    }
    if (isMissingEvent(value)) {
      this.#blank += 1;
      return;
    }
    const hit = unwrapHit(value);
    const known = hit.index !== null && hit.id !== null ? hit : identity;
    if (hit.document === value) this.#addDocument(value, start, end, line, flags, known, null);
    else if (hit.document === value["_source"]) {
      this.#addDocument(hit.document, start, end, line, flags | EVENT_FLAG.wrapped, known, null);
    } else {
      this.#derive(exactJsonText(hit.document));
      this.#addDocument(hit.document, start, end, line, flags | EVENT_FLAG.derived, known, null);
    }
  }

  #convert(format: Format, task: ChunkTask, document: SplitDocument): void {
    if (format.convert === "json") return;
    const { start, end, line } = document;
    const bytes = this.#data.subarray(start, end);
    const valid = this.#utf8 || isUtf8(bytes);
    const flags = valid ? 0 : EVENT_FLAG.badUtf8;
    const text = valid
      ? bytes.toString("utf8")
      : new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(bytes));
    let ordinal = 0;
    let extra = -1;
    for (const converted of format.convert(text, document.context, task.member)) {
      extra += 1;
      if (converted.kind === "none") this.#blank += 1;
      else if (converted.kind === "rejected") {
        this.#reject(start, end, line + (converted.lineOffset ?? 0), converted.code, converted.reason);
      } else {
        const at = line + (converted.lineOffset ?? 0);
        const { document: made, identity } = converted;
        this.#derive(JSON.stringify(made));
        this.#addDocument(made, start, end, at, flags | EVENT_FLAG.derived, identity ?? null, ordinal++);
      }
    }
    if (extra < 0) this.#blank += 1;
    else this.#documents += extra;
  }

  /** @param ordinal which event of its document it is; null: the only one. */
  #addDocument(
    document: Record<string, unknown>,
    start: number,
    end: number,
    line: number,
    flags: number,
    identity: HitIdentity | null,
    ordinal: number | null,
  ): void {
    const builder = this.#builder;
    builder.begin();
    forEachLeaf(document, (path, value) => builder.addLeaf(builder.tree.node(path), value));
    builder.end(start, end - start, line, flags, hitHash(identity), () => {
      this.#contentHash.hash(this.#view, start, end);
      builder.hash.low = (this.#contentHash.low + Math.imul(ordinal ?? 0, 0x9e3779b1)) | 0;
      builder.hash.high = this.#contentHash.high;
    });
  }

  /** Keeps the document of the next event, as JSON. */
  #derive(json: string): void {
    const text = Buffer.from(json);
    this.#derived.push(this.#builder.events, this.#derivedBytes, text.length);
    this.#derivedTexts.push(text);
    this.#derivedBytes += text.length;
  }

  #takeDerived(): { derived: number[]; derivedData: Uint8Array | null } {
    const derived = this.#derived;
    const derivedData = derived.length === 0 ? null : compress(Buffer.concat(this.#derivedTexts));
    this.#derived = [];
    this.#derivedTexts = [];
    this.#derivedBytes = 0;
    return { derived, derivedData };
  }

  #reject(start: number, end: number, line: number, code: string, reason: string): void {
    this.#rejected.push({ position: start, bytes: end - start, line, code, reason });
  }

  #cutBlock(end: number): void {
    if (end <= this.#blockStart) return;
    this.#blockData.push(compress(this.#data.subarray(this.#blockStart, end)));
    this.#blockEnds.push(end);
    this.#blockStart = end;
  }
}

function compress(bytes: Uint8Array): Uint8Array {
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
}

function isRecord(value: object): value is Record<string, unknown> {
  return Object.getPrototypeOf(value) === null;
}

function identityOf(context: unknown): HitIdentity | null {
  if (typeof context !== "object" || context === null || !("index" in context) || !("id" in context)) return null;
  const { index, id } = context;
  return { index: typeof index === "string" ? index : null, id: typeof id === "string" ? id : null };
}
