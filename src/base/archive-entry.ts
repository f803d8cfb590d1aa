/** Why an entry was not read, or not to its end: code and one sentence. */
export interface ArchiveProblem {
  readonly code: string;
  readonly reason: string;
}

/**
 * An entry of an archive, in the order in which they lie there. The bytes of a file must be taken before the next entry
 * is asked for; what is left of them is then skipped.
 */
export type ArchiveEntry =
  | {
      readonly kind: "file";
      /** Relative, with slashes, no `..`; unique in the archive. Of a nested archive: `logs.tar.gz/var/log/auth.log`. */
      readonly path: string;
      /** ISO 8601 in UTC; null where the archive does not say. */
      readonly modified: string | null;
      /** Decompressed; each piece is valid until the next. */
      readonly bytes: AsyncIterable<Uint8Array>;
      /** Once the bytes were taken: why they are not all, or not right. */
      problem(): ArchiveProblem | null;
    }
  | ({ readonly kind: "refused"; readonly path: string } & ArchiveProblem);

/** Bytes that can be read anywhere. */
export interface RandomAccess {
  readonly size: number;
  /** `length` bytes at `offset`, fewer only at the end. */
  read(offset: number, length: number): Promise<Buffer>;
}

/** A file in an archive that lies in memory, or why an entry is none. */
export type MemoryEntry =
  | {
      readonly kind: "file";
      /** As the archive gives it: see `refuseEntryName`. */
      readonly path: string;
      readonly size: number;
      /** Its bytes. @throws ArchiveError */
      readonly read: () => Buffer;
    }
  | ({ readonly kind: "refused"; readonly path: string } & ArchiveProblem);

/** An entry of an archive cannot be read. The message completes "entry: ...". */
export class ArchiveError extends Error {}

/** Archives in which an entry is a link or a device are no attempt to deceive. */
export function isHarmless({ code }: ArchiveProblem): boolean {
  return code === "archive-link" || code === "archive-type";
}

/**
 * Why the name of an entry is refused: it is empty, too long, absolute (also with a drive), leads out with `..`, or was
 * there before. Null when it is a relative path that stays in its place.
 */
export function refuseEntryName(path: string, seen: ReadonlySet<string>): ArchiveProblem | null {
  if (path === "" || path.length > 4096 || path.includes("\0")) {
    return { code: "archive-name", reason: "its name is empty, too long or has a NUL byte" };
  }
  if (/^[/\\]|^[A-Za-z]:/.test(path)) return { code: "archive-absolute", reason: "its name is an absolute path" };
  if (path.split(/[/\\]/).includes("..")) {
    return { code: "archive-outside", reason: "its name leads out of the archive" };
  }
  return seen.has(path) ? { code: "archive-duplicate", reason: "an entry before it has the same name" } : null;
}
