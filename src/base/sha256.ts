import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

/** sha256 of text (as UTF-8) or bytes, 64 lower-case hex digits. */
export function sha256Hex(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** sha256 of a file, which is read in pieces, 64 lower-case hex digits. @throws as opening or reading it does */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const bytes of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(bytes as Buffer);
  return hash.digest("hex");
}
