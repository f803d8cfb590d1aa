/**
 * What a format of evidence is to the loader. A format says where the documents of a member begin and end (a splitter),
 * and how one of them becomes an ECS document (a converter). The loader keeps the bytes, flattens, interns and writes.
 *
 * `formats/registry.ts` tells which format a member has (`detectFormat`) and finds one again by its id (`formatById`,
 * also in a worker). A format is plain code without state of its own: the same id always means the same behaviour.
 */

/** What is known of a member besides its bytes. The same on every run, so that a resumed load gives the same events. */
export interface MemberFacts {
  /** Path of the source as given, and of the member in it: `host1/audit.log`, `uac-web01.tar.gz/var/log/auth.log`, `-`. */
  readonly name: string;
  /** ISO 8601 in UTC: when the file or archive entry was last modified; null for standard input. Dates that lack a year need it. */
  readonly modified: string | null;
}

/** What a document has been found to be besides its content: the same `_index` and `_id` make a duplicate. */
export interface HitIdentity {
  readonly index: string | null;
  readonly id: string | null;
}

/** The outcome of reading one document: the ECS document, or why it is none. */
export type Converted =
  | {
      readonly kind: "event";
      /** Nested, dotted or mixed keys. `@timestamp` is still as the evidence has it; `parseTimestamp` reads it. */
      readonly document: Record<string, unknown>;
      readonly identity?: HitIdentity;
      /** Where the event's first line lies in a document that has several events: lines after the document's first. */
      readonly lineOffset?: number;
    }
  | { readonly kind: "rejected"; readonly code: string; readonly reason: string; readonly lineOffset?: number }
  /** Belongs to the format, carries no event (a CSV header, an empty response). */
  | { readonly kind: "none" };

/**
 * Cuts a stream into documents. Positions are byte offsets in the member's decompressed bytes; they never overlap and
 * ascend. What lies between two documents (a comma, the head of a response, a bulk action) belongs to none. A splitter
 * is a state machine: `state()` serialises it between two pushes, so that a load can resume.
 */
export interface Splitter {
  /** Feeds the next bytes; returns the documents that end within all bytes fed so far. Never throws on content. */
  push(chunk: Uint8Array): SplitDocument[];
  /** The documents that the end of the input completes, or a rejected rest. */
  end(): SplitDocument[];
  /**
   * Offset of the first byte that a later document may still cover; equal to the bytes fed when none is open. Bytes
   * before it are done with. A document that outgrew `MAX_DOCUMENT_BYTES` no longer holds bytes back: it is rejected
   * when it ends.
   */
  holdFrom(): number;
  /**
   * JSON-serialisable state after all bytes fed; the format's `splitter(member, state)` continues from it. May grow to
   * some 100 KB (tables of known processes), and only the last one is ever needed.
   */
  state(): unknown;
  /** After the end: what the splitter of the next file of the same log needs to know (`Continuation.before`). */
  handOver?(): unknown;
}

/** What a splitter is told of the files before and after, where rotation cut one log into several. */
export interface Continuation {
  /** What the splitter of the file before handed over; null: none. */
  readonly before: unknown;
  /** The first bytes of the file after; null: none. */
  readonly next: Uint8Array | null;
  /** The file before was loaded at another time, without this one: nothing of this file is part of it. */
  readonly alone: boolean;
}

export interface SplitDocument {
  readonly start: number;
  readonly end: number;
  /** 1-based physical line of `start`. */
  readonly line: number;
  /** Set where the splitter itself found the bytes unusable (too long, unbalanced, ...). */
  readonly rejected?: { readonly code: string; readonly reason: string };
  /** Set where the bytes carry no event and count as blank (a blank line). */
  readonly blank?: true;
  /**
   * What the document cannot say itself. Structured-cloneable; often the same object for many documents. For formats
   * that convert as `json` it is a `HitIdentity` (from a bulk action), or undefined.
   */
  readonly context?: unknown;
}

/** Longer documents are rejected (`document-too-long`) without being held in memory. */
export const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024;

export interface Format {
  /** Name used by `--format`, stored with the source, e.g. `ndjson`, `search-response`, `kibana-csv`. */
  readonly id: string;
  /** One sentence for the documentation and for `--dry-run`. */
  readonly title: string;
  /**
   * `lines`: one document a line, blank lines are blank (the loader splits, fast; a BOM is skipped). Otherwise a splitter
   * is asked.
   */
  readonly documents: "lines" | { splitter(member: MemberFacts, state?: unknown, around?: Continuation): Splitter };
  /**
   * `json`: the document's bytes are the JSON of an ECS document, or of a wrapper that `unwrapHit` understands
   * (`_source`, `fields`): the loader parses the bytes itself, fast. Otherwise each document's text is converted; a
   * conversion may give several events for one document (audit records of several serials, interleaved).
   */
  readonly convert: "json" | ((text: string, context: unknown, member: MemberFacts) => Converted[]);
  /**
   * For logs that rotation cuts: seconds since 1970 of the first record, by the first characters of a file. The files of
   * one log are then read in that order.
   */
  readonly began?: (head: string) => number | null;
}

/** What the first bytes of a member are: a format, or why it is refused, in one sentence. */
export type Detection =
  | { readonly kind: "format"; readonly format: Format }
  | { readonly kind: "refused"; readonly code: string; readonly reason: string };
