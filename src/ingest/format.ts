/**
 * What a format of evidence is to the loader. A format says where the documents of a member begin and end (a splitter),
 * and how one of them becomes an ECS document (a converter). The loader keeps the bytes, flattens, interns and writes.
 */

/** The outcome of reading one document: the ECS document, or why it is none. */
export type Converted =
  | { readonly kind: "event"; readonly document: Record<string, unknown> }
  | { readonly kind: "rejected"; readonly code: string; readonly reason: string }
  /** Belongs to the format, carries no event (a bulk action line, a header, an empty response). */
  | { readonly kind: "none" };

/**
 * Cuts a stream into documents. Positions are byte offsets in the member's decompressed bytes; they never overlap and
 * ascend. A splitter is a plain state machine: `state()` serialises it between two pushes, so that a load can resume.
 */
export interface Splitter {
  /** Feeds the next bytes; returns the documents that end within all bytes fed so far. Never throws on content. */
  push(chunk: Uint8Array): SplitDocument[];
  /** The documents that the end of the input completes, or a rejected rest. */
  end(): SplitDocument[];
  /** JSON-serialisable state; the format's `splitter(state)` continues from it. */
  state(): unknown;
}

export interface SplitDocument {
  readonly start: number;
  readonly end: number;
  /** 1-based physical line of `start`; for formats without lines the ordinal of the document. */
  readonly line: number;
  /** Set where the splitter itself found the bytes unusable (too long, unbalanced, not UTF-8 text ...). */
  readonly rejected?: { readonly code: string; readonly reason: string };
  /** Set where the bytes carry no event and count as blank (a blank line). */
  readonly blank?: true;
  /** What the document cannot say itself, e.g. the `_index` and `_id` of the bulk action line before it, or CSV headers. */
  readonly context?: unknown;
}

export interface Format {
  /** Name used by `--format`, stored with the source, e.g. `ndjson`, `search-response`, `kibana-csv`. */
  readonly id: string;
  /** One sentence for the documentation and for `--dry-run`. */
  readonly title: string;
  /**
   * How sure the first bytes (up to 64 KiB, decompressed) are of this format: 0 no, 1 certain. `name` is the file name.
   */
  detect(head: Uint8Array, name: string): number;
  /**
   * `lines`: one document a line (the loader splits, fast). Otherwise a splitter is asked.
   */
  readonly documents: "lines" | { splitter(state?: unknown): Splitter };
  /**
   * `json`: the document's bytes are the JSON of an ECS document, or of a wrapper that `unwrapHit` understands
   * (`_source`, `fields`): the loader parses the bytes itself, fast. Otherwise each document's text is converted; a
   * conversion may give several events for one document (a search response, a grouped record).
   */
  readonly convert: "json" | ((text: string, context: unknown) => Converted[]);
}
