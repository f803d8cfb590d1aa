import type { ArithmeticOperator } from "./ast.ts";
import type { Scalar } from "./values.ts";

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/**
 * `left operator right` (semantics 6): null in, null out. Two integers stay integers: division truncates, the remainder
 * has the sign of the dividend; with a double on either side it is double arithmetic. Null as well where Elasticsearch
 * stops with an error: an integer divided by zero, an integer beyond int64, an operand that is no number.
 */
export function arithmetic(operator: ArithmeticOperator, left: Scalar, right: Scalar): Scalar {
  if (typeof left === "bigint" && typeof right === "bigint") return integers(operator, left, right);
  if (!isNumber(left) || !isNumber(right)) return null;
  return doubles(operator, Number(left), Number(right));
}

/** `-value`; null for what is no number. */
export function negate(value: Scalar): Scalar {
  if (typeof value === "bigint") return inRange(-value);
  return typeof value === "number" ? -value : null;
}

function isNumber(value: Scalar): value is bigint | number {
  return typeof value === "bigint" || typeof value === "number";
}

function inRange(value: bigint): bigint | null {
  return value > INT64_MAX || value < INT64_MIN ? null : value;
}

function integers(operator: ArithmeticOperator, left: bigint, right: bigint): bigint | null {
  switch (operator) {
    case "+":
      return inRange(left + right);
    case "-":
      return inRange(left - right);
    case "*":
      return inRange(left * right);
    case "/":
      return right === 0n ? null : inRange(left / right);
    case "%":
      return right === 0n ? null : left % right;
  }
}

function doubles(operator: ArithmeticOperator, left: number, right: number): number {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return left / right;
    case "%":
      return left % right;
  }
}
