import { invariant } from "../base/errors.ts";
import type { DescendantOf, Expression } from "./ast.ts";
import { foldConstants } from "./fold-constants.ts";
import { canonicalFunctionName, signatureOf } from "./functions.ts";
import { LIMITS } from "./limits.ts";
import { compileScalar, type Reference } from "./scalar.ts";
import type { DocumentValues, Scalar } from "./values.ts";

/** The events around the one that is tested. */
export interface Surroundings {
  /** The events that matched the earlier stages, by index of stage, for `name.field`; null where there is none. */
  readonly stages?: readonly (DocumentValues | null)[];
  /** Whether the event's process descends from one that satisfies the query. Needed where conditions use it. */
  readonly isDescendant?: (node: DescendantOf, document: DocumentValues) => boolean;
  /** Called when a leaf was given up (as false) after `maxCombinations` combinations of values. */
  readonly onTooManyCombinations?: () => void;
}

/** Whether an event satisfies a condition. */
export type Condition = (document: DocumentValues, surroundings?: Surroundings) => boolean;

const ALONE: Surroundings = {};

/** Compiles `condition` and tests one event. To test many, compile once. */
export function matches(condition: Expression, document: DocumentValues, surroundings: Surroundings = ALONE): boolean {
  return compileCondition(condition)(document, surroundings);
}

/**
 * Compiles a condition once (semantics 4 and 5): above the leaves `and`, `or`, `not` are two-valued; a leaf is true if
 * any value of its fields (any combination, one value per distinct field) makes it true, and false when it is null. The
 * expression must have passed the checker. Constant parts are folded first, three-valued.
 */
export function compileCondition(condition: Expression): Condition {
  return compile(foldConstants(condition));
}

function compile(expression: Expression): Condition {
  switch (expression.kind) {
    case "and": {
      const operands = expression.operands.map(compile);
      return (document, surroundings) => operands.every((test) => test(document, surroundings));
    }
    case "or": {
      const operands = expression.operands.map(compile);
      return (document, surroundings) => operands.some((test) => test(document, surroundings));
    }
    case "not":
      return complement(compile(expression.operand));
    case "comparison": {
      if (expression.operator === "!=") return complement(compile({ ...expression, operator: "==" }));
      const rewritten =
        booleanTest(expression.left, expression.right) ?? booleanTest(expression.right, expression.left);
      return expression.operator === "==" && rewritten !== null ? rewritten : compileLeaf(expression);
    }
    case "in":
      return expression.negated ? complement(compile({ ...expression, negated: false })) : compileLeaf(expression);
    default:
      return compileLeaf(expression);
  }
}

function complement(test: Condition): Condition {
  return (document, surroundings) => !test(document, surroundings);
}

/** `test == true` is the test, `test == false` its complement, where `test` is a test and not a boolean field. */
function booleanTest(constant: Expression, test: Expression): Condition | null {
  if (constant.kind !== "literal" || typeof constant.value !== "boolean" || !isTest(test)) return null;
  return constant.value ? compile(test) : complement(compile(test));
}

/** Whether an expression is a test by its form: an operator or a function that gives a boolean. */
export function isTest(expression: Expression): boolean {
  switch (expression.kind) {
    case "not":
    case "and":
    case "or":
    case "in":
    case "pattern":
    case "comparison":
    case "descendantOf":
      return true;
    case "call": {
      const name = canonicalFunctionName(expression.name);
      return name !== undefined && signatureOf(name).result === "boolean";
    }
    case "literal":
    case "field":
    case "stageField":
    case "unary":
    case "arithmetic":
      return false;
  }
}

/** What stands for a missing field. */
const MISSING: readonly Scalar[] = [null];

function compileLeaf(expression: Expression): Condition {
  const { references, evaluate } = compileScalar(expression);
  const [only] = references;
  if (only === undefined) {
    const result = evaluate([]) === true;
    return () => result;
  }
  if (references.length === 1) {
    return (document, surroundings = ALONE) => {
      for (const value of valuesOf(only, document, surroundings)) if (evaluate([value]) === true) return true;
      return false;
    };
  }
  return (document, surroundings = ALONE) => {
    const choices = references.map((reference) => valuesOf(reference, document, surroundings));
    return anyCombination(choices, evaluate, surroundings);
  };
}

function valuesOf(reference: Reference, document: DocumentValues, surroundings: Surroundings): readonly Scalar[] {
  if (reference.kind === "descendantOf") {
    invariant(surroundings.isDescendant !== undefined, "`descendant of` without a way to find ancestors");
    return [surroundings.isDescendant(reference.node, document)];
  }
  const source = reference.stage === null ? document : surroundings.stages?.[reference.stage];
  const values = source?.values(reference.name) ?? [];
  return values.length === 0 ? MISSING : values;
}

/** Whether any way to pick one value from each choice makes the leaf true. */
function anyCombination(
  choices: readonly (readonly Scalar[])[],
  evaluate: (bindings: readonly Scalar[]) => Scalar,
  surroundings: Surroundings,
): boolean {
  const picked: Scalar[] = choices.map(() => null);
  const indexes = choices.map(() => 0);
  for (let count = 0; count < LIMITS.maxCombinations; count += 1) {
    for (let place = 0; place < choices.length; place += 1)
      picked[place] = choices[place]?.[indexes[place] ?? 0] ?? null;
    if (evaluate(picked) === true) return true;
    if (!advance(indexes, choices)) return false;
  }
  surroundings.onTooManyCombinations?.();
  return false;
}

/** Steps to the next combination, like an odometer; false after the last. */
function advance(indexes: number[], choices: readonly (readonly Scalar[])[]): boolean {
  for (let place = indexes.length - 1; place >= 0; place -= 1) {
    const next = (indexes[place] ?? 0) + 1;
    indexes[place] = next < (choices[place]?.length ?? 0) ? next : 0;
    if (indexes[place] !== 0) return true;
  }
  return false;
}
