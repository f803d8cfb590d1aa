import bitIterator from "unbzip2-stream/lib/bit_iterator.js";
import bzip2 from "unbzip2-stream/lib/bzip2.js";

/** A block of 100,000 bytes is smaller than this when compressed, even if its codes are as bad as can be. */
const MOST_OF_100_000 = 260_000;
const LEAST = 64 * 1024;
/** A block that expands further cannot be made. */
const MAX_BLOCK = 64 * 1024 * 1024;

/** The input ended within a stream. */
export class Bzip2Truncated extends Error {}

/**
 * Decompresses bzip2, one block at a time: also several streams one after another. What it holds is a block and its
 * compressed bytes.
 * @throws Bzip2Truncated; Error where the data is damaged
 */
export async function* decompressBzip2(input: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  // The reader of bits asks for its first buffer at once.
  const queue: Buffer[] = [Buffer.alloc(0)];
  let [fed, ended] = [0, false];
  const bits = bitIterator(() => {
    const next = queue.shift();
    if (next === undefined) throw new Bzip2Truncated("the input ends");
    return next;
  });
  const fill = async (ahead: number): Promise<number> => {
    while (!ended && fed - bits.bytesRead < ahead) {
      const next = await input.next();
      ended = next.done === true;
      if (next.done === true || next.value.length === 0) continue;
      queue.push(Buffer.from(next.value));
      fed += next.value.length;
    }
    return fed - bits.bytesRead;
  };
  while ((await fill(LEAST)) > 0) {
    const size = bzip2.header(bits) * 100_000;
    const work = new Int32Array(size);
    let checksum: number | null = 0;
    while (checksum !== null) {
      await fill((size / 100_000) * MOST_OF_100_000);
      const block = new Block(size);
      checksum = bzip2.decompress(bits, block.put, work, size, checksum);
      if (block.length > 0) yield block.bytes();
    }
  }
}

/** Bytes that come one by one. */
class Block {
  #bytes: Buffer;
  length = 0;

  constructor(size: number) {
    this.#bytes = Buffer.allocUnsafe(size);
  }

  readonly put = (byte: number): void => {
    if (this.length === this.#bytes.length) this.#grow();
    this.#bytes[this.length++] = byte;
  };

  bytes(): Buffer {
    return this.#bytes.subarray(0, this.length);
  }

  #grow(): void {
    if (this.length >= MAX_BLOCK) throw new Error("a block is too large");
    const larger = Buffer.allocUnsafe(this.length * 2);
    this.#bytes.copy(larger);
    this.#bytes = larger;
  }
}
