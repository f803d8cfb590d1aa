import type { Span } from "../eql/ast.ts";

/**
 * The syntax tree of KQL, Kibana's query language: readonly plain data, every node with a `kind` and a `span` (UTF-16
 * offsets). A list of values (`field: (a or not b)`) is written out as the same operators over single values.
 */
export type KqlNode = KqlEverything | KqlOr | KqlAnd | KqlNot | KqlIs | KqlRange | KqlNested;

/** The empty query: every event. */
export interface KqlEverything {
  readonly kind: "everything";
  readonly span: Span;
}

/** Two or more operands. */
export interface KqlOr {
  readonly kind: "or";
  readonly operands: readonly KqlNode[];
  readonly span: Span;
}

/** Two or more operands. */
export interface KqlAnd {
  readonly kind: "and";
  readonly operands: readonly KqlNode[];
  readonly span: Span;
}

export interface KqlNot {
  readonly kind: "not";
  readonly operand: KqlNode;
  readonly span: Span;
}

/** `field: value`; `field` null is a value on its own, looked for in every field. */
export interface KqlIs {
  readonly kind: "is";
  readonly field: KqlText | null;
  readonly value: KqlText;
  readonly span: Span;
}

export type KqlRangeOperator = "<" | "<=" | ">" | ">=";

export interface KqlRange {
  readonly kind: "range";
  readonly field: KqlText;
  readonly operator: KqlRangeOperator;
  readonly value: KqlText;
  readonly span: Span;
}

/** `field: { query }`: the query's fields are relative to `field`. */
export interface KqlNested {
  readonly kind: "nested";
  readonly field: KqlText;
  readonly query: KqlNode;
  readonly span: Span;
}

/**
 * A field name or value with its escapes resolved. `parts` are the pieces between wildcards: one piece, no wildcard;
 * `["", ""]` is a lone `*`. In quotes there are no wildcards.
 */
export interface KqlText {
  readonly parts: readonly string[];
  readonly quoted: boolean;
  readonly span: Span;
}
