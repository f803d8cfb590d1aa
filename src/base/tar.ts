import type { ArchiveEntry, ArchiveProblem, MemoryEntry } from "./archive-entry.ts";

const BLOCK = 512;
/** Longer extended headers are no headers. */
const MAX_EXTENSION = 1024 * 1024;

interface Header {
  readonly name: string;
  readonly size: number;
  readonly modified: number;
  readonly type: string;
}

/** What a header block of a tar says that comes next. Contents are padded to whole blocks. */
type Verdict =
  | { readonly kind: "end" }
  /** So many bytes belong to the next header: `TarWalker.extend` takes them, padded. */
  | { readonly kind: "extension"; readonly size: number }
  | { readonly kind: "file"; readonly path: string; readonly size: number; readonly modified: number }
  | { readonly kind: "folder"; readonly size: number }
  /** `last`: nothing after it can be read. */
  | ({
      readonly kind: "refused";
      readonly path: string;
      readonly size: number;
      readonly last: boolean;
    } & ArchiveProblem);

/**
 * Understands the headers of a tar: old, ustar, GNU and pax. Folders are passed over; links, devices and sparse files are
 * refused. What no archive says of itself is not trusted: sizes are checked, names are only names (`refuseEntryName`).
 */
class TarWalker {
  #extension: Partial<Record<string, string>> = {};
  #type = "";

  next(block: Buffer): Verdict {
    if (block.length === 0 || block.every((byte) => byte === 0)) return { kind: "end" };
    const header = block.length < BLOCK ? null : parseHeader(block);
    const last = { kind: "refused", code: "archive-damaged", size: 0, last: true } as const;
    if (header === null) {
      return { ...last, path: "", reason: "the archive is damaged or cut off here; what precedes was read" };
    }
    const { type } = header;
    if (type === "x" || type === "L") {
      if (header.size > MAX_EXTENSION) return { ...last, path: header.name, reason: "an extended header is too long" };
      this.#type = type;
      return { kind: "extension", size: header.size };
    }
    const extension = this.#extension;
    const path = (extension["path"] ?? header.name).replace(/^(?:\.\/)+/, "");
    const size = Number(extension["size"] ?? header.size);
    const modified = Number(extension["mtime"] ?? header.modified);
    const sparse = type === "S" || Object.keys(extension).some((key) => key.startsWith("GNU.sparse"));
    if (type !== "K" && type !== "g") this.#extension = {};
    if (!Number.isSafeInteger(size) || size < 0) {
      return { ...last, path, reason: "its size is no number; the rest was not read" };
    }
    const why = sparse ? SPARSE : REFUSED[type];
    if (why !== undefined) return { kind: "refused", path, size, last: false, ...why };
    const isFile = (type === "0" || type === "\0" || type === "7") && !path.endsWith("/");
    return isFile ? { kind: "file", path, size, modified } : { kind: "folder", size };
  }

  extend(data: Buffer): void {
    const found = this.#type === "x" ? parsePax(data) : { path: cString(data) };
    this.#extension = { ...this.#extension, ...found };
  }
}

/** The entries of a tar that comes as a stream. */
export async function* readTar(stream: AsyncIterable<Uint8Array>): AsyncGenerator<ArchiveEntry> {
  const input = new Reader(stream);
  const walker = new TarWalker();
  for (;;) {
    const verdict = walker.next(await input.take(BLOCK));
    if (verdict.kind === "end") return;
    const { size } = verdict;
    if (verdict.kind === "extension") {
      walker.extend((await input.take(padded(size))).subarray(0, size));
      continue;
    }
    const left = { bytes: size };
    const problem: { found: ArchiveProblem | null } = { found: null };
    if (verdict.kind === "refused") {
      const { path, code, reason } = verdict;
      yield { kind: "refused", path, code, reason };
      if (verdict.last) return;
    } else if (verdict.kind === "file") {
      const { path, modified } = verdict;
      const bytes = contents(input, left, problem);
      yield { kind: "file", path, modified: toIso(modified), bytes, problem: () => problem.found };
    }
    if (await input.skip(left.bytes + padded(size) - size)) continue;
    if (problem.found === null && size > 0 && verdict.kind !== "folder") yield { ...CUT_OFF, path: verdict.path };
    return;
  }
}

const CUT_OFF = {
  kind: "refused",
  code: "archive-truncated",
  reason: "the archive is cut off within this entry; what precedes was read",
} as const;

/** The entries of a tar that lies in memory. */
export function* readTarBytes(bytes: Buffer): Generator<MemoryEntry> {
  const walker = new TarWalker();
  for (let at = 0; ;) {
    const verdict = walker.next(bytes.subarray(at, at + BLOCK));
    if (verdict.kind === "end") return;
    const start = at + BLOCK;
    const content = bytes.subarray(start, start + verdict.size);
    at = start + padded(verdict.size);
    if (verdict.kind === "extension") walker.extend(content);
    else if (verdict.kind === "refused") {
      const { path, code, reason } = verdict;
      yield { kind: "refused", path, code, reason };
      if (verdict.last) return;
    } else if (verdict.kind === "file") {
      const { path, size } = verdict;
      if (content.length < size) {
        yield { ...CUT_OFF, path };
        return;
      }
      yield { kind: "file", path, size, read: () => content };
    }
  }
}

/** Whether bytes begin like a tar of the last thirty years. */
export function isTar(head: Uint8Array): boolean {
  return (
    head.length >= 262 &&
    Buffer.from(head.buffer, head.byteOffset, head.length).toString("latin1", 257, 262) === "ustar"
  );
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
