import type { Span } from "../eql/ast.ts";
import type { KqlNode, KqlRangeOperator, KqlText } from "./ast.ts";
import { kqlDiagnostic } from "./diagnostics.ts";
import type { KqlDiagnostic } from "./diagnostics.ts";
import { KqlScanner } from "./scanner.ts";

/** Longest query, in UTF-16 units, and deepest nesting. Elastic's longest rule has some 10,000. */
export const KQL_LIMITS = { length: 1_000_000, depth: 100 } as const;

export interface KqlParseResult {
  /** null exactly when there is a diagnostic. */
  readonly query: KqlNode | null;
  readonly diagnostics: readonly KqlDiagnostic[];
}

/**
 * Reads KQL as Kibana's grammar has it: `or` < `and` < `not`, keywords in any case, values of several words, wildcards
 * only outside quotes. Beyond it, a keyword may touch a parenthesis or a quote. Reports the first mistake; never throws.
 */
export function parseKql(text: string): KqlParseResult {
  if (text.length > KQL_LIMITS.length) {
    const span = { start: 0, end: 0 };
    return { query: null, diagnostics: [kqlDiagnostic("kql-too-long", span, { length: text.length })] };
  }
  const scanner = new KqlScanner(text);
  const query = parseWhole(scanner);
  return scanner.problem === null ? { query, diagnostics: [] } : { query: null, diagnostics: [scanner.problem] };
}

function parseWhole(scanner: KqlScanner): KqlNode | null {
  scanner.skipSpace();
  if (scanner.atEnd()) return { kind: "everything", span: { start: 0, end: 0 } };
  const query = parseOr(scanner, 0, parseTerm);
  if (query === null) return null;
  scanner.skipSpace();
  return scanner.atEnd() ? query : scanner.expected("`and`, `or` or the end of the query");
}

/** What stands between the operators: a condition of a query, or a value of a list. */
type ParseOperand = (scanner: KqlScanner, depth: number) => KqlNode | null;

function parseOr(scanner: KqlScanner, depth: number, operand: ParseOperand): KqlNode | null {
  return parseChain(scanner, "or", (inner) => parseAnd(inner, depth, operand));
}

function parseAnd(scanner: KqlScanner, depth: number, operand: ParseOperand): KqlNode | null {
  return parseChain(scanner, "and", (inner) => parseNot(inner, depth, operand));
}

function parseChain(
  scanner: KqlScanner,
  keyword: "or" | "and",
  next: (scanner: KqlScanner) => KqlNode | null,
): KqlNode | null {
  const start = scanner.position;
  const operands: KqlNode[] = [];
  do {
    const operand = next(scanner);
    if (operand === null) return null;
    operands.push(operand);
  } while (scanner.takeKeyword(keyword));
  const [only] = operands;
  if (operands.length === 1 && only !== undefined) return only;
  return { kind: keyword, operands, span: scanner.spanFrom(start) };
}

function parseNot(scanner: KqlScanner, depth: number, operand: ParseOperand): KqlNode | null {
  scanner.skipSpace();
  const start = scanner.position;
  if (!scanner.takeKeyword("not")) return operand(scanner, depth);
  if (depth >= KQL_LIMITS.depth) return scanner.tooDeep(KQL_LIMITS.depth);
  const inner = parseNot(scanner, depth + 1, operand);
  return inner === null ? null : { kind: "not", operand: inner, span: scanner.spanFrom(start) };
}

/** `( inner )` with the opening parenthesis ahead. */
function parseParenthesised(scanner: KqlScanner, depth: number, operand: ParseOperand): KqlNode | null {
  if (depth >= KQL_LIMITS.depth) return scanner.tooDeep(KQL_LIMITS.depth);
  scanner.take("(");
  const inner = parseOr(scanner, depth + 1, operand);
  if (inner === null) return null;
  scanner.skipSpace();
  return scanner.take(")") ? inner : scanner.expected("`)`");
}

const RANGE_OPERATORS: readonly KqlRangeOperator[] = ["<=", ">=", "<", ">"];

function parseTerm(scanner: KqlScanner, depth: number): KqlNode | null {
  if (scanner.ahead("(")) return parseParenthesised(scanner, depth, parseTerm);
  const start = scanner.position;
  const name = scanner.text("a field or a value");
  if (name === null) return null;
  scanner.skipSpace();
  const operator = RANGE_OPERATORS.find((candidate) => scanner.take(candidate));
  if (operator !== undefined) {
    scanner.skipSpace();
    const value = scanner.text("a value");
    return value === null ? null : { kind: "range", field: name, operator, value, span: scanner.spanFrom(start) };
  }
  if (!scanner.take(":")) return { kind: "is", field: null, value: name, span: name.span };
  scanner.skipSpace();
  if (scanner.ahead("{")) return parseNested(scanner, depth, name, start);
  return parseValues(scanner, depth, name, start);
}

function parseNested(scanner: KqlScanner, depth: number, field: KqlText, start: number): KqlNode | null {
  if (depth >= KQL_LIMITS.depth) return scanner.tooDeep(KQL_LIMITS.depth);
  scanner.take("{");
  const query = parseOr(scanner, depth + 1, parseTerm);
  if (query === null) return null;
  scanner.skipSpace();
  if (!scanner.take("}")) return scanner.expected("`}`");
  return { kind: "nested", field, query, span: scanner.spanFrom(start) };
}

/** The right side of `field:`: a value, or a parenthesised list of them. A single value's span includes the field. */
function parseValues(scanner: KqlScanner, depth: number, field: KqlText, start: number): KqlNode | null {
  const parseValue = (inner: KqlScanner, level: number): KqlNode | null => {
    if (inner.ahead("(")) return parseParenthesised(inner, level, parseValue);
    const value = inner.text("a value");
    return value === null ? null : { kind: "is", field, value, span: value.span };
  };
  const values = parseValue(scanner, depth);
  return values === null ? null : withSpan(values, scanner.spanFrom(start));
}

function withSpan(node: KqlNode, span: Span): KqlNode {
  return node.kind === "is" ? { ...node, span } : node;
}
