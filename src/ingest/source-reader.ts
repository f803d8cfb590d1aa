import { createHash, type Hash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { type Compression, compressionOf, Decompression, type StreamProblem } from "../base/decompress.ts";
import { UserError } from "../base/errors.ts";

const READ_BYTES = 1 << 20;
/** The bytes of a source, decompressed, with the hash of what was found. */
export class SourceReader {
  readonly #handle: FileHandle | null;
  readonly #input: AsyncIterator<Buffer>;
  readonly #hash: Hash = createHash("sha256");
  readonly #outputHash: Hash | null;
  readonly compression: Compression | "none";
  readonly #decompression: Decompression | null;
  readonly #output: AsyncGenerator<Buffer>;
  /** The first bytes, still to be handed out. */
  #head: Buffer[];
  /** Bytes read of the source, and of it decompressed. */
  bytesIn = 0;
  bytesOut = 0;

  private constructor(handle: FileHandle | null, input: AsyncIterator<Buffer>, first: Buffer | null) {
    this.#handle = handle;
    this.#input = input;
    const compression = first === null ? null : compressionOf(first);
    this.compression = compression ?? "none";
    this.#outputHash = compression === null ? null : createHash("sha256");
    this.#head = [];
    const rest = this.#raw(first);
    this.#decompression = compression === null ? null : new Decompression(rest, compression);
    this.#output = this.#decompression?.bytes() ?? rest;
  }

  /** Set when the end that was reached is not the true one. */
  get problem(): StreamProblem | null {
    return this.#decompression?.problem ?? null;
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
    if (next.done !== true) return this.#count(next.value);
    // What follows a problem is read for the hash.
    if (this.problem !== null) await this.drain();
    return null;
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
    await this.#output.return(undefined);
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
