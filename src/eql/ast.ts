/**
 * The syntax tree of EQL: readonly plain data, every node with a `kind` and a `span`. No parent pointers, no types, no
 * logic. Nothing is rewritten: `!=`, `not in` and `runs` stand as they were written, and the meaning is given by the
 * evaluator and by the plan.
 */

/** Half-open range of UTF-16 offsets into the query text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A whole query: what to look for, then the pipes that cut the result. */
export interface Query {
  readonly kind: "query";
  readonly base: EventQuery | Sequence | Sample;
  readonly pipes: readonly Pipe[];
  readonly span: Span;
}

/** `category where condition`; `category` null is `any`. */
export interface EventQuery {
  readonly kind: "eventQuery";
  readonly category: string | null;
  readonly condition: Expression;
  readonly span: Span;
}

/** Ordered events. The join key of a stage is `by` followed by the stage's own `keys`. */
export interface Sequence {
  readonly kind: "sequence";
  readonly by: readonly Field[];
  /** Nanoseconds, positive, fits in an int64; null is unlimited. */
  readonly maxspanNs: bigint | null;
  /** As written: a stage with `runs` stands once. */
  readonly stages: readonly Stage[];
  readonly until: Until | null;
  readonly span: Span;
}

/** Unordered, distinct events that share a join key. Stages are never missing, have `runs` 1 and no alias. */
export interface Sample {
  readonly kind: "sample";
  readonly by: readonly Field[];
  readonly stages: readonly Stage[];
  readonly span: Span;
}

/** `[query] by keys with runs=N as alias`, or `![query]` when `missing`. */
export interface Stage {
  readonly kind: "stage";
  readonly query: EventQuery;
  /** The keys of this stage only, without those of the sequence. */
  readonly keys: readonly Field[];
  readonly missing: boolean;
  /** 1 to 100; 1 when not written. */
  readonly runs: number;
  /** Extension: the name under which later stages reach fields of this event. Never on a missing stage nor with runs > 1. */
  readonly alias: string | null;
  readonly span: Span;
}

export interface Until {
  readonly kind: "until";
  readonly query: EventQuery;
  readonly keys: readonly Field[];
  readonly span: Span;
}

/** `head n` or `tail n`, n a safe integer >= 0. */
export interface Pipe {
  readonly kind: "pipe";
  readonly name: "head" | "tail";
  readonly count: number;
  readonly span: Span;
}

/**
 * A constant. An integer is a bigint within int64 (a sign directly before it is part of it); a decimal, or an integer
 * beyond int64, is a number: the JavaScript type tells long from double.
 */
export interface Literal {
  readonly kind: "literal";
  readonly value: string | bigint | number | boolean | null;
  readonly span: Span;
}

/** An event field; `name` is the dotted path with its quotes removed. `optional` is the `?` before it. */
export interface Field {
  readonly kind: "field";
  readonly name: string;
  readonly optional: boolean;
  readonly span: Span;
}

/** Extension: `alias.name`, the field `name` of the event that matched the earlier stage at index `stage` of `stages`. */
export interface StageField {
  readonly kind: "stageField";
  readonly alias: string;
  readonly stage: number;
  readonly name: string;
  readonly optional: boolean;
  readonly span: Span;
}

/** `name` is the canonical spelling of a known function (`startsWith`), else as written; without the `~`. */
export interface Call {
  readonly kind: "call";
  readonly name: string;
  readonly caseInsensitive: boolean;
  readonly arguments: readonly Expression[];
  readonly nameSpan: Span;
  readonly span: Span;
}

export interface Unary {
  readonly kind: "unary";
  readonly operator: "-" | "+";
  readonly operand: Expression;
  readonly span: Span;
}

export type ArithmeticOperator = "+" | "-" | "*" | "/" | "%";

export interface Arithmetic {
  readonly kind: "arithmetic";
  readonly operator: ArithmeticOperator;
  readonly left: Expression;
  readonly right: Expression;
  readonly span: Span;
}

export type ComparisonOperator = "==" | "!=" | "<" | "<=" | ">" | ">=";

/** `!=` means `not (left == right)` (section 4 of the semantics). A literal null on either side makes it an is-null test. */
export interface Comparison {
  readonly kind: "comparison";
  readonly operator: ComparisonOperator;
  readonly left: Expression;
  readonly right: Expression;
  readonly span: Span;
}

/** `operand in (items)`, `in~`, `not in`, `not in~`; no wildcards. At least one item. */
export interface In {
  readonly kind: "in";
  readonly negated: boolean;
  readonly caseInsensitive: boolean;
  readonly operand: Expression;
  readonly items: readonly Expression[];
  readonly span: Span;
}

export type PatternOperator = ":" | "like" | "like~" | "regex" | "regex~";

/** `operand : pattern` or `operand : (patterns)`: true if any pattern matches. At least one. */
export interface Pattern {
  readonly kind: "pattern";
  readonly operator: PatternOperator;
  readonly operand: Expression;
  readonly patterns: readonly Literal[];
  readonly span: Span;
}

export interface Not {
  readonly kind: "not";
  readonly operand: Expression;
  readonly span: Span;
}

/** Two or more operands, in written order; a parenthesised `and` inside stays a node of its own. */
export interface And {
  readonly kind: "and";
  readonly operands: readonly Expression[];
  readonly span: Span;
}

/** Two or more operands, in written order. */
export interface Or {
  readonly kind: "or";
  readonly operands: readonly Expression[];
  readonly span: Span;
}

/** Extension: `descendant of [process where ...]`, true if any ancestor of the event's process matches. */
export interface DescendantOf {
  readonly kind: "descendantOf";
  readonly query: EventQuery;
  readonly span: Span;
}

export type Expression =
  Literal | Field | StageField | Call | Unary | Arithmetic | Comparison | In | Pattern | Not | And | Or | DescendantOf;

export type Node = Query | EventQuery | Sequence | Sample | Stage | Until | Pipe | Expression;

/** The node type of each kind: `NodeOfKind["stage"]` is `Stage`. */
export type NodeOfKind = { readonly [N in Node as N["kind"]]: N };
export type Kind = keyof NodeOfKind;
