import type { EventQuery, Expression, Field, Literal, Query, Sample, Sequence, Stage, StageField } from "./ast.ts";
import { assertNever } from "../base/errors.ts";
import { TIME_UNITS_NS } from "./parse-maxspan.ts";
import { isPlainName } from "./tokens.ts";

/** How strongly each kind of expression binds; a weaker one inside a stronger place gets parentheses. */
const STRENGTH = {
  or: 1,
  and: 2,
  not: 3,
  comparison: 4,
  additive: 5,
  multiplicative: 6,
  sign: 7,
  predicate: 8,
  primary: 9,
} as const;

/** EQL text that parses to the same tree (but for spans): one line for an event query, one line per stage otherwise. */
export function printQuery(query: Query): string {
  const pipes = query.pipes.map(({ name, count }) => `| ${name} ${count}`);
  const { base } = query;
  if (base.kind === "eventQuery") return [printEventQuery(base), ...pipes].join(" ");
  return [...(base.kind === "sequence" ? printSequence(base) : printSample(base)), ...pipes].join("\n");
}

/** `category where condition`. */
export function printEventQuery({ category, condition }: EventQuery): string {
  const name = category === null ? "any" : isPlainName(category) ? category : printString(category);
  return `${name} where ${printExpression(condition)}`;
}

function printSequence({ by, maxspanNs, stages, until }: Sequence): string[] {
  const maxspan = maxspanNs === null ? "" : ` with maxspan=${printTimeSpan(maxspanNs)}`;
  const lines = [`sequence${printKeys(by)}${maxspan}`, ...stages.map(printStage)];
  if (until !== null) lines.push(`until [${printEventQuery(until.query)}]${printKeys(until.keys)}`);
  return lines;
}

function printSample({ by, stages }: Sample): string[] {
  return [`sample${printKeys(by)}`, ...stages.map(printStage)];
}

function printStage({ query, keys, missing, runs, alias }: Stage): string {
  const rest = `${runs === 1 ? "" : ` with runs=${runs}`}${alias === null ? "" : ` as ${alias}`}`;
  return `  ${missing ? "!" : ""}[${printEventQuery(query)}]${printKeys(keys)}${rest}`;
}

function printKeys(keys: readonly Field[]): string {
  return keys.length === 0 ? "" : ` by ${keys.map(printField).join(", ")}`;
}

/** A time span in the largest unit that divides it: `90s`, `1m`. */
export function printTimeSpan(nanoseconds: bigint): string {
  const units = Object.entries(TIME_UNITS_NS).reverse();
  const [unit, size] = units.find(([, length]) => nanoseconds % length === 0n) ?? ["ms", TIME_UNITS_NS.ms];
  return `${nanoseconds / size}${unit}`;
}

/** An expression with no more parentheses than it needs. */
export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case "literal":
      return printLiteral(expression.value);
    case "field":
    case "stageField":
      return printField(expression);
    case "call": {
      const name = `${expression.name}${expression.caseInsensitive ? "~" : ""}`;
      return `${name}(${expression.arguments.map(printExpression).join(", ")})`;
    }
    case "unary": {
      const { operator, operand } = expression;
      const ambiguous = operator === "-" && operand.kind === "literal";
      return operator + (ambiguous ? `(${printExpression(operand)})` : within(operand, STRENGTH.sign));
    }
    case "arithmetic": {
      const strength = strengthOf(expression);
      return `${within(expression.left, strength)} ${expression.operator} ${within(expression.right, strength + 1)}`;
    }
    case "comparison": {
      const { left, operator, right } = expression;
      return `${within(left, STRENGTH.additive)} ${operator} ${within(right, STRENGTH.additive)}`;
    }
    case "in": {
      const operator = `${expression.negated ? "not " : ""}in${expression.caseInsensitive ? "~" : ""}`;
      const items = expression.items.map(printExpression).join(", ");
      return `${within(expression.operand, STRENGTH.primary)} ${operator} (${items})`;
    }
    case "pattern": {
      const patterns = expression.patterns.map(({ value }) => printLiteral(value)).join(", ");
      const list = expression.patterns.length === 1 ? patterns : `(${patterns})`;
      return `${within(expression.operand, STRENGTH.primary)} ${expression.operator} ${list}`;
    }
    case "not":
      return `not ${within(expression.operand, STRENGTH.not)}`;
    case "and":
      return expression.operands.map((operand) => within(operand, STRENGTH.and + 1)).join(" and ");
    case "or":
      return expression.operands.map((operand) => within(operand, STRENGTH.or + 1)).join(" or ");
    case "descendantOf":
      return `descendant of [${printEventQuery(expression.query)}]`;
    default:
      return assertNever(expression);
  }
}

function within(expression: Expression, strength: number): string {
  const text = printExpression(expression);
  return strengthOf(expression) < strength ? `(${text})` : text;
}

function strengthOf(expression: Expression): number {
  switch (expression.kind) {
    case "or":
    case "and":
    case "not":
    case "comparison":
      return STRENGTH[expression.kind];
    case "arithmetic":
      return expression.operator === "+" || expression.operator === "-" ? STRENGTH.additive : STRENGTH.multiplicative;
    case "unary":
      return STRENGTH.sign;
    case "in":
    case "pattern":
      return STRENGTH.predicate;
    case "literal":
      return isNegative(expression) ? STRENGTH.sign : STRENGTH.primary;
    case "field":
    case "stageField":
    case "call":
    case "descendantOf":
      return STRENGTH.primary;
    default:
      return assertNever(expression);
  }
}

function isNegative({ value }: Literal): boolean {
  return typeof value === "bigint" ? value < 0n : typeof value === "number" && (value < 0 || Object.is(value, -0));
}

/** `a.b-c` as `` `a.b-c` ``: quoted as a whole when any part needs it. */
export function printField(field: Field | StageField): string {
  const mark = field.optional ? "?" : "";
  const name = printName(field.name);
  return field.kind === "field" ? mark + name : `${mark}${field.alias}.${name}`;
}

/** A dotted field name as EQL text. */
export function printName(name: string): string {
  return name.split(".").every(isPlainName) ? name : `\`${name.replaceAll("`", "``")}\``;
}

/** A constant as EQL text. */
export function printLiteral(value: Literal["value"]): string {
  if (typeof value === "string") return printString(value);
  return typeof value === "number" ? printDecimal(value) : String(value);
}

/** A double in a form that is read back as the same double, and not as an integer within int64. */
function printDecimal(value: number): string {
  if (!Number.isFinite(value)) return value < 0 ? "-1e999" : "1e999";
  const text = Object.is(value, -0) ? "-0" : String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\f": "\\f",
  "\r": "\\r",
  '"': '\\"',
  "\\": "\\\\",
};

/** Invisible characters are written as escapes; lone surrogates, which have none, as they are. */
function printString(value: string): string {
  const body = value.replace(/["\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    const hex = (character.codePointAt(0) ?? 0).toString(16).padStart(4, "0");
    return SHORT_ESCAPES[character] ?? `\\u{${hex}}`;
  });
  return `"${body}"`;
}
