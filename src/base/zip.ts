import { crc32, createInflateRaw, inflateRawSync } from "node:zlib";
import { Readable } from "node:stream";
import {
  type ArchiveEntry,
  ArchiveError,
  type ArchiveProblem,
  type MemoryEntry,
  type RandomAccess,
} from "./archive-entry.ts";
import { bomb, BOMB_BYTES, BOMB_RATIO } from "./decompress.ts";
import { errorMessage } from "./errors.ts";

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const CHUNK = 256 * 1024;
/** A larger directory is none. */
const MAX_DIRECTORY = 256 * 1024 * 1024;

interface CentralEntry {
  readonly path: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
  readonly mode: number;
  readonly modified: string | null;
}

/** What is to be read of a zip, anywhere in it: answered with the bytes, fewer only at its end. */
interface Wanted {
  readonly offset: number;
  readonly length: number;
}

/** An entry whose contents can be read, or why not. */
type Walked =
  | { readonly kind: "file"; readonly entry: CentralEntry; readonly start: number }
  | ({ readonly kind: "refused"; readonly path: string } & ArchiveProblem);

/**
 * Finds the entries of a zip by its directory, in the order in which their data lies. Folders are passed over. Encrypted
 * entries, links, entries whose data overlaps another's, and methods other than stored and deflated are refused.
 */
function* walkZip(size: number): Generator<Wanted | Walked, void, Buffer> {
  const directory = yield* readDirectory(size);
  if (directory === null) {
    const reason = "the zip has no directory: it is damaged or cut off";
    yield { kind: "refused", path: "", code: "archive-damaged", reason };
    return;
  }
  let before = 0;
  for (const entry of directory.sort((a, b) => a.offset - b.offset)) {
    const { path, offset, packed } = entry;
    if (path.endsWith("/")) continue;
    const why = refuse(entry);
    if (why !== null) {
      yield { kind: "refused", path, ...why };
      continue;
    }
    const start = yield* dataStart(offset);
    if (start === null || start + packed > size) {
      yield { kind: "refused", path, code: "archive-damaged", reason: "its data is not where the directory says" };
      continue;
    }
    if (offset < before) {
      yield { kind: "refused", path, code: "archive-overlap", reason: "its data overlaps that of another entry" };
      continue;
    }
    before = start + packed;
    yield { kind: "file", entry, start };
  }
}

const NOTHING = Buffer.alloc(0);

/** The entries of a zip of which any part can be read; lengths and checksums are verified. */
export async function* readZip(file: RandomAccess): AsyncGenerator<ArchiveEntry> {
  const walk = walkZip(file.size);
  for (let step = walk.next(NOTHING); step.done !== true;) {
    const { value } = step;
    if (!("kind" in value)) {
      step = walk.next(await file.read(value.offset, value.length));
      continue;
    }
    if (value.kind === "refused") yield value;
    else {
      const { entry, start } = value;
      const state: { problem: ArchiveProblem | null } = { problem: null };
      const bytes = verified(file, entry, start, state);
      yield { kind: "file", path: entry.path, modified: entry.modified, bytes, problem: () => state.problem };
    }
    step = walk.next(NOTHING);
  }
}

/** The entries of a zip that lies in memory; lengths and checksums are verified. @param limit bytes of the largest entry that is read */
export function* readZipBytes(bytes: Buffer, limit: number): Generator<MemoryEntry> {
  const walk = walkZip(bytes.length);
  for (let step = walk.next(NOTHING); step.done !== true;) {
    const { value } = step;
    if (!("kind" in value)) {
      step = walk.next(bytes.subarray(value.offset, value.offset + value.length));
      continue;
    }
    if (value.kind === "refused") yield value;
    else {
      const { entry, start } = value;
      const read = (): Buffer => unpack(bytes.subarray(start, start + entry.packed), entry, limit);
      yield { kind: "file", path: entry.path, size: entry.size, read };
    }
    step = walk.next(NOTHING);
  }
}

function unpack(packed: Buffer, { method, size, crc }: CentralEntry, limit: number): Buffer {
  if (size > limit) throw new ArchiveError(`it has ${String(size)} bytes`);
  let content = packed;
  if (method === 8) {
    try {
      content = inflateRawSync(packed, { maxOutputLength: Math.max(1, size) });
    } catch (cause) {
      throw new ArchiveError("its compressed content is damaged", { cause });
    }
  }
  if (content.length !== size || crc32(content) !== crc) {
    throw new ArchiveError("its length or checksum is not the one the archive names");
  }
  return content;
}

/** Whether bytes begin like a zip. */
export function isZip([a, b, c, d]: Uint8Array): boolean {
  return a === 0x50 && b === 0x4b && ((c === 3 && d === 4) || (c === 5 && d === 6));
}

function refuse({ flags, method, mode }: CentralEntry): ArchiveProblem | null {
  if ((flags & 1) !== 0) return { code: "archive-encrypted", reason: "it is encrypted; unpack it with its password" };
  if ((mode & 0xf000) === 0xa000) return { code: "archive-link", reason: "a symbolic link: links are not followed" };
  if (method !== 0 && method !== 8) {
    return {
      code: "archive-method",
      reason: `compressed by method ${String(method)}, which is not read; unpack it first`,
    };
  }
  return null;
}

function* readDirectory(fileSize: number): Generator<Wanted, CentralEntry[] | null, Buffer> {
  const tailStart = Math.max(0, fileSize - 65_557);
  const tail = yield { offset: tailStart, length: fileSize - tailStart };
  let at = tail.length - 22;
  while (at >= 0 && tail.readUInt32LE(at) !== END) at -= 1;
  if (at < 0) return null;
  let offset = tail.readUInt32LE(at + 16);
  let size = tail.readUInt32LE(at + 12);
  if (at >= 20 && tail.readUInt32LE(at - 20) === LOCATOR_64) {
    const end = yield { offset: Number(tail.readBigUInt64LE(at - 12)), length: 56 };
    if (end.length === 56 && end.readUInt32LE(0) === END_64) {
      size = Number(end.readBigUInt64LE(40));
      offset = Number(end.readBigUInt64LE(48));
    }
  }
  if (offset + size > fileSize || size > MAX_DIRECTORY) return null;
  return parseDirectory(yield { offset, length: size });
}

function parseDirectory(data: Buffer): CentralEntry[] | null {
  const entries: CentralEntry[] = [];
  let at = 0;
  while (at < data.length) {
    if (at + 46 > data.length || data.readUInt32LE(at) !== CENTRAL) return null;
    const nameLength = data.readUInt16LE(at + 28);
    const extraLength = data.readUInt16LE(at + 30);
    const next = at + 46 + nameLength + extraLength + data.readUInt16LE(at + 32);
    if (next > data.length) return null;
    const extra = data.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength);
    const sizes = wide(extra, data.readUInt32LE(at + 24), data.readUInt32LE(at + 20), data.readUInt32LE(at + 42));
    const unix = data.readUInt8(at + 5) === 3;
    entries.push({
      path: data.toString("utf8", at + 46, at + 46 + nameLength),
      flags: data.readUInt16LE(at + 8),
      method: data.readUInt16LE(at + 10),
      crc: data.readUInt32LE(at + 16),
      ...sizes,
      mode: unix ? data.readUInt16LE(at + 40) : 0,
      modified: modifiedOf(extra, data.readUInt16LE(at + 12), data.readUInt16LE(at + 14)),
    });
    at = next;
  }
  return entries;
}

/** Sizes and offset, those of 64 bits out of the extra field. */
function wide(
  extra: Buffer,
  size: number,
  packed: number,
  offset: number,
): Pick<CentralEntry, "size" | "packed" | "offset"> {
  const field = extraField(extra, 0x0001);
  let at = 0;
  const next = (narrow: number): number => {
    if (narrow !== 0xffffffff || field === null || at + 8 > field.length) return narrow;
    at += 8;
    return Number(field.readBigUInt64LE(at - 8));
  };
  return { size: next(size), packed: next(packed), offset: next(offset) };
}

function extraField(extra: Buffer, id: number): Buffer | null {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) === id) return extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
  }
  return null;
}

/** Unix time where the entry has it; else the DOS time, whose zone nobody knows, as UTC. */
function modifiedOf(extra: Buffer, time: number, date: number): string | null {
  const unix = extraField(extra, 0x5455);
  if (unix !== null && unix.length >= 5 && ((unix[0] ?? 0) & 1) !== 0) {
    return new Date(unix.readInt32LE(1) * 1000).toISOString();
  }
  if (date === 0) return null;
  const [year, month, day] = [1980 + (date >> 9), (date >> 5) & 15, date & 31];
  return new Date(Date.UTC(year, month - 1, day, time >> 11, (time >> 5) & 63, (time & 31) * 2)).toISOString();
}

function* dataStart(offset: number): Generator<Wanted, number | null, Buffer> {
  const header = yield { offset, length: 30 };
  if (header.length < 30 || header.readUInt32LE(0) !== LOCAL) return null;
  return offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
}

async function* stored(file: RandomAccess, start: number, length: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < length; at += CHUNK) yield await file.read(start + at, Math.min(CHUNK, length - at));
}

async function* verified(
  file: RandomAccess,
  { method, packed, size, crc }: CentralEntry,
  start: number,
  state: { problem: ArchiveProblem | null },
): AsyncGenerator<Uint8Array> {
  const source = Readable.from(stored(file, start, packed));
  const stream = method === 8 ? source.pipe(createInflateRaw()) : source;
  source.on("error", (error) => stream.destroy(error));
  let checksum = 0;
  let length = 0;
  try {
    for await (const part of stream) {
      const piece = part as Buffer;
      length += piece.length;
      if (length > BOMB_BYTES && length > packed * BOMB_RATIO) {
        state.problem = bomb();
        return;
      }
      checksum = crc32(piece, checksum);
      yield piece;
    }
  } catch (error) {
    const reason = `its compressed data is damaged (${errorMessage(error)}); what precedes was read`;
    state.problem = { code: "compressed-damaged", reason };
    return;
  } finally {
    source.destroy();
  }
  if (length !== size || checksum !== crc) {
    state.problem = { code: "archive-checksum", reason: "its length or checksum is not the one the archive names" };
  }
}
