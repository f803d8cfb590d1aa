import type { FieldType } from "../ecs/field-type.ts";
import type { UserMap } from "./mappings/user-map.ts";
import type { RowBatch } from "../store/row-batch.ts";
import type { MemberFacts, SplitDocument } from "./format.ts";

/** What changes how documents become events; recorded with the source. */
export interface NormaliseOptions {
  readonly timestampField: string;
  readonly tiebreakerField: string;
  /** Its values are values of `event.category` too; null: none. */
  readonly categoryField: string | null;
  readonly timezone: string | null;
  /** Types of an Elasticsearch mapping, by path; they win over the catalogue. */
  readonly mapping: Readonly<Record<string, FieldType>>;
  /** The user's own mapping of documents to ECS. */
  readonly map?: UserMap;
}

/** A piece of a member for a worker. */
export interface ChunkTask {
  readonly sequence: number;
  /** At least `PADDING` zero bytes follow `length`. */
  readonly buffer: SharedArrayBuffer;
  readonly length: number;
  /** Where to cut blocks, ascending and ending with `length`; null: the worker cuts at ends of documents. */
  readonly blocks: readonly number[] | null;
  /** First byte that belongs to a block of this chunk; what precedes it is in earlier blocks. */
  readonly blocksFrom: number;
  readonly format: string;
  readonly member: MemberFacts;
  /** Positions are relative to the buffer, lines as in the member; null: every line is a document. */
  readonly documents: readonly SplitDocument[] | null;
  /** The chunk starts the member (a byte order mark is skipped). */
  readonly first: boolean;
  readonly skip: SkippedPart | null;
}

/** The bytes of a chunk are part of a line that is too long: they become blocks, and one rejection. */
export interface SkippedPart {
  readonly first: boolean;
  readonly last: boolean;
}

/** Zero bytes after the data of a chunk, so that words can be read across its end. */
export const PADDING = 16;

/** What a worker made of a chunk. */
export interface ChunkResult {
  readonly sequence: number;
  readonly batch: RowBatch;
}
