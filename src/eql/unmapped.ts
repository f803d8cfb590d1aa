import type { Expression, Literal, Span } from "./ast.ts";
import { mapChildren } from "./map-children.ts";
import { isNullLiteral } from "./scalar.ts";

/**
 * What Elasticsearch makes of `?field` where no index maps the field (semantics 7): it becomes the literal null while the
 * query is planned, and null spreads: `not ?x : "a*"` and everything joined to it by `and` select nothing. The tool
 * treats every field as mapped; this exists to follow Elasticsearch exactly when asked.
 */
export function bindUnmapped(expression: Expression, isMapped: (field: string) => boolean): Expression {
  const bind = (node: Expression): Expression =>
    node.kind === "field" && node.optional && !isMapped(node.name) ? literal(null, node.span) : mapChildren(node, bind);
  return spreadNull(bind(expression));
}

function spreadNull(expression: Expression): Expression {
  const node = mapChildren(expression, spreadNull);
  switch (node.kind) {
    case "literal":
    case "field":
    case "stageField":
    case "descendantOf":
      return node;
    case "not":
      return negation(node.operand, node.span);
    case "and":
      return node.operands.some(isNullLiteral) ? literal(null, node.span) : node;
    case "or": {
      const operands = node.operands.filter((operand) => !isNullLiteral(operand));
      const [first] = operands;
      if (first === undefined) return literal(null, node.span);
      return operands.length === 1 ? first : { ...node, operands };
    }
    case "comparison":
      if (node.operator === "==" || node.operator === "!=") {
        const bothNull = isNullLiteral(node.left) && isNullLiteral(node.right);
        return bothNull ? literal(node.operator === "==", node.span) : node;
      }
      return isNullLiteral(node.left) || isNullLiteral(node.right) ? literal(null, node.span) : node;
    case "arithmetic":
      return isNullLiteral(node.left) || isNullLiteral(node.right) ? literal(null, node.span) : node;
    case "unary":
    case "in":
    case "pattern":
      return isNullLiteral(node.operand) ? literal(null, node.span) : node;
    case "call": {
      const [first] = node.arguments;
      return first !== undefined && isNullLiteral(first) ? literal(null, node.span) : node;
    }
  }
}

function negation(operand: Expression, span: Span): Expression {
  if (isNullLiteral(operand)) return literal(null, span);
  if (operand.kind === "literal" && typeof operand.value === "boolean") return literal(!operand.value, span);
  return { kind: "not", operand, span };
}

function literal(value: boolean | null, span: Span): Literal {
  return { kind: "literal", value, span };
}
