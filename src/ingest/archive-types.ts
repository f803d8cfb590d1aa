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
