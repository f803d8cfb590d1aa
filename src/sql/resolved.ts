/**
 * A condition whose leaves have met the evidence: values have become ids of the dictionary. Plain data; made by
 * `hunt/resolve.ts`, compiled by `sql/compile-condition.ts`.
 */
import type { NumberLeaf, TextTest } from "../plan/plan.ts";
import type { StoredField, TimeField } from "./storage.ts";

export type Resolved = ResolvedAnd | ResolvedOr | ResolvedNot | ResolvedConstant | ResolvedLeaf;

export interface ResolvedAnd {
  readonly kind: "and";
  readonly operands: readonly Resolved[];
}

export interface ResolvedOr {
  readonly kind: "or";
  readonly operands: readonly Resolved[];
}

export interface ResolvedNot {
  readonly kind: "not";
  readonly operand: Resolved;
}

export interface ResolvedConstant {
  readonly kind: "constant";
  readonly value: boolean;
}

export type ResolvedLeaf = SetLeaf | RowLeaf | PresentLeaf | RangeLeaf | FunctionLeaf | EventsLeaf;

/** Ids of the dictionary that satisfy a leaf, lists included. Few are bound one by one, many stand in the table `leaf`. */
export type ValueSet =
  | { readonly kind: "ids"; readonly ids: readonly bigint[] }
  | { readonly kind: "table"; readonly leaf: bigint; readonly size: number };

/** The field's value is in the set. */
export interface SetLeaf {
  readonly kind: "set";
  readonly field: StoredField;
  readonly set: ValueSet;
  /** The leaf also holds where the field is missing (`length(f) == null`). */
  readonly orMissing: boolean;
  /** Events that satisfy it, exact or a lower bound at the counting limit; null where counting would cost a scan. */
  readonly events: number | null;
}

/** A costly test of text, left to the few events that the other leaves leave. */
export interface RowLeaf {
  readonly kind: "row";
  readonly field: StoredField;
  readonly test: TextTest;
}

export interface PresentLeaf {
  readonly kind: "present";
  readonly field: StoredField | TimeField;
}

/** A test of numbers in the row itself. */
export interface RangeLeaf {
  readonly kind: "range";
  readonly field: StoredField | TimeField;
  readonly test: NumberLeaf["test"];
}

/** A registered function of the event's values decides: `eql_leaf(fn, event, values...)`. */
export interface FunctionLeaf {
  readonly kind: "function";
  readonly fn: bigint;
  readonly fields: readonly (StoredField | TimeField)[];
}

/** The event's id is in the table `leaf`. */
export interface EventsLeaf {
  readonly kind: "events";
  readonly leaf: bigint;
  readonly size: number;
}
