import type { And, Expression, Field, Literal, Or, PatternOperator, Span } from "../eql/ast.ts";

/** Nodes of EQL's syntax tree, made from other things than EQL text. `span` is the place in whatever text that was. */
export const NO_SPAN: Span = { start: 0, end: 0 };

export function field(name: string, span: Span = NO_SPAN): Field {
  return { kind: "field", name, optional: false, span };
}

export function literal(value: Literal["value"], span: Span = NO_SPAN): Literal {
  return { kind: "literal", value, span };
}

/** `field == value`. */
export function equals(name: string, value: Literal["value"], span: Span = NO_SPAN): Expression {
  return compare(name, "==", value, span);
}

export function compare(
  name: string,
  operator: "==" | "!=" | "<" | "<=" | ">" | ">=",
  value: Literal["value"],
  span: Span = NO_SPAN,
): Expression {
  return { kind: "comparison", operator, left: field(name, span), right: literal(value, span), span };
}

/** `field != null`. */
export function exists(name: string, span: Span = NO_SPAN): Expression {
  return compare(name, "!=", null, span);
}

/** `field in (values)`; one value is an `==` where case matters. */
export function oneOf(
  name: string,
  values: readonly Literal["value"][],
  caseInsensitive: boolean,
  span: Span = NO_SPAN,
): Expression {
  const [only] = values;
  if (values.length === 1 && only !== undefined && !caseInsensitive) return equals(name, only, span);
  const items = values.map((value) => literal(value, span));
  return { kind: "in", negated: false, caseInsensitive, operand: field(name, span), items, span };
}

/** `field operator (patterns)`. */
export function pattern(
  name: string,
  operator: PatternOperator,
  patterns: readonly string[],
  span: Span = NO_SPAN,
): Expression {
  const literals = patterns.map((text) => literal(text, span));
  return { kind: "pattern", operator, operand: field(name, span), patterns: literals, span };
}

/** `cidrMatch(field, blocks)`. */
export function inBlocks(name: string, blocks: readonly string[], span: Span = NO_SPAN): Expression {
  return {
    kind: "call",
    name: "cidrMatch",
    caseInsensitive: false,
    arguments: [field(name, span), ...blocks.map((block) => literal(block, span))],
    nameSpan: span,
    span,
  };
}

export function not(operand: Expression, span: Span = operand.span): Expression {
  return { kind: "not", operand, span };
}

/** The conjunction; of none it is `true`, of one that one. */
export function allOf(operands: readonly Expression[], span: Span = NO_SPAN): Expression {
  return combine("and", operands, span, true);
}

/** The disjunction; of none it is `false`, of one that one. */
export function anyOf(operands: readonly Expression[], span: Span = NO_SPAN): Expression {
  return combine("or", operands, span, false);
}

function combine(
  kind: "and" | "or",
  operands: readonly Expression[],
  span: Span,
  ofNone: boolean,
): Expression | And | Or {
  const [only] = operands;
  if (only === undefined) return literal(ofNone, span);
  return operands.length === 1 ? only : { kind, operands, span };
}
