import { createHash, type Hash } from "node:crypto";
import { open } from "node:fs/promises";
import type { CaseFile } from "../store/case-file.ts";
import {
  addMember,
  addRejected,
  finishMember,
  finishSource,
  listMembers,
  MEMBER_FORMAT,
  noteMember,
  sourceById,
} from "../store/sources.ts";
import { type ArchiveKind, type ArchiveSource, readArchive } from "./archive.ts";
import { type ArchiveEntry, type ArchiveProblem, isHarmless, type RandomAccess } from "../base/archive-entry.ts";
import type { Format } from "./format.ts";
import { detectFormat, HEAD_BYTES } from "./formats/registry.ts";
import type { UserMap } from "./mappings/user-map.ts";
import { loadMember, type MemberJob, type MemberReader, warningsOf } from "./member-load.ts";
import type { SourceReader } from "./source-reader.ts";
import { keepUnread } from "./unread-entry.ts";

/** What is needed to load an archive: as for a member, but for what each of them has of its own. */
export interface ArchiveJob extends Omit<MemberJob, "reader" | "format" | "member" | "part" | "size"> {
  readonly kind: ArchiveKind;
  readonly reader: SourceReader;
  /** The member that stands for the archive itself. */
  readonly member: number;
  /** Of every entry; null: each is told by its content. */
  readonly format: Format | null;
  /** Path of the archive, to read it out of order; null where it is a stream or compressed. */
  readonly path: string | null;
  readonly size: number | null;
  /** Keep the bytes of entries that are no event data, whatever their size. */
  readonly keepUnread: boolean;
  /** The user's own mapping of documents to ECS. */
  readonly map?: UserMap;
}

/**
 * Loads the entries of an archive that are event data, each as a member of the source. The others are listed as members
 * with a note that says what they are; refused and damaged ones are counted as rejected as well. Entries that an
 * interrupted load completed are read once more, for the hash of the archive only.
 * @throws UserError `evidence-changed`; AbortError when the signal was given
 */
export async function loadArchive(job: ArchiveJob): Promise<void> {
  const { file, source, member, reader } = job;
  const handle = job.path === null || reader.compression !== "none" ? null : await open(job.path, "r");
  try {
    const random: RandomAccess | null =
      handle === null
        ? null
        : {
            size: (await handle.stat()).size,
            async read(offset, length) {
              const buffer = Buffer.alloc(length);
              const { bytesRead } = await handle.read(buffer, 0, length, offset);
              return buffer.subarray(0, bytesRead);
            },
          };
    await loadEntries(job, { stream: piecesOf(reader), random });
    await reader.readRest();
  } finally {
    await handle?.close();
  }
  const digests = reader.digests();
  file.transaction(() => {
    noteMember(file, member, "an archive: its entries are members of their own");
    if (reader.problem !== null) reject(file, source, member, reader.problem);
    const stored = sourceById(file, source);
    const unread = listMembers(file, source).filter(({ id, note }) => id !== member && note !== null).length;
    const warnings = stored === undefined ? [] : warningsOf(stored, job.timezone);
    if (unread > 0) {
      const entries = unread === 1 ? "1 entry of the archive holds" : `${String(unread)} entries of the archive hold`;
      warnings.push(`${entries} no events, or could not be read to the end: eqlite evidence list says why`);
    }
    const finishedAt = job.now().toISOString();
    finishSource(file, source, { sha256: digests.source, bytes: reader.bytesIn, warnings, finishedAt });
    job.onFinish();
  });
}

async function loadEntries(job: ArchiveJob, input: ArchiveSource): Promise<void> {
  const { file, source } = job;
  const known = new Map(listMembers(file, source).map((stored) => [stored.path, stored]));
  let refusals = 0;
  for await (const entry of readArchive(job.kind, input)) {
    const before = known.get(entry.path);
    if (entry.kind === "refused") {
      refusals += 1;
      // A refused entry may have the name of one that was read: it is listed by its place.
      const path =
        entry.path === "" || before !== undefined ? `${entry.path} (refused ${String(refusals)})` : entry.path;
      if (known.has(path)) continue;
      const id = addMember(file, source, path, MEMBER_FORMAT.listed);
      file.transaction(() => {
        noteMember(file, id, entry.reason);
        if (!isHarmless(entry)) reject(file, source, id, entry);
      });
      known.set(path, { id, source, path, format: "", sha256: null, bytes: 0, complete: 1, note: entry.reason });
      continue;
    }
    if (before?.complete === 1) continue;
    await loadEntry(job, entry, before?.id);
  }
}

function reject(file: CaseFile, source: number, member: number, { code, reason }: ArchiveProblem): void {
  addRejected(file, source, member, { line: 0, offset: 0, bytes: 0, code, reason });
}

async function loadEntry(
  job: ArchiveJob,
  entry: Extract<ArchiveEntry, { kind: "file" }>,
  known: number | undefined,
): Promise<void> {
  const { file, source, facts } = job;
  const reader = new EntryReader(entry, job.reader);
  const head = await reader.peek(HEAD_BYTES);
  const detection = job.format === null ? detectFormat(head, job.map) : { kind: "format" as const, format: job.format };
  if (detection.kind === "refused") {
    const id = known ?? addMember(file, source, entry.path, MEMBER_FORMAT.listed);
    const { reason } = detection;
    await keepUnread({ file, sink: job.sink, member: id, reader, reason, keep: job.keepUnread });
    if (reader.problem !== null) reject(file, source, id, reader.problem);
    return;
  }
  const { format } = detection;
  const member = known ?? addMember(file, source, entry.path, format.id);
  const modified = entry.modified ?? facts.modified;
  const entryFacts = { name: `${facts.name}/${entry.path}`, modified };
  await loadMember({ ...job, reader, member, format, facts: entryFacts, size: job.size, part: true });
  finishMember(file, member, reader.digests().output, reader.bytesOut, reader.problem?.reason ?? null);
}

/** The bytes of one entry. */
class EntryReader implements MemberReader {
  readonly #entry: Extract<ArchiveEntry, { kind: "file" }>;
  readonly #archive: SourceReader;
  readonly #input: AsyncIterator<Uint8Array>;
  readonly #hash: Hash = createHash("sha256");
  #digest: string | null = null;
  #head: Buffer[] = [];
  bytesOut = 0;

  constructor(entry: Extract<ArchiveEntry, { kind: "file" }>, archive: SourceReader) {
    this.#entry = entry;
    this.#archive = archive;
    this.#input = entry.bytes[Symbol.asyncIterator]();
  }

  /** Of the archive: for the progress. */
  get bytesIn(): number {
    return this.#archive.bytesIn;
  }

  get problem(): ArchiveProblem | null {
    return this.#entry.problem();
  }

  /** The first `count` bytes (or all) without taking them. */
  async peek(count: number): Promise<Buffer> {
    let have = 0;
    while (have < count) {
      const next = await this.#input.next();
      if (next.done === true) break;
      this.#head.push(Buffer.from(next.value));
      have += next.value.length;
    }
    return Buffer.concat(this.#head).subarray(0, count);
  }

  async readInto(): Promise<Buffer | null> {
    const waiting = this.#head.shift();
    if (waiting !== undefined) return this.#take(waiting);
    const next = await this.#input.next();
    return next.done === true ? null : this.#take(Buffer.from(next.value));
  }

  digests(): { source: string; output: string } {
    this.#digest ??= this.#hash.digest("hex");
    return { source: this.#digest, output: this.#digest };
  }

  #take(bytes: Buffer): Buffer {
    this.#hash.update(bytes);
    this.bytesOut += bytes.length;
    return bytes;
  }
}

async function* piecesOf(reader: SourceReader): AsyncGenerator<Uint8Array> {
  for (let piece = await reader.read(); piece !== null; piece = await reader.read()) yield piece;
}
