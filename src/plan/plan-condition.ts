import type { Call, Comparison, Expression, Field, In, Literal, Pattern } from "../eql/ast.ts";
import type { FieldType } from "../ecs/field-type.ts";
import { isTest } from "../eql/evaluate.ts";
import { cidrRanges, type IpRange } from "../eql/ip-address.ts";
import { walk } from "../eql/walk.ts";
import type { Condition, FieldRef, RangeOperator, StagePlan } from "./plan.ts";

/** What the planner asks of the evidence. */
export interface PlanContext {
  /** The type of a field: by mapping, catalogue or data; `keyword` for a field nothing is known of. */
  typeOf(path: string): FieldType;
  /** Nanoseconds since 1970 of a date constant, or null when the text is no date. */
  parseDate(value: string | bigint | number): bigint | null;
  /** Plans the query of `descendant of [...]`. */
  planAncestor(expression: Expression & { kind: "descendantOf" }): StagePlan;
}

const TRUE: Condition = { kind: "constant", value: true };
const FALSE: Condition = { kind: "constant", value: false };

/**
 * Splits a condition into two-valued logic over leaves (SEMANTICS 4): `!=` and `not in` become the complement of a leaf,
 * `boolean expression == true|false` the expression or its complement, `f == null` the complement of `exists`.
 */
export function planCondition(expression: Expression, context: PlanContext): Condition {
  switch (expression.kind) {
    case "and":
      return all(expression.operands.map((operand) => planCondition(operand, context)));
    case "or":
      return any(expression.operands.map((operand) => planCondition(operand, context)));
    case "not":
      return complement(planCondition(expression.operand, context));
    case "literal":
      return expression.value === true ? TRUE : FALSE;
    case "field":
      return planBareField(expression, context);
    case "comparison":
      return planComparison(expression, context);
    case "in":
      return planIn(expression, context);
    case "pattern":
      return planPattern(expression, context);
    case "call":
      return planCall(expression, context);
    case "descendantOf":
      return { kind: "descendant", ancestor: context.planAncestor(expression), source: expression };
    case "unary":
    case "arithmetic":
    case "stageField":
      return computed(expression, context);
  }
}

/** Conjunction; constants are folded away, nested conjunctions flattened. */
export function all(operands: readonly Condition[]): Condition {
  const kept: Condition[] = [];
  for (const operand of operands) {
    if (operand.kind === "constant") {
      if (!operand.value) return FALSE;
    } else if (operand.kind === "and") kept.push(...operand.operands);
    else kept.push(operand);
  }
  return kept.length === 0 ? TRUE : kept.length === 1 ? (kept[0] ?? TRUE) : { kind: "and", operands: kept };
}

/** Disjunction; constants are folded away, nested disjunctions flattened. */
export function any(operands: readonly Condition[]): Condition {
  const kept: Condition[] = [];
  for (const operand of operands) {
    if (operand.kind === "constant") {
      if (operand.value) return TRUE;
    } else if (operand.kind === "or") kept.push(...operand.operands);
    else kept.push(operand);
  }
  return kept.length === 0 ? FALSE : kept.length === 1 ? (kept[0] ?? FALSE) : { kind: "or", operands: kept };
}

/** Negation; a double negation and a negated constant are folded. */
export function complement(operand: Condition): Condition {
  if (operand.kind === "constant") return operand.value ? FALSE : TRUE;
  return operand.kind === "not" ? operand.operand : { kind: "not", operand };
}

function refOf(field: Field, context: PlanContext): FieldRef {
  return { path: field.name, type: context.typeOf(field.name) };
}

/** The leaf that the evaluator decides; without fields it is decided when the rule runs, once. */
function computed(source: Expression, context: PlanContext): Condition {
  const fields = new Map<string, FieldRef>();
  collectFields(source, (field) => {
    if (!fields.has(field.name)) fields.set(field.name, refOf(field, context));
  });
  return { kind: "computed", fields: [...fields.values()], source };
}

/** Calls `visit` for every field of an expression in order of first use; not for those inside `descendant of`. */
export function collectFields(expression: Expression, visit: (field: Field) => void): void {
  walk(expression, (node) => {
    if (node.kind === "field") visit(node);
    return node.kind !== "descendantOf";
  });
}

function planBareField(field: Field, context: PlanContext): Condition {
  const ref = refOf(field, context);
  if (ref.type !== "boolean") return computed(field, context);
  return { kind: "number", field: ref, test: { op: "equals", values: [1n] }, source: field };
}

const MIRRORED = { "==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<=" } as const;

function planComparison(expression: Comparison, context: PlanContext): Condition {
  if (expression.operator === "!=") {
    return complement(planComparison({ ...expression, operator: "==" }, context));
  }
  const { left, right } = expression;
  if (left.kind === "literal" && right.kind !== "literal") {
    return planSides(expression, right, MIRRORED[expression.operator], left, context);
  }
  if (right.kind === "literal") return planSides(expression, left, expression.operator, right, context);
  return computed(expression, context);
}

function planSides(
  source: Comparison,
  side: Expression,
  operator: Comparison["operator"],
  constant: Literal,
  context: PlanContext,
): Condition {
  if (operator === "==" && typeof constant.value === "boolean" && isTest(side)) {
    const condition = planCondition(side, context);
    return constant.value ? condition : complement(condition);
  }
  if (side.kind !== "field") return computed(source, context);
  const field = refOf(side, context);
  if (constant.value === null) {
    return operator === "==" ? complement({ kind: "exists", field }) : FALSE;
  }
  if (operator === "==") return planEquals(source, field, [constant.value], false, context);
  if (operator === "!=") return complement(planEquals(source, field, [constant.value], false, context));
  return planRange(source, field, operator, constant.value, context);
}

type Constant = Exclude<Literal["value"], null>;

/** `field == value`, any of the values. Constants of another type than the field's are left to the evaluator. */
function planEquals(
  source: Expression,
  field: FieldRef,
  values: readonly Constant[],
  fold: boolean,
  context: PlanContext,
): Condition {
  switch (field.type) {
    case "keyword": {
      const texts = values.filter((value) => typeof value === "string");
      if (texts.length !== values.length) return computed(source, context);
      return { kind: "text", field, test: { op: "equals", values: texts, fold }, source };
    }
    case "long":
    case "double":
    case "boolean":
    case "date": {
      const numbers = values.map((value) => toNumber(field.type, value, context));
      if (!numbers.every((value) => value !== null)) return computed(source, context);
      return { kind: "number", field, test: { op: "equals", values: numbers }, source };
    }
    case "ip": {
      const ranges = addressRanges(values);
      if (ranges === null) return computed(source, context);
      return { kind: "ip", field, ranges, source };
    }
    case "version":
      return computed(source, context);
  }
}

/** The ranges of addresses and blocks; null when one of them is neither. */
function addressRanges(values: readonly Constant[]): readonly IpRange[] | null {
  const ranges = values.map((value) => (typeof value === "string" ? cidrRanges(value) : null));
  return ranges.every((range) => range !== null) ? ranges.flat() : null;
}

function toNumber(type: FieldType, value: Constant, context: PlanContext): bigint | number | null {
  if (type === "boolean") return typeof value === "boolean" ? (value ? 1n : 0n) : null;
  if (typeof value === "boolean") return null;
  if (type === "date") return context.parseDate(value);
  return typeof value === "string" ? null : value;
}

function planRange(
  source: Expression,
  field: FieldRef,
  operator: RangeOperator,
  value: Constant,
  context: PlanContext,
): Condition {
  if (field.type === "keyword" && typeof value === "string") {
    return { kind: "text", field, test: { op: "compare", operator, value }, source };
  }
  if (field.type === "long" || field.type === "double" || field.type === "date") {
    const number = toNumber(field.type, value, context);
    if (number !== null) return { kind: "number", field, test: { op: "compare", operator, value: number }, source };
  }
  return computed(source, context);
}

function planIn(expression: In, context: PlanContext): Condition {
  if (expression.negated) return complement(planIn({ ...expression, negated: false }, context));
  const { operand, items } = expression;
  if (operand.kind !== "field" || !items.every((item) => item.kind === "literal")) return computed(expression, context);
  const values = items.map((item) => item.value).filter((value) => value !== null);
  if (values.length === 0) return FALSE;
  return planEquals(expression, refOf(operand, context), values, expression.caseInsensitive, context);
}

function planPattern(expression: Pattern, context: PlanContext): Condition {
  const { operand, operator } = expression;
  if (operand.kind !== "field") return computed(expression, context);
  const field = refOf(operand, context);
  const patterns = expression.patterns.map((pattern) => pattern.value);
  if (field.type !== "keyword" || !patterns.every((pattern) => typeof pattern === "string")) {
    return computed(expression, context);
  }
  const fold = operator === ":" || operator.endsWith("~");
  if (operator.startsWith("regex")) {
    return { kind: "text", field, test: { op: "regex", patterns, fold }, source: expression };
  }
  return planWildcard(expression, field, patterns, fold);
}

/** A pattern of stars only is `exists`; one without wildcards is equality. */
function planWildcard(source: Expression, field: FieldRef, patterns: readonly string[], fold: boolean): Condition {
  if (patterns.some((pattern) => /^\*+$/.test(pattern))) return { kind: "exists", field };
  const plain = patterns.filter((pattern) => !/[*?]/.test(pattern));
  const wild = patterns.filter((pattern) => /[*?]/.test(pattern));
  const leaves: Condition[] = [];
  if (plain.length > 0) leaves.push({ kind: "text", field, test: { op: "equals", values: plain, fold }, source });
  if (wild.length > 0) leaves.push({ kind: "text", field, test: { op: "wildcard", patterns: wild, fold }, source });
  return any(leaves);
}

function planCall(expression: Call, context: PlanContext): Condition {
  const [first, ...rest] = expression.arguments;
  if (first?.kind !== "field") return computed(expression, context);
  const field = refOf(first, context);
  const texts = rest.map((argument) => (argument.kind === "literal" ? argument.value : null));
  if (!texts.every((text) => typeof text === "string")) return computed(expression, context);
  if (expression.name === "cidrMatch" && field.type === "ip") {
    const ranges = addressRanges(texts);
    if (ranges === null) return computed(expression, context);
    return { kind: "ip", field, ranges, source: expression };
  }
  const [text] = texts;
  if (field.type !== "keyword" || text === undefined || texts.length > 1 || /[*?]/.test(text)) {
    return computed(expression, context);
  }
  switch (expression.name) {
    case "startsWith":
      return planWildcard(expression, field, [`${text}*`], expression.caseInsensitive);
    case "endsWith":
      return planWildcard(expression, field, [`*${text}`], expression.caseInsensitive);
    case "stringContains":
      return text === "" ? FALSE : planWildcard(expression, field, [`*${text}*`], expression.caseInsensitive);
    default:
      return computed(expression, context);
  }
}
