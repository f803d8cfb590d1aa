import { afterAll, beforeAll, expect, it } from "vitest";
import type { Expression, Field, Literal } from "../../src/eql/ast.ts";
import { mapChildren } from "../../src/eql/map-children.ts";
import { parseExpression } from "../../src/eql/parser.ts";
import { printExpression } from "../../src/eql/printer.ts";
import type { Engine } from "../../src/hunt/engine.ts";
import { prepareQuery } from "../../src/hunt/prepare-query.ts";
import { loadDocuments, openWholeCase } from "../hunt/load-case.ts";
import { describeShared, hasShared } from "../shared.ts";
import { vectorCases, type VectorCase } from "./vectors.ts";

/** Cases with a document of their own: all documents stand in one case, each with its fields under a prefix. */
interface Prefixed {
  readonly name: string;
  readonly condition: Expression;
  readonly document: object;
  readonly expected: boolean;
  readonly known: readonly string[] | null;
}

function casesOf(suite: string): readonly VectorCase[] {
  return hasShared ? vectorCases(suite) : [];
}

function read(text: string): Expression {
  const { expression, diagnostics } = parseExpression(text);
  if (expression === null) throw new Error(`${text}: ${diagnostics.map(({ message }) => message).join("; ")}`);
  return expression;
}

function withPrefix(expression: Expression, prefix: string): Expression {
  if (expression.kind === "field") return { ...expression, name: `${prefix}.${expression.name}` } satisfies Field;
  return mapChildren(expression, (child) => withPrefix(child, prefix));
}

const matches = casesOf("es-multivalue-null").map((vector): Prefixed => ({
  name: `${vector.condition} on ${JSON.stringify(vector.doc)}`,
  condition: read(vector.condition ?? ""),
  document: vector.doc as object,
  expected: vector.expected === true,
  known: vector.known_fields ?? null,
}));

/** `expression == expected` must hold, and its complement must not. */
const functions = casesOf("es-function-examples")
  .filter((vector) => vector.error !== true && vector.skip === undefined)
  .flatMap(({ expression = "", env = {}, expected }) => {
    const left = read(expression);
    const right = { kind: "literal", value: toLiteral(expected), span: left.span } satisfies Literal;
    return (["==", "!="] as const).map((operator): Prefixed => ({
      name: `${expression} ${operator} ${JSON.stringify(expected)} with ${JSON.stringify(env)}`,
      condition: { kind: "comparison", operator, left, right, span: left.span },
      document: env,
      expected: operator === "==",
      known: null,
    }));
  });

function toLiteral(value: unknown): Literal["value"] {
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) : value;
  return value as string | boolean | null;
}

for (const [title, cases] of [
  ["null, missing and several values", matches],
  ["function examples", functions],
] as const) {
  describeShared(`${title}, through loader, case and SQL`, () => {
    let engine: Engine;
    beforeAll(async () => {
      const documents = cases.map((one, index) => ({
        "@timestamp": "2025-01-01T00:00:00Z",
        [`c${index}`]: one.document,
      }));
      engine = await openWholeCase(await loadDocuments(documents, { format: "ndjson", keepDuplicates: true }));
    });
    afterAll(() => engine.close());

    it.each(cases.map((one, index) => ({ ...one, index })))("$name", ({ condition, expected, known, index }) => {
      const text = `any where ${printExpression(withPrefix(condition, `c${index}`))}`;
      const isMapped = (field: string): boolean => known?.includes(field.slice(field.indexOf(".") + 1)) !== false;
      const prepared = prepareQuery(text, engine.evidence, { isMapped });
      if (!prepared.ok) throw new Error(JSON.stringify(prepared.diagnostics));
      const found = engine.run(prepared.plan).matches.some((match) => match.events[0] === index + 1);
      expect(found).toBe(expected);
    });
  });
}
