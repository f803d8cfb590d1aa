import type { Expression } from "../../eql/ast.ts";
import { isTest } from "../../eql/evaluate.ts";

/** A leaf of a condition and whether it must hold. */
export interface Demand {
  readonly leaf: Expression;
  readonly holds: boolean;
}

/**
 * The ways to satisfy a condition, lazily: each is a list of leaves that must hold or must not, whose conjunction
 * implies the condition. `!=`, `not in` and `== true` are taken apart as the evaluator does.
 */
export function* branchesOf(condition: Expression, holds = true): Generator<readonly Demand[], void> {
  switch (condition.kind) {
    case "not":
      return yield* branchesOf(condition.operand, !holds);
    case "and":
      return holds ? yield* product(condition.operands, true) : yield* sum(condition.operands, false);
    case "or":
      return holds ? yield* sum(condition.operands, true) : yield* product(condition.operands, false);
    case "comparison": {
      if (condition.operator === "!=") return yield* branchesOf({ ...condition, operator: "==" }, !holds);
      const test = booleanTest(condition.left, condition.right) ?? booleanTest(condition.right, condition.left);
      if (condition.operator === "==" && test !== null) return yield* branchesOf(test.of, test.wanted === holds);
      yield [{ leaf: condition, holds }];
      return;
    }
    case "in":
      if (condition.negated) return yield* branchesOf({ ...condition, negated: false }, !holds);
      yield [{ leaf: condition, holds }];
      return;
    case "literal":
      if ((condition.value === true) === holds) yield [];
      return;
    default:
      yield [{ leaf: condition, holds }];
  }
}

function booleanTest(
  constant: Expression,
  of: Expression,
): { readonly of: Expression; readonly wanted: boolean } | null {
  return constant.kind === "literal" && typeof constant.value === "boolean" && isTest(of)
    ? { of, wanted: constant.value }
    : null;
}

function* sum(operands: readonly Expression[], holds: boolean): Generator<readonly Demand[], void> {
  for (const operand of operands) yield* branchesOf(operand, holds);
}

/** Every combination, the last operand varying fastest. */
function* product(operands: readonly Expression[], holds: boolean): Generator<readonly Demand[], void> {
  const [first, ...rest] = operands;
  if (first === undefined) return void (yield []);
  for (const head of branchesOf(first, holds)) {
    for (const tail of product(rest, holds)) yield [...head, ...tail];
  }
}
