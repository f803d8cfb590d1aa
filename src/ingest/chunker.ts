import {
  type Continuation,
  type Format,
  MAX_DOCUMENT_BYTES,
  type MemberFacts,
  type SplitDocument,
  type Splitter,
} from "./format.ts";
import { PADDING, type SkippedPart } from "./protocol.ts";

/** Bytes of a chunk, where its documents allow it. */
const CHUNK_BYTES = 4 * 1024 * 1024;
/** What is fed to a splitter at once; also a block. */
const SLICE_BYTES = 1 << 20;
const NEWLINE = 0x0a;

/** A piece of a member, cut at ends of documents. Cuts depend on the bytes of the member alone. */
export interface Chunk {
  readonly buffer: SharedArrayBuffer;
  readonly length: number;
  /** Position of the buffer's first byte in the member. */
  readonly start: number;
  /** Where in the buffer the bytes begin that earlier chunks did not have. */
  readonly blocksFrom: number;
  readonly blocks: readonly number[] | null;
  readonly documents: readonly SplitDocument[] | null;
  readonly skip: SkippedPart | null;
}

/** Reusable memory that is shared with the workers. */
export class BufferPool {
  readonly #free: SharedArrayBuffer[] = [];

  take(bytes: number): SharedArrayBuffer {
    const size = Math.max(bytes, CHUNK_BYTES) + PADDING;
    if (size === CHUNK_BYTES + PADDING) return this.#free.pop() ?? new SharedArrayBuffer(size);
    return new SharedArrayBuffer(size);
  }

  give(buffer: SharedArrayBuffer): void {
    if (buffer.byteLength === CHUNK_BYTES + PADDING && this.#free.length < 16) this.#free.push(buffer);
  }
}

/** Cuts a member into chunks. Fed with its bytes in order, then ended. */
export interface Chunker {
  push(bytes: Buffer): Chunk[];
  /** Where the next bytes may be written instead of being pushed; `filled` then tells how many. Never empty. */
  room(): Buffer;
  filled(count: number): Chunk[];
  end(): Chunk[];
  /** After the end: what the next file of the same log has to know; null: nothing. */
  handOver(): unknown;
}

/** @param around what is before and after the member, where rotation cut one log into several files */
export function chunkerFor(format: Format, member: MemberFacts, pool: BufferPool, around?: Continuation): Chunker {
  if (format.documents === "lines") return new LineChunker(pool);
  return new SplitChunker(format.documents.splitter(member, undefined, around), pool);
}

/** One document a line. */
class LineChunker implements Chunker {
  readonly #pool: BufferPool;
  #buffer: SharedArrayBuffer;
  #data: Buffer;
  #length = 0;
  #start = 0;
  /** Within a line that is too long. */
  #skipping = false;

  constructor(pool: BufferPool) {
    this.#pool = pool;
    this.#buffer = pool.take(0);
    this.#data = Buffer.from(this.#buffer);
  }

  push(bytes: Buffer): Chunk[] {
    const chunks: Chunk[] = [];
    for (let at = 0; at < bytes.length;) {
      const count = bytes.copy(this.room(), 0, at);
      chunks.push(...this.filled(count));
      at += count;
    }
    return chunks;
  }

  room(): Buffer {
    return this.#data.subarray(this.#length, this.#data.length - PADDING);
  }

  filled(count: number): Chunk[] {
    const chunks: Chunk[] = [];
    this.#length += count;
    while (this.#length === this.#data.length - PADDING) this.#cut(chunks);
    return chunks;
  }

  end(): Chunk[] {
    const chunks: Chunk[] = [];
    if (this.#length === 0) return chunks;
    if (this.#skipping) this.#cut(chunks);
    if (this.#length > 0) chunks.push(this.#take(this.#length));
    return chunks;
  }

  handOver(): null {
    return null;
  }

  /** The buffer is full. */
  #cut(chunks: Chunk[]): void {
    if (this.#skipping) {
      const end = this.#data.subarray(0, this.#length).indexOf(NEWLINE);
      const last = end >= 0;
      chunks.push(this.#take(last ? end + 1 : this.#length, { first: false, last }));
      this.#skipping = !last;
      return;
    }
    const end = this.#data.subarray(0, this.#length).lastIndexOf(NEWLINE);
    if (end >= 0) chunks.push(this.#take(end + 1));
    else if (this.#length < MAX_DOCUMENT_BYTES) this.#grow();
    else {
      this.#skipping = true;
      chunks.push(this.#take(this.#length, { first: true, last: false }));
    }
  }

  #grow(): void {
    const buffer = this.#pool.take(this.#length * 2);
    const data = Buffer.from(buffer);
    this.#data.copy(data, 0, 0, this.#length);
    this.#pool.give(this.#buffer);
    this.#buffer = buffer;
    this.#data = data;
  }

  #take(end: number, skip: SkippedPart | null = null): Chunk {
    const buffer = this.#buffer;
    const length = this.#length;
    const old = this.#data;
    this.#buffer = this.#pool.take(length - end);
    this.#data = Buffer.from(this.#buffer);
    old.copy(this.#data, 0, end, length);
    this.#length = length - end;
    old.fill(0, end, end + PADDING);
    const start = this.#start;
    this.#start += end;
    return { buffer, length: end, start, blocksFrom: 0, blocks: null, documents: null, skip };
  }
}

/** Documents as a splitter finds them. */
class SplitChunker implements Chunker {
  readonly #splitter: Splitter;
  readonly #pool: BufferPool;
  /** Bytes that make the next slice. */
  #slice = Buffer.alloc(SLICE_BYTES);
  #sliced = 0;
  #parts: Buffer[] = [];
  #documents: SplitDocument[] = [];
  /** Position of the first byte of `#parts`, of the first one without a block, and of the end. */
  #start = 0;
  #blocksFrom = 0;
  #end = 0;
  #blocks: number[] = [];

  constructor(splitter: Splitter, pool: BufferPool) {
    this.#splitter = splitter;
    this.#pool = pool;
  }

  push(bytes: Buffer): Chunk[] {
    const chunks: Chunk[] = [];
    for (let at = 0; at < bytes.length;) {
      const count = bytes.copy(this.room(), 0, at);
      chunks.push(...this.filled(count));
      at += count;
    }
    return chunks;
  }

  room(): Buffer {
    return this.#slice.subarray(this.#sliced);
  }

  filled(count: number): Chunk[] {
    this.#sliced += count;
    if (this.#sliced < SLICE_BYTES) return [];
    this.#feed();
    return this.#end - this.#blocksFrom >= CHUNK_BYTES ? [this.#take()] : [];
  }

  end(): Chunk[] {
    if (this.#sliced > 0) this.#feed();
    this.#documents.push(...this.#splitter.end());
    return this.#end > this.#blocksFrom || this.#documents.length > 0 ? [this.#take()] : [];
  }

  handOver(): unknown {
    return this.#splitter.handOver?.() ?? null;
  }

  #feed(): void {
    const slice = Buffer.from(this.#slice.subarray(0, this.#sliced));
    this.#sliced = 0;
    this.#parts.push(slice);
    this.#end += slice.length;
    this.#blocks.push(this.#end);
    for (const document of this.#splitter.push(slice)) this.#documents.push(document);
  }

  #take(): Chunk {
    const length = this.#end - this.#start;
    const buffer = this.#pool.take(length);
    const data = Buffer.from(buffer);
    let at = 0;
    for (const part of this.#parts) at += part.copy(data, at);
    data.fill(0, length, length + PADDING);
    const start = this.#start;
    const chunk: Chunk = {
      buffer,
      length,
      start,
      blocksFrom: this.#blocksFrom - start,
      blocks: this.#blocks.map((end) => end - start),
      documents: this.#documents.map((document) => ({
        ...document,
        start: document.start - start,
        end: document.end - start,
      })),
      skip: null,
    };
    const hold = Math.min(this.#splitter.holdFrom(), this.#end);
    this.#parts = hold < this.#end ? [Buffer.from(data.subarray(hold - start, length))] : [];
    this.#start = hold;
    this.#blocksFrom = this.#end;
    this.#blocks = [];
    this.#documents = [];
    return chunk;
  }
}
