import fc from "fast-check";
import type { Expression, Field, Literal } from "../../src/eql/ast.ts";

/** Spans of generated trees mean nothing. */
export const NOWHERE = { start: 0, end: 0 } as const;

export function literal(value: Literal["value"]): Literal {
  return { kind: "literal", value, span: NOWHERE };
}

export function field(name: string, optional = false): Field {
  return { kind: "field", name, optional, span: NOWHERE };
}

export const TEXTS = [
  "",
  "a",
  "A",
  "ab",
  "Ab",
  "aBc",
  "b*",
  "a?",
  "*",
  "10",
  "a\nb",
  "\u0000a",
  "c:\\x",
  '"',
  "é",
  "k",
];
const PATTERNS = ["a", "A*", "*b", "?", "a?", "*", "**", "*a*b*", "", "a\nb", "*\\*", "A?c", "??*", "é", "\u0000*"];
const REGEXES = ["a.*", "[a-b]+", "a|b", "(a|A)b?", ".{2}", "b\\*", "A.?"];

const textField = fc.constantFrom(...["f", "g", "h"].map((name) => field(name)));
const numberField = fc.constantFrom(...["n", "m"].map((name) => field(name)));
const textLiteral = fc.constantFrom(...TEXTS).map(literal);
const numberLiteral = fc.constantFrom<Literal["value"][]>(0n, 1n, 2n, -1n, 7n, 0.5, 2.5, -1.5).map(literal);
const position = fc.constantFrom<Literal["value"][]>(0n, 1n, 2n, -1n, -2n, 5n, null).map(literal);

function call(name: string, caseInsensitive: boolean, values: readonly Expression[]): Expression {
  return { kind: "call", name, caseInsensitive, arguments: values, nameSpan: NOWHERE, span: NOWHERE };
}

/** Expressions that the checker accepts over the fields f, g, h (text), n, m (numbers) and b (boolean). */
export const typed = fc.letrec<{ text: Expression; number: Expression; test: Expression; condition: Expression }>(
  (tie) => ({
    text: fc.oneof(
      { maxDepth: 3, depthIdentifier: "value" },
      textField,
      textLiteral,
      fc
        .tuple(tie("text"), textLiteral, textLiteral, fc.boolean(), fc.boolean())
        .map(([a, b, c, greedy, fold]) => call("between", fold, [a, b, c, literal(greedy)])),
      fc.tuple(tie("text"), tie("text")).map((values) => call("concat", false, values)),
      fc.tuple(tie("text"), position, position).map((values) => call("substring", false, values)),
      fc.oneof(numberField, fc.constant(field("b")), textField).map((value) => call("string", false, [value])),
    ),
    number: fc.oneof(
      { maxDepth: 3, depthIdentifier: "value" },
      numberField,
      numberLiteral,
      tie("text").map((value) => call("length", false, [value])),
      fc
        .tuple(tie("text"), textLiteral, position, fc.boolean())
        .map(([a, b, c, fold]) => call("indexOf", fold, [a, b, c])),
      fc
        .tuple(tie("number"), fc.constantFrom("+", "-", "*"), tie("number"))
        .map(([left, operator, right]): Expression => ({ kind: "arithmetic", operator, left, right, span: NOWHERE })),
      fc
        .tuple(tie("number"), fc.constantFrom("/", "%"), fc.constantFrom(3n, -2n, 0.5, 2.5).map(literal))
        .map(([left, operator, right]): Expression => ({ kind: "arithmetic", operator, left, right, span: NOWHERE })),
      tie("number").map((operand): Expression => ({ kind: "unary", operator: "-", operand, span: NOWHERE })),
    ),
    test: fc.oneof(
      comparison(tie("text"), tie("text")),
      comparison(tie("number"), tie("number")),
      comparison(fc.constant(field("b")), fc.boolean().map(literal), ["==", "!="]),
      comparison(fc.oneof(tie("text"), tie("number"), fc.constant(field("b"))), fc.constant(literal(null)), [
        "==",
        "!=",
      ]),
      comparison(tie("condition"), fc.boolean().map(literal), ["==", "!="]),
      comparison(tie("condition"), fc.constant(literal(null)), ["==", "!="]),
      fc.constant(field("b")),
      fc
        .tuple(fc.constantFrom("startsWith", "endsWith", "stringContains"), fc.boolean(), tie("text"), tie("text"))
        .map(([name, fold, a, b]) => call(name, fold, [a, b])),
      inList(tie("text"), fc.oneof(textLiteral, tie("text"))),
      inList(tie("number"), fc.oneof(numberLiteral, tie("number"))),
      fc
        .tuple(
          tie("text"),
          fc.constantFrom(":" as const, "like" as const, "like~" as const),
          fc.array(fc.constantFrom(...PATTERNS), { minLength: 1, maxLength: 3 }),
        )
        .map(([operand, operator, patterns]): Expression => ({
          kind: "pattern",
          operator,
          operand,
          patterns: patterns.map(literal),
          span: NOWHERE,
        })),
      fc
        .tuple(
          tie("text"),
          fc.constantFrom("regex" as const, "regex~" as const),
          fc.array(fc.constantFrom(...REGEXES), { minLength: 1, maxLength: 2 }),
        )
        .map(([operand, operator, patterns]): Expression => ({
          kind: "pattern",
          operator,
          operand,
          patterns: patterns.map(literal),
          span: NOWHERE,
        })),
    ),
    condition: fc.oneof(
      { maxDepth: 4, depthIdentifier: "condition", withCrossShrink: true },
      tie("test"),
      tie("condition").map((operand): Expression => ({ kind: "not", operand, span: NOWHERE })),
      fc
        .tuple(
          fc.constantFrom("and" as const, "or" as const),
          fc.array(tie("condition"), { minLength: 2, maxLength: 3 }),
        )
        .map(([kind, operands]): Expression => ({ kind, operands, span: NOWHERE })),
    ),
  }),
);

function comparison(
  left: fc.Arbitrary<Expression>,
  right: fc.Arbitrary<Expression>,
  operators: readonly ("==" | "!=" | "<" | "<=" | ">" | ">=")[] = ["==", "!=", "<", "<=", ">", ">="],
): fc.Arbitrary<Expression> {
  return fc
    .tuple(left, fc.constantFrom(...operators), right)
    .map(([a, operator, b]): Expression => ({ kind: "comparison", operator, left: a, right: b, span: NOWHERE }));
}

function inList(operand: fc.Arbitrary<Expression>, item: fc.Arbitrary<Expression>): fc.Arbitrary<Expression> {
  return fc
    .tuple(operand, fc.array(item, { minLength: 1, maxLength: 3 }), fc.boolean(), fc.boolean())
    .map(([value, items, negated, caseInsensitive]): Expression => ({
      kind: "in",
      negated,
      caseInsensitive,
      operand: value,
      items,
      span: NOWHERE,
    }));
}

function oneOrMany<T>(value: fc.Arbitrary<T>): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 4, arbitrary: value },
    { weight: 1, arbitrary: fc.constant(null) },
    { weight: 2, arbitrary: fc.array(fc.oneof(value, fc.constant(null)), { maxLength: 3 }) },
  );
}

/** Documents for `typed`: fields present, missing, null, empty, with one or several values. */
export const documents: fc.Arbitrary<Record<string, unknown>> = fc.record(
  {
    f: oneOrMany(fc.constantFrom(...TEXTS)),
    g: oneOrMany(fc.constantFrom(...TEXTS)),
    h: oneOrMany(fc.constantFrom("a", "b", "")),
    n: oneOrMany(fc.integer({ min: -8, max: 8 })),
    m: oneOrMany(fc.constantFrom(0.5, -2.5, 3, 7, 1)),
    b: oneOrMany(fc.boolean()),
  },
  { requiredKeys: [] },
);
