/** A file inside an archive. */
export interface ArchiveEntry {
  /** As the archive gives it; not yet to be trusted. */
  readonly name: string;
  readonly size: number;
  /** Its bytes; throws an `ArchiveError`. */
  readonly read: () => Buffer;
}

/** What an archive of rules may hold. Elastic's own packs have some 20,000 files and 200 MB. */
export const ARCHIVE_LIMITS = {
  entries: 200_000,
  entryBytes: 64 * 1024 * 1024,
  totalBytes: 1024 * 1024 * 1024,
} as const;

/** An archive, or one of its entries, cannot be read. The message completes "entry: ...". */
export class ArchiveError extends Error {}

/**
 * The name of an entry as a relative path with `/`, or null when it would lead out of the archive: absolute, with a
 * drive, or with `..`.
 */
export function safeEntryName(name: string): string | null {
  const parts = name.replaceAll("\\", "/").split("/");
  if (parts[0] === "" || /^[A-Za-z]:/.test(name) || name.includes("\0") || parts.includes("..")) return null;
  return parts.filter((part) => part !== "" && part !== ".").join("/");
}
