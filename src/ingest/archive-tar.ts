import type { ArchiveEntry, ArchiveProblem } from "./archive-types.ts";

const BLOCK = 512;
/** Longer extended headers are no headers. */
const MAX_EXTENSION = 1024 * 1024;

interface Header {
  readonly name: string;
  readonly size: number;
  readonly modified: number;
  readonly type: string;
}

/**
 * The entries of a tar: old, ustar, GNU and pax. Folders are passed over; links, devices and sparse files are refused.
 * What no archive says of itself is not trusted: sizes are checked, names are only names (see `readArchive`).
 */
export async function* readTar(stream: AsyncIterable<Uint8Array>): AsyncGenerator<ArchiveEntry> {
  const input = new Reader(stream);
  let extension: Partial<Record<string, string>> = {};
  for (;;) {
    const block = await input.take(BLOCK);
    if (block.length === 0 || block.every((byte) => byte === 0)) return;
    const header = block.length < BLOCK ? null : parseHeader(block);
    if (header === null) {
      const reason = "the archive is damaged or cut off here; what precedes was read";
      yield { kind: "refused", path: "", code: "archive-damaged", reason };
      return;
    }
    const { type } = header;
    if (type === "x" || type === "L") {
      if (header.size > MAX_EXTENSION) {
        yield { kind: "refused", path: header.name, code: "archive-damaged", reason: "an extended header is too long" };
        return;
      }
      const data = await input.take(padded(header.size));
      const text = data.subarray(0, header.size);
      extension = type === "x" ? { ...extension, ...parsePax(text) } : { ...extension, path: cString(text) };
      continue;
    }
    const path = (extension["path"] ?? header.name).replace(/^(?:\.\/)+/, "");
    const size = Number(extension["size"] ?? header.size);
    const modified = Number(extension["mtime"] ?? header.modified);
    const sparse = type === "S" || Object.keys(extension).some((key) => key.startsWith("GNU.sparse"));
    if (type !== "K" && type !== "g") extension = {};
    if (!Number.isSafeInteger(size) || size < 0) {
      yield { kind: "refused", path, code: "archive-damaged", reason: "its size is no number; the rest was not read" };
      return;
    }
    const left = { bytes: size };
    const problem: { found: ArchiveProblem | null } = { found: null };
    const why = sparse ? SPARSE : REFUSED[type];
    if (why !== undefined) yield { kind: "refused", path, ...why };
    else if (type === "0" || type === "\0" || type === "7") {
      if (path.endsWith("/")) continue;
      const bytes = contents(input, left, problem);
      yield { kind: "file", path, modified: toIso(modified), bytes, problem: () => problem.found };
    }
    if (!(await input.skip(left.bytes + padded(size) - size))) {
      if (problem.found === null && size > 0) {
        const reason = "the archive is cut off within this entry; what precedes was read";
        yield { kind: "refused", path, code: "archive-truncated", reason };
      }
      return;
    }
  }
}

const SPARSE: ArchiveProblem = { code: "archive-type", reason: "a sparse file: not read" };

const REFUSED: Readonly<Record<string, ArchiveProblem>> = {
  "1": { code: "archive-link", reason: "a hard link: links are not followed" },
  "2": { code: "archive-link", reason: "a symbolic link: links are not followed" },
  "3": { code: "archive-type", reason: "a device, no file" },
  "4": { code: "archive-type", reason: "a device, no file" },
  "6": { code: "archive-type", reason: "a named pipe, no file" },
};

async function* contents(
  input: Reader,
  left: { bytes: number },
  problem: { found: ArchiveProblem | null },
): AsyncGenerator<Uint8Array> {
  while (left.bytes > 0) {
    const part = await input.some(left.bytes);
    if (part === null) {
      problem.found = { code: "archive-truncated", reason: "the archive is cut off within this entry" };
      return;
    }
    left.bytes -= part.length;
    yield part;
  }
}

function parseHeader(block: Buffer): Header | null {
  const checksum = number(block, 148, 8);
  let sum = 0;
  for (let at = 0; at < BLOCK; at += 1) sum += at >= 148 && at < 156 ? 0x20 : (block[at] ?? 0);
  if (checksum !== sum) return null;
  const ustar = block.toString("latin1", 257, 263) === "ustar\0";
  const prefix = ustar ? cString(block.subarray(345, 500)) : "";
  const name = cString(block.subarray(0, 100));
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    size: number(block, 124, 12) ?? -1,
    modified: number(block, 136, 12) ?? 0,
    type: String.fromCharCode(block[156] ?? 0),
  };
}

/** Octal digits, or a big-endian number where the first bit is set; null when it is neither. */
function number(block: Buffer, at: number, length: number): number | null {
  if (((block[at] ?? 0) & 0x80) !== 0) {
    let value = BigInt((block[at] ?? 0) & 0x7f);
    for (let index = at + 1; index < at + length; index += 1) value = value * 256n + BigInt(block[index] ?? 0);
    return value > BigInt(Number.MAX_SAFE_INTEGER) ? null : Number(value);
  }
  const digits = cString(block.subarray(at, at + length)).trim();
  return digits === "" ? 0 : /^[0-7]+$/.test(digits) ? parseInt(digits, 8) : null;
}

/** Records `length key=value\n`. */
function parsePax(data: Buffer): Record<string, string> {
  const found: Record<string, string> = {};
  let at = 0;
  while (at < data.length) {
    const space = data.indexOf(0x20, at);
    const length = space < 0 ? NaN : Number(data.toString("latin1", at, space));
    if (!Number.isSafeInteger(length) || length <= space - at || at + length > data.length) break;
    const record = data.toString("utf8", space + 1, at + length - 1);
    const equals = record.indexOf("=");
    if (equals > 0) found[record.slice(0, equals)] = record.slice(equals + 1);
    at += length;
  }
  return found;
}

function cString(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString("utf8", 0, end < 0 ? bytes.length : end);
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

function toIso(seconds: number): string | null {
  return seconds > 0 && seconds < 8.64e12 ? new Date(Math.floor(seconds * 1000)).toISOString() : null;
}

/** Takes bytes off a stream. */
class Reader {
  readonly #input: AsyncIterator<Uint8Array>;
  #part: Buffer = Buffer.alloc(0);

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#input = stream[Symbol.asyncIterator]();
  }

  /** At least one byte, at most `limit`; null at the end. */
  async some(limit: number): Promise<Buffer | null> {
    while (this.#part.length === 0) {
      const next = await this.#input.next();
      if (next.done === true) return null;
      this.#part = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.length);
    }
    const taken = this.#part.subarray(0, limit);
    this.#part = this.#part.subarray(taken.length);
    return taken;
  }

  /** A copy of the next `count` bytes, or of as many as there are. */
  async take(count: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let left = count;
    while (left > 0) {
      const part = await this.some(left);
      if (part === null) break;
      parts.push(Buffer.from(part));
      left -= part.length;
    }
    return Buffer.concat(parts);
  }

  /** Passes over bytes; false when the input ends before. */
  async skip(count: number): Promise<boolean> {
    let left = count;
    while (left > 0) {
      const part = await this.some(left);
      if (part === null) return false;
      left -= part.length;
    }
    return true;
  }
}
