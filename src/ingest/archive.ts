import { type ArchiveEntry, type ArchiveProblem, type RandomAccess, refuseEntryName } from "../base/archive-entry.ts";
import { compressionOf, Decompression } from "../base/decompress.ts";
import { isTar, readTar } from "../base/tar.ts";
import { isZip, readZip } from "../base/zip.ts";

export type ArchiveKind = "zip" | "tar";

/** What an archive is read from. A zip needs `random`: its directory is at its end. */
export interface ArchiveSource {
  readonly stream: AsyncIterable<Uint8Array>;
  readonly random: RandomAccess | null;
}

/** Archives in archives are opened once; one deeper is refused. */
const MAX_DEPTH = 1;
const MAX_ENTRIES = 100_000;
/** A zip within an archive is held in memory. */
const MAX_NESTED_ZIP = 256 * 1024 * 1024;
/** Enough of an entry to see whether it is an archive itself. */
const PEEK_BYTES = 512;

/** Tells an archive by its first 512 bytes; null when it is none. */
export function archiveKind(head: Uint8Array): ArchiveKind | null {
  if (isZip(head)) return "zip";
  return isTar(head) ? "tar" : null;
}

/**
 * The entries of an archive. Names that leave it or occur twice, links, devices, encrypted and overlapping entries and
 * bombs are refused one by one. Entries that are compressed with gzip or zstd are decompressed; archives among them are
 * opened, one level deep. An archive that is damaged ends with a refused entry that says so.
 */
export async function* readArchive(kind: ArchiveKind, source: ArchiveSource, depth = 0): AsyncGenerator<ArchiveEntry> {
  const seen = new Set<string>();
  let count = 0;
  for await (const entry of entriesOf(kind, source)) {
    count += 1;
    if (count > MAX_ENTRIES) {
      yield refused(entry.path, "archive-entries", `more than ${String(MAX_ENTRIES)} entries; the rest was not read`);
      return;
    }
    if (entry.kind === "refused") {
      yield entry;
      continue;
    }
    const why = refuseEntryName(entry.path, seen);
    if (why !== null) {
      yield { kind: "refused", path: entry.path, ...why };
      continue;
    }
    seen.add(entry.path);
    yield* openEntry(entry, depth);
  }
}

function entriesOf(kind: ArchiveKind, { stream, random }: ArchiveSource): AsyncIterable<ArchiveEntry> {
  if (kind === "tar") return readTar(stream);
  if (random !== null) return readZip(random);
  return oneRefused("zip-stream", "a zip cannot be read from a stream: its directory is at its end; give it as a file");
}

async function* oneRefused(code: string, reason: string): AsyncGenerator<ArchiveEntry> {
  yield refused("", code, reason);
}

function refused(path: string, code: string, reason: string): ArchiveEntry {
  return { kind: "refused", path, code, reason };
}

type FileEntry = Extract<ArchiveEntry, { kind: "file" }>;

/** An entry as it is, decompressed, or the entries of the archive that it is. */
async function* openEntry(entry: FileEntry, depth: number): AsyncGenerator<ArchiveEntry> {
  const stored = await peek(entry.bytes, PEEK_BYTES);
  const compression = compressionOf(stored.head);
  const inflated = compression === null ? null : new Decompression(buffers(stored.all), compression);
  const opened = inflated === null ? stored : await peek(inflated.bytes(), PEEK_BYTES);
  const problem = (): ArchiveProblem | null => inflated?.problem ?? entry.problem();
  const kind = archiveKind(opened.head);
  if (kind === null) {
    yield { ...entry, bytes: opened.all, problem };
    return;
  }
  if (depth >= MAX_DEPTH) {
    yield refused(entry.path, "archive-nested", "an archive in an archive in an archive is not opened");
    return;
  }
  const random = kind === "zip" ? await toMemory(opened.all) : null;
  if (kind === "zip" && random === null) {
    yield refused(
      entry.path,
      "archive-nested",
      "a zip of more than 256 MB in an archive is not opened; unpack it first",
    );
    return;
  }
  for await (const inner of readArchive(kind, { stream: opened.all, random }, depth + 1)) {
    yield { ...inner, path: inner.path === "" ? entry.path : `${entry.path}/${inner.path}` };
  }
  const why = problem();
  if (why !== null) yield { kind: "refused", path: entry.path, ...why };
}

/** The first bytes, and all of them, those first ones included. */
async function peek(
  bytes: AsyncIterable<Uint8Array>,
  count: number,
): Promise<{ head: Buffer; all: AsyncGenerator<Uint8Array> }> {
  const iterator = bytes[Symbol.asyncIterator]();
  const first: Buffer[] = [];
  let length = 0;
  while (length < count) {
    const next = await iterator.next();
    if (next.done === true) break;
    first.push(Buffer.from(next.value));
    length += next.value.length;
  }
  const start = Buffer.concat(first);
  async function* all(): AsyncGenerator<Uint8Array> {
    if (start.length > 0) yield start;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  }
  return { head: start.subarray(0, count), all: all() };
}

async function toMemory(bytes: AsyncIterable<Uint8Array>): Promise<RandomAccess | null> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of bytes) {
    size += part.length;
    if (size > MAX_NESTED_ZIP) return null;
    parts.push(Buffer.from(part));
  }
  const whole = Buffer.concat(parts);
  return { size, read: (offset, length) => Promise.resolve(whole.subarray(offset, offset + length)) };
}

async function* buffers(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const part of bytes) yield Buffer.from(part.buffer, part.byteOffset, part.length);
}
