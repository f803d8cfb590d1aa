import type { Expression, Span } from "../eql/ast.ts";
import type { KqlIs, KqlNode, KqlRange, KqlText } from "./ast.ts";
import { allOf, anyOf, compare, exists, inBlocks, literal, not, oneOf, pattern } from "./condition.ts";
import { kqlDiagnostic } from "./diagnostics.ts";
import type { KqlDiagnostic } from "./diagnostics.ts";
import type { KqlFields, Translator } from "./fields.ts";
import { isDateMath, isInstant, toLeaf, toNumber } from "./leaf.ts";
import type { Leaf } from "./leaf.ts";
import { isTextField } from "./text-field.ts";

export interface KqlTranslation {
  /** null when a diagnostic is an error or `unsupported`. */
  readonly condition: Expression | null;
  readonly diagnostics: readonly KqlDiagnostic[];
}

/** A field name with wildcards may stand for this many. */
export const MAX_FIELDS = 200;

/**
 * KQL as a condition of EQL with the same meaning: values are compared exactly and with their case, `*` is the only
 * wildcard, a missing field matches nothing and so everything under `not` (semantics 4 and 5 hold for both languages).
 * Types decide what a value means: blocks of addresses on ip fields, numbers on numeric ones, words on analysed text.
 */
export function kqlToCondition(query: KqlNode, fields: KqlFields): KqlTranslation {
  const diagnostics: KqlDiagnostic[] = [];
  const translator: Translator = {
    fields,
    tell: (code, span, parameters) => diagnostics.push(kqlDiagnostic(code, span, parameters)),
  };
  const condition = translate(query, "", translator);
  const failed = diagnostics.some((diagnostic) => diagnostic.severity !== "warning");
  return { condition: failed ? null : condition, diagnostics };
}

/** `prefix` is the object a nested query is about, with its dot. */
function translate(node: KqlNode, prefix: string, translator: Translator): Expression {
  switch (node.kind) {
    case "everything":
      return literal(true, node.span);
    case "and":
      return allOf(
        node.operands.map((operand) => translate(operand, prefix, translator)),
        node.span,
      );
    case "or":
      return translateOr(node.operands, node.span, prefix, translator);
    case "not":
      return not(translate(node.operand, prefix, translator), node.span);
    case "is":
      return translateIs(node, prefix, translator);
    case "range":
      return translateRange(node, prefix, translator);
    case "nested": {
      const [name] = namesOf(node.field, prefix, translator);
      if (name === undefined) return literal(false, node.span);
      translator.tell("kql-nested-flattened", node.field.span, { field: name });
      return translate(node.query, `${name}.`, translator);
    }
  }
}

/** Alternatives for one field become one list, so that five hundred values are one leaf. */
function translateOr(operands: readonly KqlNode[], span: Span, prefix: string, translator: Translator): Expression {
  const alternatives: Expression[] = [];
  const leaves: Leaf[] = [];
  for (const operand of operands) {
    if (operand.kind === "is" && operand.field !== null) leaves.push(...leavesOf(operand, prefix, translator));
    else if (operand.kind === "or") alternatives.push(translateOr(operand.operands, operand.span, prefix, translator));
    else alternatives.push(translate(operand, prefix, translator));
  }
  return anyOf([...joinLeaves(leaves), ...alternatives], span);
}

function translateIs(node: KqlIs, prefix: string, translator: Translator): Expression {
  if (node.field === null) {
    translator.tell("kql-value-without-field", node.span, { value: node.value.parts.join("*") });
    return literal(false, node.span);
  }
  return anyOf(joinLeaves(leavesOf(node, prefix, translator)), node.span);
}

/** One leaf for each field the name stands for. */
function leavesOf(node: KqlIs, prefix: string, translator: Translator): readonly Leaf[] {
  if (node.field === null) return [];
  const names = namesOf(node.field, prefix, translator);
  const several = names.length > 1;
  return names.map((name) => toLeaf(name, node.value, node.span, several, translator));
}

/** Leaves as expressions, those of the same field and kind as one. */
export function joinLeaves(leaves: readonly Leaf[]): readonly Expression[] {
  const groups = new Map<string, Leaf[]>();
  for (const leaf of leaves) {
    if (leaf.kind === "never") continue;
    const key = `${leaf.kind}\n${leaf.field}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [leaf]);
    else group.push(leaf);
  }
  return [...groups.values()].map(toExpression);
}

function toExpression(group: readonly Leaf[]): Expression {
  const [first] = group;
  if (first === undefined || first.kind === "never") return literal(false, first?.span);
  const { field, span } = first;
  const values = group.flatMap((leaf) => (leaf.kind === "exact" || leaf.kind === "folded" ? [leaf.value] : []));
  const texts = group.flatMap((leaf) => ("text" in leaf ? [leaf.text] : []));
  switch (first.kind) {
    case "exists":
      return exists(field, span);
    case "exact":
      return oneOf(field, values, false, span);
    case "folded":
      return oneOf(field, values, true, span);
    case "like":
    case "like~":
    case "regex":
    case "regex~":
      return pattern(field, first.kind, texts, span);
    case "block":
      return inBlocks(field, texts, span);
  }
}

function translateRange(node: KqlRange, prefix: string, translator: Translator): Expression {
  const names = namesOf(node.field, prefix, translator);
  return anyOf(
    names.map((name) => rangeOf(name, node, translator)),
    node.span,
  );
}

/** `name operator value`, by the field's type. */
export function rangeOf(name: string, node: Omit<KqlRange, "kind">, translator: Translator): Expression {
  const { operator, span } = node;
  const text = node.value.parts.join("*");
  const type = isTextField(name) ? "text" : translator.fields.typeOf(name);
  if (type === "boolean" || type === "text" || type === "ip") {
    translator.tell("kql-range-type", node.field.span, { field: name, type });
    return literal(false, span);
  }
  const number = toNumber(text);
  if (type === "long" || type === "double" || (type === null && number !== null)) {
    if (number !== null) return compare(name, operator, number, span);
    translator.tell("kql-value-type", node.value.span, { field: name, type: type ?? "number", value: text });
    return literal(false, span);
  }
  if (type === "date" && isDateMath(text))
    translator.tell("kql-date-math", node.value.span, { field: name, value: text });
  else if (type === "date" && (operator === ">" || operator === "<=") && !isInstant(text)) {
    translator.tell("kql-date-rounding", node.value.span, { field: name, value: text });
  }
  return compare(name, operator, text, span);
}

/** The fields a name stands for; tells of a wildcard that stands for none or too many. */
function namesOf(name: KqlText, prefix: string, translator: Translator): readonly string[] {
  const [only] = name.parts;
  if (name.parts.length === 1 && only !== undefined) return [prefix + only];
  const parts = [prefix + (name.parts[0] ?? ""), ...name.parts.slice(1)];
  const matcher = new RegExp(`^${parts.map((part) => part.replaceAll(/[^\w]/g, "\\$&")).join(".*")}$`, "s");
  const found = [...translator.fields.names()].filter((candidate) => matcher.test(candidate)).sort();
  const shown = parts.join("*");
  if (found.length === 0) translator.tell("kql-no-such-field", name.span, { pattern: shown });
  if (found.length <= MAX_FIELDS) return found;
  translator.tell("kql-too-many-fields", name.span, { pattern: shown, count: found.length, limit: MAX_FIELDS });
  return [];
}
