import { assertNever } from "../base/errors.ts";
import type { Expression } from "./ast.ts";

/** The same expression with each direct sub-expression replaced by what `map` gives for it. Patterns are left alone. */
export function mapChildren(expression: Expression, map: (child: Expression) => Expression): Expression {
  switch (expression.kind) {
    case "literal":
    case "field":
    case "stageField":
    case "descendantOf":
      return expression;
    case "call":
      return { ...expression, arguments: expression.arguments.map(map) };
    case "unary":
    case "not":
    case "pattern":
      return { ...expression, operand: map(expression.operand) };
    case "arithmetic":
    case "comparison":
      return { ...expression, left: map(expression.left), right: map(expression.right) };
    case "in":
      return { ...expression, operand: map(expression.operand), items: expression.items.map(map) };
    case "and":
    case "or":
      return { ...expression, operands: expression.operands.map(map) };
    default:
      return assertNever(expression);
  }
}
