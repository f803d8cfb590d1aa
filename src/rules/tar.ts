import { ArchiveError } from "./archive.ts";
import type { ArchiveEntry } from "./archive.ts";

const BLOCK = 512;

/** True when the bytes begin like a tar file of the last thirty years. */
export function isTar(bytes: Buffer): boolean {
  return (
    bytes.length >= BLOCK && bytes.toString("latin1", 257, 262) === "ustar" && hasChecksum(bytes.subarray(0, BLOCK))
  );
}

/** The regular files of a tar archive (ustar, pax and GNU long names). Throws an `ArchiveError` where it is damaged. */
export function* readTar(bytes: Buffer): Generator<ArchiveEntry> {
  let longName: string | null = null;
  for (let position = 0; position + BLOCK <= bytes.length;) {
    const header = bytes.subarray(position, position + BLOCK);
    if (header.every((byte) => byte === 0)) return;
    if (!hasChecksum(header)) throw new ArchiveError("the tar file is damaged");
    const size = sizeOf(header);
    const start = position + BLOCK;
    if (size > bytes.length - start) throw new ArchiveError("the tar file is cut off");
    const content = bytes.subarray(start, start + size);
    position = start + Math.ceil(size / BLOCK) * BLOCK;
    switch (String.fromCharCode(header[156] ?? 0)) {
      case "L":
        longName = textOf(content);
        break;
      case "x":
        longName = pathOfPax(content) ?? longName;
        break;
      case "0":
      case "\0":
      case "7":
        yield { name: longName ?? nameOf(header), size, read: () => content };
        longName = null;
        break;
      default:
        if (header[156] !== 0x67) longName = null;
    }
  }
}

/** The sum of the header's bytes, its own field counted as blanks. */
function hasChecksum(header: Buffer): boolean {
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 32 : (header[i] ?? 0);
  return sum === Number.parseInt(textOf(header.subarray(148, 156)).trim(), 8);
}

/** Octal text, or the base-256 form of large files. */
function sizeOf(header: Buffer): number {
  const field = header.subarray(124, 136);
  const size =
    ((field[0] ?? 0) & 0x80) === 0 ? Number.parseInt(textOf(field).trim() || "0", 8) : Number(field.readBigUInt64BE(4));
  if (!Number.isSafeInteger(size) || size < 0)
    throw new ArchiveError("the tar file is damaged: a size is not a number");
  return size;
}

function nameOf(header: Buffer): string {
  const name = textOf(header.subarray(0, 100));
  const prefix = textOf(header.subarray(345, 500));
  return prefix === "" ? name : `${prefix}/${name}`;
}

/** The `path` of a pax record list: `LENGTH path=VALUE\n`. */
function pathOfPax(content: Buffer): string | null {
  for (const line of content.toString("utf8").split("\n")) {
    const path = /^\d+ path=(.*)$/.exec(line)?.[1];
    if (path !== undefined) return path;
  }
  return null;
}

function textOf(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString("utf8", 0, end < 0 ? bytes.length : end);
}
