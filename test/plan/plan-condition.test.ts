import { describe, expect, it } from "vitest";
import type { FieldType } from "../../src/ecs/field-type.ts";
import { parseExpression } from "../../src/eql/parser.ts";
import { planCondition, type PlanContext } from "../../src/plan/plan-condition.ts";
import type { Condition } from "../../src/plan/plan.ts";

const TYPES: Readonly<Record<string, FieldType>> = {
  ip: "ip",
  size: "long",
  flag: "boolean",
  time: "date",
  v: "version",
};

const context: PlanContext = {
  typeOf: (path) => TYPES[path] ?? "keyword",
  parseDate: (value) => (value === "2026-01-01" ? 1_767_225_600_000_000_000n : null),
  planAncestor: () => ({ condition: { kind: "constant", value: true }, keys: [], residual: null }),
};

function plan(text: string): Condition {
  const { expression, diagnostics } = parseExpression(text);
  if (expression === null) throw new Error(JSON.stringify(diagnostics));
  return planCondition(expression, context);
}

/** A condition in short: leaves by field and test. */
function short(condition: Condition): string {
  switch (condition.kind) {
    case "and":
    case "or":
      return `(${condition.operands.map(short).join(` ${condition.kind} `)})`;
    case "not":
      return `not ${short(condition.operand)}`;
    case "constant":
      return String(condition.value);
    case "exists":
      return `exists ${condition.field.path}`;
    case "text":
    case "number":
      return `${condition.field.path} ${JSON.stringify(condition.test, (_, value: unknown) => (typeof value === "bigint" ? `${value}n` : value))}`;
    case "ip":
      return `${condition.field.path} in ${condition.ranges.map((range) => Buffer.from(range.first).toString("hex")).join()}`;
    case "computed":
      return `computed(${condition.fields.map((field) => field.path).join()})`;
    case "descendant":
      return "descendant";
  }
}

describe("planCondition", () => {
  it.each([
    ['f != "a"', 'not f {"op":"equals","values":["a"],"fold":false}'],
    ['f not in~ ("a", "B")', 'not f {"op":"equals","values":["a","B"],"fold":true}'],
    ["f == null", "not exists f"],
    ["null != f", "exists f"],
    ['f : "*"', "exists f"],
    [
      'f : ("a", "b*")',
      '(f {"op":"equals","values":["a"],"fold":true} or f {"op":"wildcard","patterns":["b*"],"fold":true})',
    ],
    ['f like "a?"', 'f {"op":"wildcard","patterns":["a?"],"fold":false}'],
    ['f regex~ "a.*"', 'f {"op":"regex","patterns":["a.*"],"fold":true}'],
    ["3 < size", 'size {"op":"compare","operator":">","value":"3n"}'],
    ["size in (1, null, 2)", 'size {"op":"equals","values":["1n","2n"]}'],
    ["flag", 'flag {"op":"equals","values":["1n"]}'],
    ["flag == false", 'flag {"op":"equals","values":["0n"]}'],
    ['startsWith(f, "a") == false', 'not f {"op":"wildcard","patterns":["a*"],"fold":false}'],
    ['stringContains(f, "")', "false"],
    ['endsWith~(f, "x*")', "computed(f)"],
    ['time >= "2026-01-01"', 'time {"op":"compare","operator":">=","value":"1767225600000000000n"}'],
    ['v > "1.2"', "computed(v)"],
    ["length(f) == null", "computed(f)"],
    ["f == g", "computed(f,g)"],
    ['size == "7"', "computed(size)"],
    ['cidrMatch(ip, "10.1.2.3/8", "::1")', "ip in 00000000000000000000ffff0a000000,00000000000000000000000000000001"],
    ["not (not flag)", 'flag {"op":"equals","values":["1n"]}'],
    ["true and (flag or false)", 'flag {"op":"equals","values":["1n"]}'],
  ])("%s", (text, expected) => {
    expect(short(plan(text))).toBe(expected);
  });
});
