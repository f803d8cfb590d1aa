import { constants, zstdCompressSync } from "node:zlib";
import type { CaseFile } from "../store/case-file.ts";
import type { EventSink } from "../store/event-sink.ts";
import { finishMember, MEMBER_FORMAT, noteMember, setMemberFormat } from "../store/sources.ts";
import type { MemberReader } from "./member-load.ts";

/** Entries up to this size are kept though they hold no events: notes of a collector, lists of processes, configuration. */
export const KEPT_BYTES = 1024 * 1024;

const BLOCK_BYTES = 1 << 20;

export interface UnreadEntry {
  readonly file: CaseFile;
  readonly sink: EventSink;
  readonly member: number;
  readonly reader: MemberReader;
  /** Why it is no event data. */
  readonly reason: string;
  /** Keep its bytes whatever its size. */
  readonly keep: boolean;
}

/**
 * Reads an entry that holds no events to its end, for its size and hash, and keeps its bytes when it is small or that was
 * asked for. Bytes of an interrupted load are replaced.
 */
export async function keepUnread({ file, sink, member, reader, reason, keep }: UnreadEntry): Promise<void> {
  file.db.prepare("DELETE FROM block WHERE member = ?").run(BigInt(member));
  let waiting: Buffer[] = [];
  let [size, written, kept] = [0, 0, true];
  const flush = (): void => {
    const bytes = Buffer.concat(waiting);
    waiting = [];
    if (bytes.length > 0) sink.writeBlock(member, written, bytes.length, compress(bytes));
    written += bytes.length;
  };
  const none = Buffer.alloc(0);
  for (let bytes = await reader.readInto(none); bytes !== null; bytes = await reader.readInto(none)) {
    if (typeof bytes === "number") continue;
    size += bytes.length;
    if (!keep && size > KEPT_BYTES) {
      kept = false;
      waiting = [];
    }
    if (!kept) continue;
    waiting.push(Buffer.from(bytes));
    if (size - written >= BLOCK_BYTES && keep) flush();
  }
  if (size === 0 && reader.problem !== null) {
    noteMember(file, member, reader.problem.reason);
    return;
  }
  file.transaction(() => {
    flush();
    const note = reader.problem?.reason ?? (kept ? reason : `${reason} Its bytes are not in the case (--keep-unread).`);
    setMemberFormat(file, member, kept ? MEMBER_FORMAT.kept : MEMBER_FORMAT.listed);
    finishMember(file, member, reader.digests().output, size, note);
  });
}

function compress(bytes: Buffer): Uint8Array {
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 3 } });
}
