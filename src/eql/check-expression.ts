import { assertNever } from "../base/errors.ts";
import type { Comparison, Expression, Field, In, Pattern, StageField } from "./ast.ts";
import { checkCall } from "./check-call.ts";
import type { CheckContext } from "./check-context.ts";
import { regexProblem } from "./regex-matcher.ts";
import {
  areComparable,
  isBoolean,
  isConvertible,
  isNumeric,
  literalType,
  TYPE_NAMES,
  type ValueType,
} from "./types.ts";

/** Checks an expression where a condition is needed. */
export function checkCondition(expression: Expression, context: CheckContext): void {
  const type = checkExpression(expression, context);
  if (!isBoolean(type)) context.report("condition-not-boolean", expression.span, { found: TYPE_NAMES[type] });
}

/** Checks an expression and everything in it; its type, `any` after a mistake so that one mistake gives one message. */
export function checkExpression(expression: Expression, context: CheckContext): ValueType {
  const type = typeOf(expression, context);
  context.types.set(expression, type);
  return type;
}

function typeOf(expression: Expression, context: CheckContext): ValueType {
  switch (expression.kind) {
    case "literal":
      return literalType(expression.value);
    case "field":
    case "stageField":
      return checkField(expression, context);
    case "call":
      return checkCall(expression, context);
    case "unary":
      return checkOperand(expression.operand, expression.operator, context);
    case "arithmetic": {
      const left = checkOperand(expression.left, expression.operator, context);
      const right = checkOperand(expression.right, expression.operator, context);
      if (left === "any" || right === "any") return "any";
      return left === "double" || right === "double" ? "double" : "long";
    }
    case "comparison":
      checkComparison(expression, context);
      return "boolean";
    case "in":
      checkIn(expression, context);
      return "boolean";
    case "pattern":
      checkPattern(expression, context);
      return "boolean";
    case "not":
      checkCondition(expression.operand, context);
      return "boolean";
    case "and":
    case "or":
      for (const operand of expression.operands) checkCondition(operand, context);
      return "boolean";
    case "descendantOf":
      context.checkEventQuery(expression.query);
      return "boolean";
    default:
      return assertNever(expression);
  }
}

/** The type of a field, which is noted as read; a warning for an unknown one. */
export function checkField(field: Field | StageField, context: CheckContext): ValueType {
  const { name, optional, span } = field;
  const type = context.schema.typeOf(name);
  context.fields.set(name, type ?? null);
  if (type === undefined && !optional) {
    context.report("unknown-field", span, { name, suggestions: context.schema.suggestions(name) });
  }
  return type ?? "any";
}

function checkOperand(operand: Expression, operator: string, context: CheckContext): ValueType {
  const type = checkExpression(operand, context);
  if (isNumeric(type)) return type;
  context.report("operand-type", operand.span, { operator, found: TYPE_NAMES[type] });
  return "any";
}

function checkComparison({ left, right }: Comparison, context: CheckContext): void {
  const types = [checkExpression(left, context), checkExpression(right, context)] as const;
  checkComparable([left, types[0]], [right, types[1]], context);
}

function checkIn({ operand, items }: In, context: CheckContext): void {
  const type = checkExpression(operand, context);
  for (const item of items) checkComparable([operand, type], [item, checkExpression(item, context)], context);
}

/** Warns where two sides can never be equal. */
function checkComparable(
  [left, leftType]: readonly [Expression, ValueType],
  [right, rightType]: readonly [Expression, ValueType],
  context: CheckContext,
): void {
  if (areComparable(leftType, rightType) && isConvertibleTo(right, leftType) && isConvertibleTo(left, rightType))
    return;
  context.report("never-equal", right.span, { left: TYPE_NAMES[leftType], right: TYPE_NAMES[rightType] });
}

function isConvertibleTo(expression: Expression, type: ValueType): boolean {
  if (expression.kind !== "literal" || typeof expression.value !== "string") return true;
  return isConvertible(expression.value, type);
}

function checkPattern({ operator, operand, patterns }: Pattern, context: CheckContext): void {
  const type = checkExpression(operand, context);
  if (type !== "keyword" && type !== "any" && type !== "null") {
    context.report("pattern-operand", operand.span, { operator, found: TYPE_NAMES[type], ip: type === "ip" });
  }
  for (const pattern of patterns) {
    const { value, span } = pattern;
    context.types.set(pattern, literalType(value));
    if (value !== null && typeof value !== "string") {
      context.report("pattern-type", span, { operator, found: TYPE_NAMES[literalType(value)] });
    } else if (typeof value === "string" && operator.startsWith("regex")) {
      const problem = regexProblem(value);
      if (problem !== null) {
        context.report(problem.unsupported ? "unsupported-regex" : "invalid-regex", span, { reason: problem.reason });
      }
    }
  }
}
