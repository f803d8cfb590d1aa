import { createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from "node:zlib";
import { Bzip2Truncated, decompressBzip2 } from "./bzip2.ts";
import { errorMessage } from "./errors.ts";
import { decompressXz, XzTruncated, XzWithinXz } from "./xz.ts";

/** What expands further than this is no log but a bomb. */
export const BOMB_RATIO = 1000;
/** Below so many bytes nothing is a bomb. */
export const BOMB_BYTES = 1 << 30;

export type Compression = "gzip" | "zstd" | "bzip2" | "xz";

/** Why a stream ended before its end. */
export interface StreamProblem {
  readonly code: "compressed-truncated" | "compressed-damaged" | "compressed-nested" | "decompression-bomb";
  readonly reason: string;
}

/** Tells a compression by the first bytes; null when there is none that is read. */
export function compressionOf(head: Buffer): Compression | null {
  if (head.length < 4) return null;
  if (head[0] === 0x1f && head[1] === 0x8b) return "gzip";
  if (head.readUInt32LE(0) === 0xfd2fb528) return "zstd";
  const start = head.toString("latin1", 0, 10);
  if (start.startsWith("\xfd7zXZ\0")) return "xz";
  return /^BZh[1-9](?:1AY&SY|\x17rE8P\x90)/.test(start) ? "bzip2" : null;
}

/**
 * Decompresses a stream: everything that can be, also of one that is cut off, also several streams one after another.
 * What expands more than a thousandfold beyond a gigabyte ends it.
 */
export class Decompression {
  readonly #input: AsyncIterator<Buffer>;
  readonly #compression: Compression;
  #bytesIn = 0;
  /** Once there are no more bytes: why they are not all. */
  problem: StreamProblem | null = null;

  /** @param input each piece need only be valid until the next is asked for */
  constructor(input: AsyncIterator<Buffer>, compression: Compression) {
    const counted = {
      next: async (): Promise<IteratorResult<Buffer, undefined>> => {
        const next = await input.next();
        if (next.done === true) return { done: true, value: undefined };
        this.#bytesIn += next.value.length;
        return { done: false, value: next.value };
      },
    };
    this.#input = counted;
    this.#compression = compression;
  }

  /** The pieces, each valid until the next. Once. The caller takes all of them or ends the generator. */
  async *bytes(): AsyncGenerator<Buffer> {
    let bytesOut = 0;
    for await (const piece of this.#pieces()) {
      bytesOut += piece.length;
      if (bytesOut > BOMB_BYTES && bytesOut > this.#bytesIn * BOMB_RATIO) {
        this.problem = bomb();
        return;
      }
      yield piece;
    }
  }

  #pieces(): AsyncGenerator<Buffer> {
    switch (this.#compression) {
      case "bzip2":
        return this.#caught(decompressBzip2(this.#input));
      case "xz":
        return this.#caught(decompressXz(this.#input));
      default:
        return this.#frames(this.#compression === "gzip" ? createGunzip : createZstdDecompress);
    }
  }

  async *#caught(pieces: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
    try {
      yield* pieces;
    } catch (error) {
      const ended = error instanceof Bzip2Truncated || error instanceof XzTruncated;
      if (error instanceof XzWithinXz) this.problem = { code: "compressed-nested", reason: error.message };
      else this.problem = ended ? truncated() : damaged(errorMessage(error));
    }
  }

  async *#frames(create: () => Gunzip | ZstdDecompress): AsyncGenerator<Buffer> {
    let rest: Buffer | null = null;
    for (;;) {
      if (rest === null) {
        const next = await this.#input.next();
        if (next.done === true) return;
        rest = next.value;
      }
      const frame: Frame = new Frame(create(), rest, this.#input);
      try {
        for (let chunk = await frame.read(); chunk !== null; chunk = await frame.read()) yield chunk;
        this.problem = frame.problem;
        rest = frame.rest;
      } finally {
        frame.destroy();
      }
      if (frame.problem !== null) return;
    }
  }
}

/** What a reader of archives says of an entry, too. */
export function bomb(): StreamProblem {
  return {
    code: "decompression-bomb",
    reason: `more than ${String(BOMB_RATIO)} times its size when decompressed; the rest was not read`,
  };
}

function truncated(): StreamProblem {
  return { code: "compressed-truncated", reason: "the compressed data is cut off; what precedes was read" };
}

function damaged(why: string): StreamProblem {
  return { code: "compressed-damaged", reason: `the compressed data is damaged (${why}); what precedes was read` };
}

/**
 * One compressed stream. The end is told to the decompressor only after its output was taken, because an error discards
 * what it still holds.
 */
class Frame {
  readonly #stream: Gunzip | ZstdDecompress;
  readonly #input: AsyncIterator<Buffer>;
  #next: Buffer | null;
  #last: Buffer = Buffer.alloc(0);
  #fed = 0;
  #writing = false;
  #ended = false;
  #failure: Error | null = null;
  #wake: (() => void) | null = null;
  problem: StreamProblem | null = null;

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

function toProblem(error: Error, ended: boolean): StreamProblem {
  return ended ? truncated() : damaged(error.message);
}
