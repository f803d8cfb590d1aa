import type { Expression, Pattern } from "../eql/ast.ts";
import { parseExpression } from "../eql/parser.ts";
import type { ExceptionEntry, ExceptionOperator } from "./exception.ts";

/**
 * A condition on events as the entries of one of Elastic's exception items, all of which must hold; null where these
 * cannot say it (`or`, ranges, functions). Where case does not count the field's view `.caseless` is named.
 */
export function exceptionEntries(condition: string): readonly ExceptionEntry[] | null {
  const { expression } = parseExpression(condition);
  if (expression === null) return null;
  const entries = conjuncts(expression).map((part) => toEntry(part, "included"));
  return entries.every((entry) => entry !== null) ? entries : null;
}

function conjuncts(expression: Expression): readonly Expression[] {
  return expression.kind === "and" ? expression.operands.flatMap(conjuncts) : [expression];
}

function toEntry(part: Expression, operator: ExceptionOperator): ExceptionEntry | null {
  switch (part.kind) {
    case "not":
      return toEntry(part.operand, opposite(operator));
    case "comparison": {
      const field = part.left.kind === "field" ? part.left.name : null;
      const literal = part.right.kind === "literal" ? part.right.value : undefined;
      if (field === null || literal === undefined || (part.operator !== "==" && part.operator !== "!=")) return null;
      const wanted = part.operator === "==" ? operator : opposite(operator);
      if (literal === null) return { type: "exists", field, operator: opposite(wanted) };
      return { type: "match", field, operator: wanted, value: String(literal) };
    }
    case "in": {
      const values = textsOf(part.items);
      if (part.operand.kind !== "field" || values === null) return null;
      const field = part.operand.name + (part.caseInsensitive ? ".caseless" : "");
      return anyOf(field, part.negated ? opposite(operator) : operator, values);
    }
    case "pattern":
      return fromPattern(part, operator);
    case "call": {
      const [field, ...blocks] = part.arguments;
      const values = textsOf(blocks);
      if (part.name !== "cidrMatch" || field?.kind !== "field" || values === null) return null;
      return anyOf(field.name, operator, values);
    }
    default:
      return null;
  }
}

function fromPattern(
  { operand, operator: kind, patterns }: Pattern,
  operator: ExceptionOperator,
): ExceptionEntry | null {
  const values = textsOf(patterns);
  if (operand.kind !== "field" || values === null || kind.startsWith("regex")) return null;
  const field = operand.name + (kind === "like" ? "" : ".caseless");
  if (!values.some((value) => /[*?]/.test(value))) return anyOf(field, operator, values);
  const [only, ...more] = values;
  if (only === undefined || more.length > 0) return null;
  return { type: "wildcard", field, operator, value: only.replaceAll("\\", "\\\\") };
}

function anyOf(field: string, operator: ExceptionOperator, values: readonly string[]): ExceptionEntry {
  const [only] = values;
  if (values.length === 1 && only !== undefined) return { type: "match", field, operator, value: only };
  return { type: "match_any", field, operator, value: values };
}

/** The texts of literals; null when something else, or null, is among them. */
function textsOf(items: readonly Expression[]): readonly string[] | null {
  const texts = items.map((item) => (item.kind === "literal" && item.value !== null ? String(item.value) : null));
  return texts.every((text) => text !== null) ? texts : null;
}

function opposite(operator: ExceptionOperator): ExceptionOperator {
  return operator === "included" ? "excluded" : "included";
}
