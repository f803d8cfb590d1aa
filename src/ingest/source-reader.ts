import { createHash, type Hash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from "node:zlib";
import { UserError } from "../base/errors.ts";

const READ_BYTES = 1 << 20;
/** What expands further than this is no log but a bomb. */
const BOMB_RATIO = 1000;
const BOMB_BYTES = 1 << 30;

export type Compression = "none" | "gzip" | "zstd";

/** Why a stream ended before its end. */
export interface ReadProblem {
  readonly code: "compressed-truncated" | "compressed-damaged" | "decompression-bomb";
  readonly reason: string;
}

/** The bytes of a source, decompressed, with the hash of what was found. */
export class SourceReader {
  readonly #handle: FileHandle | null;
  readonly #input: AsyncIterator<Buffer>;
  readonly #hash: Hash = createHash("sha256");
  readonly #outputHash: Hash | null;
  readonly compression: Compression;
  #output: AsyncIterator<Buffer>;
  /** The first bytes, still to be handed out. */
  #head: Buffer[];
  /** Bytes read of the source, and of it decompressed. */
  bytesIn = 0;
  bytesOut = 0;
  /** Set when the end that was reached is not the true one. */
  problem: ReadProblem | null = null;

  private constructor(handle: FileHandle | null, input: AsyncIterator<Buffer>, first: Buffer | null) {
    this.#handle = handle;
    this.#input = input;
    this.compression = compressionOf(first);
    this.#outputHash = this.compression === "none" ? null : createHash("sha256");
    this.#head = [];
    const rest = this.#raw(first);
    this.#output = this.compression === "none" ? rest : this.#decompress(rest);
  }

  /** Opens a file. The caller closes the reader. */
  static async openFile(path: string): Promise<SourceReader> {
    const handle = await open(path, "r");
    return SourceReader.#start(handle, readHandle(handle));
  }

  static async openStream(stream: Readable): Promise<SourceReader> {
    return SourceReader.#start(null, readStream(stream));
  }

  static async #start(handle: FileHandle | null, input: AsyncIterator<Buffer>): Promise<SourceReader> {
    const first = await input.next();
    return new SourceReader(handle, input, first.done === true ? null : first.value);
  }

  /** The first `count` bytes (or all) without taking them. */
  async peek(count: number): Promise<Buffer> {
    let have = this.#head.reduce((sum, part) => sum + part.length, 0);
    while (have < count) {
      const next = await this.#output.next();
      if (next.done === true) break;
      this.#head.push(Buffer.from(next.value));
      have += next.value.length;
    }
    return Buffer.concat(this.#head).subarray(0, count);
  }

  /** The next bytes; null at the end. They are valid until the next call. */
  async read(): Promise<Buffer | null> {
    const waiting = this.#head.shift();
    if (waiting !== undefined) return this.#count(waiting);
    const next = await this.#output.next();
    return next.done === true ? null : this.#count(next.value);
  }

  /**
   * As `read`, but into memory of the caller where that saves a copy: null at the end, a number when `target` was
   * filled so far, otherwise the bytes.
   */
  async readInto(target: Buffer): Promise<Buffer | number | null> {
    if (this.#handle === null || this.compression !== "none" || this.#head.length > 0) return this.read();
    const { bytesRead } = await this.#handle.read(target, 0, Math.min(target.length, READ_BYTES), null);
    if (bytesRead === 0) return null;
    this.#take(target.subarray(0, bytesRead));
    this.bytesOut += bytesRead;
    return bytesRead;
  }

  #count(bytes: Buffer): Buffer {
    this.#outputHash?.update(bytes);
    this.bytesOut += bytes.length;
    return bytes;
  }

  /** SHA-256 of the source as found, and of its bytes decompressed. Once, when everything was read. */
  digests(): { source: string; output: string } {
    const source = this.#hash.digest("hex");
    return { source, output: this.#outputHash?.digest("hex") ?? source };
  }

  /** Reads what is left, decompressed, for the hashes of both. */
  async readRest(): Promise<void> {
    while ((await this.read()) !== null);
  }

  /** Reads what is left, for the hash. */
  async drain(): Promise<void> {
    for (let next = await this.#input.next(); next.done !== true; next = await this.#input.next())
      this.#take(next.value);
  }

  async close(): Promise<void> {
    await this.#handle?.close();
  }

  #take(bytes: Buffer): Buffer {
    this.bytesIn += bytes.length;
    this.#hash.update(bytes);
    return bytes;
  }

  async *#raw(first: Buffer | null): AsyncGenerator<Buffer> {
    if (first === null) return;
    yield this.#take(first);
    for (let next = await this.#input.next(); next.done !== true; next = await this.#input.next()) {
      yield this.#take(next.value);
    }
  }

  /** Everything that can be decompressed, also of a file that is cut off. zstd files may have several frames. */
  async *#decompress(input: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
    let total = 0;
    let rest: Buffer | null = null;
    for (;;) {
      if (rest === null) {
        const next = await input.next();
        if (next.done === true) return;
        rest = next.value;
      }
      const frame: Decompressor = new Decompressor(
        this.compression === "gzip" ? createGunzip() : createZstdDecompress(),
        rest,
        input,
      );
      for (let chunk = await frame.read(); chunk !== null; chunk = await frame.read()) {
        total += chunk.length;
        if (total > BOMB_BYTES && total > this.bytesIn * BOMB_RATIO) {
          this.problem = {
            code: "decompression-bomb",
            reason: `more than ${BOMB_RATIO} times its size when decompressed; the rest was not read`,
          };
          frame.destroy();
          await this.drain();
          return;
        }
        yield chunk;
      }
      if (frame.problem !== null) {
        this.problem = frame.problem;
        await this.drain();
        return;
      }
      rest = frame.rest;
    }
  }
}

/**
 * One compressed stream. The end is told to the decompressor only after its output was taken, because an error discards
 * what it still holds.
 */
class Decompressor {
  readonly #stream: Gunzip | ZstdDecompress;
  readonly #input: AsyncIterator<Buffer>;
  #next: Buffer | null;
  #last: Buffer = Buffer.alloc(0);
  #fed = 0;
  #writing = false;
  #ended = false;
  #failure: Error | null = null;
  #wake: (() => void) | null = null;
  problem: ReadProblem | null = null;

  constructor(stream: Gunzip | ZstdDecompress, first: Buffer, input: AsyncIterator<Buffer>) {
    this.#stream = stream;
    this.#input = input;
    this.#next = first;
    const awake = (): void => this.#awake();
    stream.on("readable", awake);
    stream.on("end", awake);
    stream.on("error", (error: Error) => {
      this.#failure = error;
      awake();
    });
  }

  #awake(): void {
    this.#wake?.();
    this.#wake = null;
  }

  /** The next output; null at the end, or at a `problem`. */
  async read(): Promise<Buffer | null> {
    const stream = this.#stream;
    for (;;) {
      const chunk = stream.read() as Buffer | null;
      if (chunk !== null) return chunk;
      if (this.#failure !== null) {
        this.problem = toProblem(this.#failure, this.#ended);
        return null;
      }
      if (stream.readableEnded) return null;
      if (!this.#writing && !this.#ended) await this.#feed();
      else await this.#wait();
    }
  }

  async #feed(): Promise<void> {
    let bytes = this.#next;
    this.#next = null;
    if (bytes === null) {
      const next = await this.#input.next();
      bytes = next.done === true ? null : next.value;
    }
    if (bytes === null) {
      this.#ended = true;
      this.#stream.end();
      return;
    }
    this.#last = bytes;
    this.#fed += bytes.length;
    this.#writing = true;
    this.#stream.write(bytes, () => {
      this.#writing = false;
      this.#awake();
    });
  }

  async #wait(): Promise<void> {
    const stream = this.#stream;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      const ready = stream.readableLength > 0 || this.#failure !== null || stream.readableEnded;
      if (ready || (!this.#writing && !this.#ended)) this.#awake();
    });
  }

  /** What follows the end of the stream in the bytes it was fed with; null: nothing. */
  get rest(): Buffer | null {
    const left = this.#fed - this.#stream.bytesWritten;
    return left > 0 ? this.#last.subarray(this.#last.length - left) : null;
  }

  destroy(): void {
    this.#stream.destroy();
  }
}

function toProblem(error: Error, ended: boolean): ReadProblem {
  if (ended) return { code: "compressed-truncated", reason: "the compressed data is cut off; what precedes was read" };
  return {
    code: "compressed-damaged",
    reason: `the compressed data is damaged (${error.message}); what precedes was read`,
  };
}

function compressionOf(head: Buffer | null): Compression {
  if (head === null || head.length < 4) return "none";
  if (head[0] === 0x1f && head[1] === 0x8b) return "gzip";
  return head.readUInt32LE(0) === 0xfd2fb528 ? "zstd" : "none";
}

/** The pieces of a file; each is valid until the next one is asked for, the first always. */
async function* readHandle(handle: FileHandle): AsyncGenerator<Buffer> {
  let buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  for (let first = true; ; first = false) {
    const { bytesRead } = await handle.read(buffer, 0, READ_BYTES, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    if (first) buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  }
}

/** A stream in pieces of some size: a terminal or a pipe hands out tiny ones, and the first must show a signature. */
async function* readStream(stream: Readable): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let have = 0;
  for await (const part of stream as AsyncIterable<Buffer | string>) {
    const bytes = typeof part === "string" ? Buffer.from(part) : part;
    parts.push(bytes);
    have += bytes.length;
    if (have < 65_536) continue;
    yield Buffer.concat(parts);
    parts = [];
    have = 0;
  }
  if (have > 0) yield Buffer.concat(parts);
}

/** SHA-256 of a file, lower-case hex. */
export async function hashFile(path: string): Promise<string> {
  const handle = await open(path, "r");
  try {
    const hash = createHash("sha256");
    for await (const bytes of readHandle(handle)) hash.update(bytes);
    return hash.digest("hex");
  } finally {
    await handle.close();
  }
}

/** Turns what `open` throws into an error for the user. */
export function toReadError(path: string, error: unknown): UserError {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  const why =
    code === "ENOENT"
      ? "does not exist"
      : code === "EACCES"
        ? "may not be read"
        : `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  return new UserError("evidence-unreadable", `${path} ${why}`, { cause: error });
}
