/**
 * Where the values of a field are kept (docs/architecture.md, "The case file"). Plain data made by `store/`, so that the
 * compiler needs no database.
 */
export type FieldStorage = AbsentField | TimeField | StoredField;

/** No event has the field: it is missing in all of them. */
export interface AbsentField {
  readonly kind: "absent";
}

/** The time of the event itself: `event.time`, nanoseconds, one value or none. */
export interface TimeField {
  readonly kind: "time";
}

export interface StoredField {
  readonly kind: "stored";
  readonly path: string;
  /** Id of the field: column `f<id>` of `event`, side table `f_<id>`. */
  readonly id: number;
  readonly column: boolean;
  /** There is a side table: of all values where there is no column, else of lists of numbers. */
  readonly side: boolean;
  readonly values: "dictionary" | "integer" | "real";
  /** Family of dictionary values, else null. */
  readonly family: number | null;
  /** Some event has more than one value. */
  readonly lists: boolean;
  /** There is an index on the column (side tables always have one). */
  readonly indexed: boolean;
}

export const ABSENT: AbsentField = { kind: "absent" };
export const TIME: TimeField = { kind: "time" };
