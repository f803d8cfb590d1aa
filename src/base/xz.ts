import { createRequire } from "node:module";
import type * as XzDecompress from "xz-decompress";

/** The input ended within the stream. */
export class XzTruncated extends Error {}

/** A stream was asked for while another is being read. */
export class XzWithinXz extends Error {}

/** The decoder takes one stream at a time, and would wait for ever for the one around. */
let open = false;

/**
 * Decompresses xz, also several streams one after another. The caller takes everything or ends the generator.
 * @throws XzTruncated; Error where the data is damaged, wants too much memory, or uses what the decoder does not know
 */
export async function* decompressXz(input: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (open) throw new XzWithinXz("xz data within xz data is not read; unpack the outer one first");
  open = true;
  let ended = false;
  const compressed = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await input.next();
        ended = next.done === true;
        if (next.done === true) controller.close();
        else controller.enqueue(Uint8Array.from(next.value));
      },
    },
    { highWaterMark: 0 },
  );
  // The package says that it is a CommonJS module only to `require`. Most loads never need it.
  const { XzReadableStream } = createRequire(import.meta.url)("xz-decompress") as typeof XzDecompress;
  const reader = new XzReadableStream(compressed).getReader();
  try {
    for (;;) {
      const next = await reader.read().catch((error: unknown) => {
        throw ended ? new XzTruncated("the input ends") : new Error(reasonOf(String(error)));
      });
      if (next.done) break;
      if (next.value.length > 0) yield Buffer.from(next.value.buffer, next.value.byteOffset, next.value.length);
    }
  } finally {
    open = false;
    await reader.cancel().catch(() => undefined);
  }
}

/** The decoder gives a number (enum xz_ret of XZ Embedded). */
function reasonOf(message: string): string {
  const code = /error code (\d+)/.exec(message)?.[1];
  if (code === "3" || code === "4") return "it wants too much memory";
  if (code === "2" || code === "6") return "it uses an option, such as a SHA-256 check, that is not read";
  return "a checksum or a code is wrong";
}
