import type { FieldType } from "../ecs/field-type.ts";

/**
 * What the loader hands to the case: rows of numbers that speak of dictionary values and fields by the local ids of the
 * worker that made them. `event-sink.ts` maps them to the ids of the case, in input order.
 */

export interface Rejection {
  /** In the buffer. */
  readonly position: number;
  readonly bytes: number;
  /** 0-based within a chunk of lines, otherwise 1-based in the member. */
  readonly line: number;
  readonly code: string;
  readonly reason: string;
}

/** A field that a worker met for the first time; local ids count up from 0 in this order. */
export interface LocalField {
  readonly path: string;
  readonly type: FieldType | null;
  readonly typedBy: "catalogue" | "mapping" | "data";
  readonly family: string | null;
  readonly column: boolean;
}

/** What a worker made of a chunk of a member. */
export interface RowBatch {
  /** Local dictionary ids start again from 1 with this chunk. */
  readonly reset: boolean;
  readonly documents: number;
  readonly lines: number;
  readonly blank: number;
  readonly fields: readonly LocalField[];
  readonly families: readonly string[];
  /** Per new value: family | flags, length, both hashes. */
  readonly valueMeta: Int32Array<ArrayBuffer>;
  /** Each padded with zeros to a multiple of 4. */
  readonly valueBytes: Uint8Array<ArrayBuffer>;
  /** Per new list: family, count, local value ids. */
  readonly lists: Int32Array<ArrayBuffer>;
  readonly events: number;
  /** Per event `ROW` words, then its cells. */
  readonly rows: Int32Array<ArrayBuffer>;
  /** Numbers of lists: event (0-based in the chunk), field, cell kind, low, high. */
  readonly side: Int32Array<ArrayBuffer>;
  /** Per touched field `COUNT` words. */
  readonly counts: Int32Array<ArrayBuffer>;
  readonly rejected: readonly Rejection[];
  /** Ends of the blocks in the buffer, and their compressed bytes. */
  readonly blockEnds: readonly number[];
  readonly blockData: readonly Uint8Array[];
  /** Documents of events that are not in the originals as JSON of their own: event (0-based in the chunk), offset, bytes. */
  readonly derived: readonly number[];
  /** Their texts one after another, zstd; null: none. */
  readonly derivedData: Uint8Array | null;
  /** Documents that the fast reader left to the exact one. */
  readonly slow: number;
  /** Values of fields whose path is too long, or beyond the number of fields that are kept. */
  readonly unnamed: number;
}

/** Flags beside the family of a value. */
export const VALUE_FAMILY = 0xff_ffff;
/** The bytes are the JSON escapes of `store/text.ts`. */
export const VALUE_ODD = 0x100_0000;
/** The bytes are the canonical text of an address. */
export const VALUE_IP = 0x200_0000;

/** Words of a row, before its cells. */
export const ROW = {
  flags: 0,
  position: 1,
  bytes: 2,
  line: 3,
  timeLow: 4,
  timeHigh: 5,
  tieLow: 6,
  tieHigh: 7,
  identityLow: 8,
  identityHigh: 9,
  hitLow: 10,
  hitHigh: 11,
  cells: 12,
  size: 13,
} as const;

/** Bits of a row's flags beside `EVENT_FLAG`; not stored. */
export const ROW_HAS_TIE = 1 << 16;
export const ROW_HAS_HIT = 1 << 17;

/** A cell: `field << 3 | kind`, then one word (value, list, int32) or two (low, high). */
export const CELL = { value: 0, list: 1, int32: 2, int64: 3, double: 4 } as const;

/** Words of a field's counts. */
export const COUNT = {
  field: 0,
  documents: 1,
  strings: 2,
  numbers: 3,
  booleans: 4,
  lists: 5,
  malformed: 6,
  size: 7,
} as const;
