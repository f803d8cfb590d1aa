/**
 * The logical plan of a query: plain data between the checked syntax tree and SQL. It knows types, not storage. A
 * condition is two-valued logic over leaves (SEMANTICS 4): null lives only inside a leaf, and a null leaf is false.
 */
import type { DescendantOf, Expression } from "../eql/ast.ts";
import type { IpRange } from "../eql/ip-address.ts";
import type { FieldType } from "../ecs/field-type.ts";

export interface FieldRef {
  readonly path: string;
  readonly type: FieldType;
}

export type Plan = EventPlan | SequencePlan | SamplePlan;

export interface PipePlan {
  readonly name: "head" | "tail";
  readonly count: number;
}

export interface EventPlan {
  readonly kind: "event";
  readonly stage: StagePlan;
  readonly pipes: readonly PipePlan[];
}

/** What one event has to satisfy to be at a stage; the event category is part of the condition. */
export interface StagePlan {
  readonly condition: Condition;
  /** One per key position, the sequence's shared keys first. */
  readonly keys: readonly KeyPlan[];
  /** Set where the condition reads fields of earlier stages: `condition` is then a superset, this decides. */
  readonly residual: Expression | null;
}

export interface KeyPlan {
  readonly field: FieldRef;
  /** Missing gives the key value null, and null equals null (SEMANTICS 11.3). */
  readonly optional: boolean;
}

export interface SequencePlan {
  readonly kind: "sequence";
  /** In written order, `runs` expanded; identical stages are the same object. */
  readonly stages: readonly SequenceStage[];
  readonly until: StagePlan | null;
  readonly maxspanNs: bigint | null;
  readonly pipes: readonly PipePlan[];
}

export interface SequenceStage {
  readonly missing: boolean;
  readonly plan: StagePlan;
}

export interface SamplePlan {
  readonly kind: "sample";
  readonly stages: readonly StagePlan[];
}

export type Condition = AndCondition | OrCondition | NotCondition | ConstantCondition | Leaf;

export interface AndCondition {
  readonly kind: "and";
  readonly operands: readonly Condition[];
}

export interface OrCondition {
  readonly kind: "or";
  readonly operands: readonly Condition[];
}

export interface NotCondition {
  readonly kind: "not";
  readonly operand: Condition;
}

export interface ConstantCondition {
  readonly kind: "constant";
  readonly value: boolean;
}

/** A test of one event, true or false, never null; true if any value of a field makes it true (SEMANTICS 5). */
export type Leaf = ExistsLeaf | TextLeaf | NumberLeaf | IpLeaf | ComputedLeaf | DescendantLeaf;

/** The field has a value. `f == null` is `not exists`. */
export interface ExistsLeaf {
  readonly kind: "exists";
  readonly field: FieldRef;
}

/** A test of the text of a keyword field. */
export interface TextLeaf {
  readonly kind: "text";
  readonly field: FieldRef;
  readonly test: TextTest;
  readonly source: Expression;
}

export type TextTest =
  | { readonly op: "equals"; readonly values: readonly string[]; readonly fold: boolean }
  | { readonly op: "wildcard"; readonly patterns: readonly string[]; readonly fold: boolean }
  | { readonly op: "regex"; readonly patterns: readonly string[]; readonly fold: boolean }
  | { readonly op: "compare"; readonly operator: RangeOperator; readonly value: string };

export type RangeOperator = "<" | "<=" | ">" | ">=";

/** A test of a long, double, boolean (0 or 1) or date (nanoseconds since 1970) field. Values are ORed. */
export interface NumberLeaf {
  readonly kind: "number";
  readonly field: FieldRef;
  readonly test:
    | { readonly op: "equals"; readonly values: readonly (bigint | number)[] }
    | { readonly op: "compare"; readonly operator: RangeOperator; readonly value: bigint | number };
  readonly source: Expression;
}

/** The address lies in one of the ranges; a range of IPv6 holds no IPv4 addresses. */
export interface IpLeaf {
  readonly kind: "ip";
  readonly field: FieldRef;
  readonly ranges: readonly IpRange[];
  readonly source: Expression;
}

/** Anything else: evaluated by the language's own evaluator on the values of its fields (distinct, in order of first use). */
export interface ComputedLeaf {
  readonly kind: "computed";
  readonly fields: readonly FieldRef[];
  readonly source: Expression;
}

/** Some ancestor process satisfies the stage. */
export interface DescendantLeaf {
  readonly kind: "descendant";
  readonly ancestor: StagePlan;
  readonly source: DescendantOf;
}
