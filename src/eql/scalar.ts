import { assertNever, invariant } from "../base/errors.ts";
import { arithmetic, negate } from "./arithmetic.ts";
import type { Call, Comparison, DescendantOf, Expression, In, Literal, Pattern } from "./ast.ts";
import { compareScalars, equalValues } from "./compare.ts";
import { foldAscii } from "../base/fold-ascii.ts";
import { type Folding, FUNCTION_BODIES } from "./function-values.ts";
import { isFunctionName } from "./functions.ts";
import { regexMatcher } from "./regex-matcher.ts";
import { type Scalar, stringForm, type Value } from "./values.ts";
import { type TextMatcher, wildcardMatcher } from "./wildcard.ts";

/** What an expression reads of the events: a field (`stage` null: of the event itself), or whether it is a descendant. */
export type Reference =
  | { readonly kind: "field"; readonly stage: number | null; readonly name: string }
  | { readonly kind: "descendantOf"; readonly node: DescendantOf };

/** One value, or null, per reference, in their order. */
export type Bindings = readonly Scalar[];

export interface CompiledScalar {
  /** Distinct. */
  readonly references: readonly Reference[];
  readonly evaluate: (bindings: Bindings) => Scalar;
}

type Evaluator = (bindings: Bindings) => Scalar;

/**
 * Compiles an expression once to a function of the values it reads, each bound to one value or to null; evaluation is
 * three-valued (semantics 4, 6, 9). The expression must have passed the checker (or be known to be right): an unknown
 * function or an invalid regular expression is a bug here.
 */
export function compileScalar(expression: Expression): CompiledScalar {
  const references: Reference[] = [];
  const evaluate = compile(expression, references);
  return { references, evaluate };
}

function compile(expression: Expression, references: Reference[]): Evaluator {
  switch (expression.kind) {
    case "literal": {
      const { value } = expression;
      return () => value;
    }
    case "field":
      return slot(references, { kind: "field", stage: null, name: expression.name });
    case "stageField":
      return slot(references, { kind: "field", stage: expression.stage, name: expression.name });
    case "descendantOf":
      return slot(references, { kind: "descendantOf", node: expression });
    case "call":
      return compileCall(expression, references);
    case "unary": {
      const operand = compile(expression.operand, references);
      return expression.operator === "-" ? (bindings) => negate(operand(bindings)) : operand;
    }
    case "arithmetic": {
      const { operator } = expression;
      const [left, right] = [compile(expression.left, references), compile(expression.right, references)];
      return (bindings) => arithmetic(operator, left(bindings), right(bindings));
    }
    case "comparison":
      return compileComparison(expression, references);
    case "in":
      return compileIn(expression, references);
    case "pattern":
      return compilePattern(expression, references);
    case "not": {
      const operand = compile(expression.operand, references);
      return (bindings) => not(operand(bindings));
    }
    case "and":
      return junction(expression.operands, false, references);
    case "or":
      return junction(expression.operands, true, references);
    default:
      return assertNever(expression);
  }
}

function slot(references: Reference[], wanted: Reference): Evaluator {
  const known = references.findIndex((reference) => isSame(reference, wanted));
  const index = known >= 0 ? known : references.push(wanted) - 1;
  return (bindings) => bindings[index] ?? null;
}

function isSame(a: Reference, b: Reference): boolean {
  if (a.kind === "field") return b.kind === "field" && a.stage === b.stage && a.name === b.name;
  return b.kind === "descendantOf" && a.node === b.node;
}

function not(value: Scalar): Scalar {
  return typeof value === "boolean" ? !value : null;
}

/** `and` (decided by false) or `or` (decided by true), three-valued: null when undecided and any operand is null. */
function junction(operands: readonly Expression[], decides: boolean, references: Reference[]): Evaluator {
  const evaluators = operands.map((operand) => compile(operand, references));
  return (bindings) => {
    let unknown = false;
    for (const evaluate of evaluators) {
      const value = evaluate(bindings);
      if (value === decides) return decides;
      if (value !== !decides) unknown = true;
    }
    return unknown ? null : !decides;
  };
}

/** Whether it is the literal null, which turns a comparison into an is-null test. */
export function isNullLiteral(expression: Expression): boolean {
  return expression.kind === "literal" && expression.value === null;
}

function compileComparison({ operator, left, right }: Comparison, references: Reference[]): Evaluator {
  const [a, b] = [compile(left, references), compile(right, references)];
  if (operator === "==" || operator === "!=") {
    const tested = isNullLiteral(left) ? b : isNullLiteral(right) ? a : null;
    if (tested !== null) return (bindings) => (tested(bindings) === null) === (operator === "==");
  }
  return (bindings) => compareScalars(operator, a(bindings), b(bindings));
}

/** Equal to any item; a null operand gives null, null items are passed over. */
function compileIn(expression: In, references: Reference[]): Evaluator {
  const { negated } = expression;
  const fold = expression.caseInsensitive ? foldAscii : (text: string): string => text;
  const operand = compile(expression.operand, references);
  const texts = expression.items.flatMap((item) =>
    item.kind === "literal" && typeof item.value === "string" ? [item.value] : [],
  );
  const foldedTexts = new Set(texts.map(fold));
  const others = expression.items
    .filter((item) => item.kind !== "literal" || (typeof item.value !== "string" && item.value !== null))
    .map((item) => compile(item, references));
  const isItem = (value: Value, item: Scalar): boolean => {
    if (item === null) return false;
    if (typeof value === "string" && typeof item === "string") return fold(value) === fold(item);
    return equalValues(value, item);
  };
  return (bindings) => {
    const value = operand(bindings);
    if (value === null) return null;
    const found =
      (typeof value === "string" ? foldedTexts.has(fold(value)) : texts.some((text) => equalValues(value, text))) ||
      others.some((evaluate) => isItem(value, evaluate(bindings)));
    return found !== negated;
  };
}

function compilePattern(pattern: Pattern, references: Reference[]): Evaluator {
  const operand = compile(pattern.operand, references);
  const matches = patternMatcher(pattern);
  return (bindings) => {
    const value = operand(bindings);
    return value === null ? null : matches(stringForm(value));
  };
}

/** The test of a `:`, `like` or `regex` on one text. Constants that are no text are taken as text; null fits nothing. */
export function patternMatcher({ operator, patterns }: Pattern): TextMatcher {
  const texts = patterns.flatMap(({ value }: Literal) => (value === null ? [] : [stringForm(value)]));
  if (texts.length === 0) return () => false;
  if (operator !== "regex" && operator !== "regex~") {
    return wildcardMatcher(texts, { caseInsensitive: operator !== "like" });
  }
  const result = regexMatcher(texts, { caseInsensitive: operator === "regex~" });
  invariant(result.ok, "a regular expression that the checker has not seen");
  return result.matches;
}

function compileCall(call: Call, references: Reference[]): Evaluator {
  const { name } = call;
  invariant(isFunctionName(name), "a function that the checker has not seen");
  const body = FUNCTION_BODIES[name];
  const folding = foldingOf(call);
  const values = call.arguments.map((argument) => compile(argument, references));
  return (bindings) =>
    body(
      values.map((evaluate) => evaluate(bindings)),
      folding,
    );
}

/** Elasticsearch turns these into an index query on a plain field with a constant: only there are A-Z alone folded. */
const INDEXED = ["startsWith", "endsWith", "stringContains"];

/** How the `~` of a call folds (semantics 6 and 9). */
export function foldingOf({ name, caseInsensitive, arguments: values }: Call): Folding {
  if (!caseInsensitive) return "none";
  const [source, part] = values;
  return INDEXED.includes(name) && source?.kind === "field" && part?.kind === "literal" ? "ascii" : "unicode";
}
