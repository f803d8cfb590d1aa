/** The decoder of unbzip2-stream, block by block; its stream around it decodes whatever it is fed at once. */
declare module "unbzip2-stream/lib/bzip2.js" {
  /** Reads `count` bits, the first one highest; `null`: goes on to the next whole byte. */
  type Bits = (count: number | null) => number;
  interface Bzip2 {
    /** Reads the head of a stream. @returns its block size, in 100,000 bytes. @throws Error */
    header(bits: Bits): number;
    /**
     * Decodes the next block, byte by byte, or checks the end of the stream.
     * @param work `size` numbers of memory
     * @param checksum of the blocks before
     * @returns the checksum so far; null at the end of the stream. @throws Error
     */
    decompress(
      bits: Bits,
      put: (byte: number) => void,
      work: Int32Array,
      size: number,
      checksum: number,
    ): number | null;
  }
  const bzip2: Bzip2;
  export default bzip2;
}

declare module "unbzip2-stream/lib/bit_iterator.js" {
  /** Bits of the buffers that `next` hands out. */
  export default function bitIterator(next: () => Uint8Array): { (count: number | null): number; bytesRead: number };
}
