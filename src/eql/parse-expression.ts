import type {
  ArithmeticOperator,
  Call,
  ComparisonOperator,
  EventQuery,
  Expression,
  Field,
  Literal,
  PatternOperator,
  StageField,
} from "./ast.ts";
import { canonicalFunctionName } from "./functions.ts";
import { suggest } from "./suggest.ts";
import type { TokenCursor } from "./token-cursor.ts";
import type { Token } from "./tokens.ts";

/** Where fields of earlier stages can be reached: name -> index of the stage. */
export type StageNames = ReadonlyMap<string, number>;

export interface ExpressionContext {
  readonly cursor: TokenCursor;
  /** Names given to earlier stages by `as`; empty outside sequences. */
  readonly stages: StageNames;
  /** Why `stages` cannot be used here, if they cannot. */
  readonly stagesBarred: "missing" | "until" | "descendant" | null;
  /** Parses `category where condition`: given by the statement parser, for `descendant of [...]`. */
  readonly parseEventQuery: (context: ExpressionContext) => EventQuery;
}

const COMPARISONS: readonly ComparisonOperator[] = ["==", "!=", "<=", ">=", "<", ">"];
const ADDITIVE: readonly ArithmeticOperator[] = ["+", "-"];
const MULTIPLICATIVE: readonly ArithmeticOperator[] = ["*", "/", "%"];
const PATTERNS: readonly PatternOperator[] = [":", "like", "like~", "regex", "regex~"];
const RELATIONS = ["descendant", "child", "event"];
const INT64_MAX = 2n ** 63n - 1n;

/** Weakest binding first (semantics 2): or, and, not, comparison, + -, * / %, signs, predicates. */
export function parseOr(context: ExpressionContext): Expression {
  const { cursor } = context;
  const start = cursor.peek().span.start;
  const first = parseAnd(context);
  if (!cursor.at("or")) return first;
  const operands = [first];
  while (cursor.accept("or")) operands.push(parseAnd(context));
  return { kind: "or", operands, span: cursor.spanFrom(start) };
}

function parseAnd(context: ExpressionContext): Expression {
  const { cursor } = context;
  const start = cursor.peek().span.start;
  const first = parseTerm(context);
  if (!cursor.at("and")) return first;
  const operands = [first];
  while (cursor.accept("and")) operands.push(parseTerm(context));
  return { kind: "and", operands, span: cursor.spanFrom(start) };
}

const AFTER_TERM = ["and", "or", ",", "|"];
const OPERATOR_WORDS = ["and", "or", "not", "in", "like", "regex"];

/** One operand of `and`/`or`; the place where the parser recovers inside a condition. */
function parseTerm(context: ExpressionContext): Expression {
  const { cursor } = context;
  const term = parseNot(context);
  const followed = [...AFTER_TERM, ")", "]"].some((text) => cursor.at(text)) || cursor.atKind("end");
  if (!followed) {
    const { kind, text } = cursor.peek();
    cursor.failExpected("`and`, `or` or an operator", kind === "identifier" ? suggest(text, OPERATOR_WORDS) : []);
  }
  cursor.recover(AFTER_TERM);
  return term;
}

function parseNot(context: ExpressionContext): Expression {
  const { cursor } = context;
  const { start } = cursor.peek().span;
  if (!cursor.accept("not")) return parseComparison(context);
  return cursor.nested<Expression>(
    () => {
      const operand = parseNot(context);
      return { kind: "not", operand, span: cursor.spanFrom(start) };
    },
    () => placeholder(cursor),
  );
}

function parseComparison(context: ExpressionContext): Expression {
  const { cursor } = context;
  const { start } = cursor.peek().span;
  const left = parseArithmetic(context, 0);
  const operator = takeOneOf(cursor, COMPARISONS);
  if (operator === null) return left;
  const right = parseArithmetic(context, 0);
  if (COMPARISONS.some((next) => cursor.at(next))) cursor.fail("chained-comparison", cursor.peek().span, {});
  return { kind: "comparison", operator, left, right, span: cursor.spanFrom(start) };
}

const ARITHMETIC_LEVELS = [ADDITIVE, MULTIPLICATIVE];

function parseArithmetic(context: ExpressionContext, level: number): Expression {
  const operators = ARITHMETIC_LEVELS[level];
  if (operators === undefined) return parseSign(context);
  const { cursor } = context;
  const { start } = cursor.peek().span;
  let left = parseArithmetic(context, level + 1);
  for (;;) {
    const operator = takeOneOf(cursor, operators);
    if (operator === null) return left;
    cursor.countArithmeticOperator();
    const right = parseArithmetic(context, level + 1);
    left = { kind: "arithmetic", operator, left, right, span: cursor.spanFrom(start) };
  }
}

/** A sign directly before a number belongs to the number, unless a predicate follows: `-5 in (1)` is `-(5 in (1))`. */
function parseSign(context: ExpressionContext): Expression {
  const { cursor } = context;
  const { start } = cursor.peek().span;
  const operator = takeOneOf(cursor, ["-", "+"] as const);
  if (operator === null) return parsePredicate(context);
  return cursor.nested<Expression>(
    () => {
      const number = cursor.peek();
      if (operator === "-" && (number.kind === "integer" || number.kind === "decimal") && !atPredicate(cursor, 1)) {
        cursor.take();
        return { kind: "literal", value: numberValue(number, -1n), span: cursor.spanFrom(start) };
      }
      const operand = parseSign(context);
      return { kind: "unary", operator, operand, span: cursor.spanFrom(start) };
    },
    () => placeholder(cursor),
  );
}

function atPredicate(cursor: TokenCursor, ahead: number): boolean {
  if (cursor.at("not", ahead)) return cursor.at("in", ahead + 1) || cursor.at("in~", ahead + 1);
  return cursor.at("in", ahead) || cursor.at("in~", ahead) || PATTERNS.some((operator) => cursor.at(operator, ahead));
}

function parsePredicate(context: ExpressionContext): Expression {
  const { cursor } = context;
  const { start } = cursor.peek().span;
  const operand = parsePrimary(context);
  if (!atPredicate(cursor, 0)) return operand;
  const negated = cursor.accept("not");
  if (cursor.at("in") || cursor.at("in~")) {
    const caseInsensitive = cursor.take().text === "in~";
    const items = parseList(context);
    return { kind: "in", negated, caseInsensitive, operand, items, span: cursor.spanFrom(start) };
  }
  const operator = takeOneOf(cursor, PATTERNS) ?? ":";
  const patterns = parsePatterns(context, operator);
  return { kind: "pattern", operator, operand, patterns, span: cursor.spanFrom(start) };
}

/** `(a, b, ...)`, not empty. */
function parseList(context: ExpressionContext): Expression[] {
  const { cursor } = context;
  if (!cursor.expect("(")) return [placeholder(cursor)];
  return cursor.nested(
    () => {
      const items = [parseOr(context)];
      while (cursor.accept(",")) items.push(parseOr(context));
      cursor.expect(")");
      return items;
    },
    () => [placeholder(cursor)],
  );
}

/** One constant, or a list of constants in parentheses. */
function parsePatterns(context: ExpressionContext, operator: PatternOperator): Literal[] {
  const { cursor } = context;
  if (!cursor.accept("(")) return [parsePatternConstant(context, operator)];
  const patterns = [parsePatternConstant(context, operator)];
  while (cursor.accept(",")) patterns.push(parsePatternConstant(context, operator));
  cursor.expect(")");
  return patterns;
}

function parsePatternConstant(context: ExpressionContext, operator: PatternOperator): Literal {
  const { cursor } = context;
  const constant = takeConstant(cursor);
  if (constant !== null) return constant;
  const { kind, span } = cursor.peek();
  if (kind === "identifier" || kind === "quotedIdentifier" || kind === "function") {
    cursor.fail("pattern-not-constant", span, { operator });
  } else {
    cursor.failExpected("a constant");
  }
  cursor.recover([",", "and", "or", "|"]);
  return placeholder(cursor);
}

function parsePrimary(context: ExpressionContext): Expression {
  const { cursor } = context;
  const constant = takeConstant(cursor);
  if (constant !== null) return constant;
  if (cursor.accept("(")) {
    return cursor.nested(
      () => {
        const inner = parseOr(context);
        cursor.expect(")");
        return inner;
      },
      () => placeholder(cursor),
    );
  }
  if ((cursor.atKind("identifier") || cursor.atKind("function")) && cursor.at("(", 1)) return parseCall(context);
  if (cursor.atKind("identifier") && cursor.at("of", 1) && RELATIONS.includes(cursor.peek().text)) {
    return parseRelation(context);
  }
  if (cursor.atKind("identifier") || cursor.atKind("quotedIdentifier") || cursor.at("?")) {
    return parseField(context);
  }
  failName(cursor, "an expression");
  return placeholder(cursor);
}

/** Fails at a token that should have been a name or the start of an expression. */
function failName(cursor: TokenCursor, expected: string): void {
  const token = cursor.peek();
  const quotable =
    token.kind === "keyword" && !token.text.endsWith("~") && !["and", "or", "by", "where"].includes(token.text);
  if (quotable) cursor.fail("keyword-as-name", token.span, { keyword: token.text, as: "field" });
  else cursor.failExpected(expected);
}

/** A field or a field of an earlier stage. */
export function parseField(context: ExpressionContext): Field | StageField {
  const { cursor } = context;
  const { start } = cursor.peek().span;
  const optional = cursor.accept("?");
  const parts = [takeName(cursor)];
  for (;;) {
    if (cursor.accept(".")) {
      parts.push(takeName(cursor));
    } else if (cursor.at("[") && cursor.atKind("integer", 1)) {
      const open = cursor.take().span.start;
      cursor.take();
      if (cursor.expect("]")) cursor.remark("array-index", cursor.spanFrom(open), {});
    } else {
      break;
    }
  }
  const span = cursor.spanFrom(start);
  const path = parts.join(".");
  const dot = path.indexOf(".");
  const alias = path.slice(0, Math.max(dot, 0));
  const stage = context.stages.get(alias);
  if (stage === undefined) return { kind: "field", name: path, optional, span };
  if (context.stagesBarred !== null) {
    cursor.remark("stage-field-not-possible", span, { name: path, where: context.stagesBarred });
  }
  return { kind: "stageField", alias, stage, name: path.slice(dot + 1), optional, span };
}

function takeName(cursor: TokenCursor): string {
  if (cursor.atKind("identifier") || cursor.atKind("quotedIdentifier")) return cursor.take().value;
  failName(cursor, "a field name");
  return "";
}

function parseCall(context: ExpressionContext): Expression {
  const { cursor } = context;
  const name = cursor.take();
  const caseInsensitive = name.kind === "function";
  const written = caseInsensitive ? name.text.slice(0, -1) : name.text;
  if (written.toLowerCase() === "_arraysearch") {
    cursor.fail("array-search", name.span, { name: name.text });
    return placeholder(cursor);
  }
  cursor.expect("(");
  return cursor.nested<Call | Literal>(
    () => {
      const values: Expression[] = [];
      if (!cursor.at(")")) {
        values.push(parseOr(context));
        while (cursor.accept(",")) values.push(parseOr(context));
      }
      cursor.expect(")");
      return {
        kind: "call",
        name: canonicalFunctionName(written) ?? written,
        caseInsensitive,
        arguments: values,
        nameSpan: name.span,
        span: cursor.spanFrom(name.span.start),
      };
    },
    () => placeholder(cursor),
  );
}

/** `descendant of [process where ...]`; `child of` and `event of` are read and refused. */
function parseRelation(context: ExpressionContext): Expression {
  const { cursor } = context;
  const relation = cursor.take();
  cursor.take();
  if (relation.text !== "descendant") {
    cursor.remark("relationship", cursor.spanFrom(relation.span.start), { relation: relation.text });
  }
  if (!cursor.expect("[")) return placeholder(cursor);
  return cursor.nested<Expression>(
    () => {
      const query = context.parseEventQuery({ ...context, stagesBarred: "descendant" });
      cursor.expect("]");
      if (relation.text === "descendant" && query.category !== "process" && !cursor.panicking) {
        cursor.remark("descendant-not-process", query.span, { category: query.category ?? "any" });
      }
      return { kind: "descendantOf", query, span: cursor.spanFrom(relation.span.start) };
    },
    () => placeholder(cursor),
  );
}

/** A string, number, `true`, `false` or `null`, if one is next. */
function takeConstant(cursor: TokenCursor): Literal | null {
  const token = cursor.peek();
  if (token.kind === "string") return literal(cursor.take(), token.value);
  if (token.kind === "integer" || token.kind === "decimal") return literal(cursor.take(), numberValue(token, 1n));
  if (cursor.at("true") || cursor.at("false")) return literal(cursor.take(), token.text === "true");
  if (cursor.at("null")) return literal(cursor.take(), null);
  return null;
}

function literal(token: Token, value: Literal["value"]): Literal {
  return { kind: "literal", value, span: token.span };
}

/** An integer within int64 is a bigint; everything else a double. */
function numberValue(token: Token, sign: 1n | -1n): bigint | number {
  if (token.kind === "integer" && token.text.length < 1000) {
    const value = BigInt(token.text) * sign;
    if (value >= -INT64_MAX - 1n && value <= INT64_MAX) return value;
  }
  return Number(token.text) * Number(sign);
}

/** What stands in the tree where the text could not be read; never seen outside, since the query is then null. */
function placeholder(cursor: TokenCursor): Literal {
  const at = cursor.peek().span.start;
  return { kind: "literal", value: null, span: { start: at, end: at } };
}

function takeOneOf<T extends string>(cursor: TokenCursor, operators: readonly T[]): T | null {
  const operator = operators.find((candidate) => cursor.at(candidate));
  if (operator === undefined) return null;
  cursor.take();
  return operator;
}
