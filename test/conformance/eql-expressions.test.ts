import { describe, expect, it } from "vitest";
import type { Expression } from "../../src/eql/ast.ts";
import { readQuery } from "../../src/eql/checker.ts";
import { compileCondition } from "../../src/eql/evaluate.ts";
import { foldConstants } from "../../src/eql/fold-constants.ts";
import { lex } from "../../src/eql/lexer.ts";
import { parseExpression } from "../../src/eql/parser.ts";
import { compileScalar } from "../../src/eql/scalar.ts";
import { OPEN_SCHEMA } from "../../src/eql/schema.ts";
import { bindUnmapped } from "../../src/eql/unmapped.ts";
import type { Scalar } from "../../src/eql/values.ts";
import { documentOf, toValue } from "../eql/document.ts";
import { describeShared, hasShared } from "../shared.ts";
import { vectorCases, type VectorCase } from "./vectors.ts";

function casesOf(suite: string): readonly VectorCase[] {
  return hasShared ? vectorCases(suite) : [];
}

function read(text: string): Expression {
  const { expression, diagnostics } = parseExpression(text);
  if (expression === null) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  return expression;
}

function evaluate({ expression = "", env = {} }: VectorCase): Scalar {
  const { references, evaluate: run } = compileScalar(foldConstants(read(expression)));
  return run(references.map((reference) => (reference.kind === "field" ? toValue(env[reference.name]) : null)));
}

/** JSON cannot tell 4 from 4.0: numbers are compared by value. */
function comparable(value: unknown): unknown {
  return typeof value === "bigint" ? Number(value) : value;
}

for (const suite of ["es-folding", "es-function-examples"]) {
  describeShared(`Elasticsearch's suite ${suite}`, () => {
    const cases = casesOf(suite).filter(({ error }) => error !== true);
    it.each(cases.filter(({ skip }) => skip === undefined))("$name: $expression", (vector) => {
      const result = comparable(evaluate(vector));
      if (typeof vector.expected === "number") expect(result).toBeCloseTo(vector.expected, 12);
      else expect(result).toBe(vector.expected);
    });
    const refused = casesOf(suite).filter(({ error }) => error === true);
    it.skipIf(refused.length === 0)("refuses what Elasticsearch refuses", () => {
      for (const { expression = "" } of refused) {
        expect([expression, readQuery(`any where (${expression}) == null`, OPEN_SCHEMA).checked]).toEqual([
          expression,
          null,
        ]);
      }
    });
    const actual = cases.filter((vector) => vector.es_actual !== undefined);
    it.each(actual)("$name: $expression, as Elasticsearch computes it", (vector) => {
      expect(comparable(evaluate(vector))).toBe(vector.es_actual);
    });
  });
}

describeShared("Elasticsearch's string literals", () => {
  it.each(casesOf("es-string-literals"))("$name: $literal", ({ literal = "", value }) => {
    const { tokens, diagnostics } = lex(literal);
    expect(diagnostics).toEqual([]);
    expect(tokens.map((token) => [token.kind, token.value])).toEqual([
      ["string", value],
      ["end", ""],
    ]);
  });
});

describeShared("null, missing and several values", () => {
  it.each(casesOf("es-multivalue-null"))("$name: $condition on $doc", (vector) => {
    const { condition = "", known_fields: known } = vector;
    const parsed = read(condition);
    const bound = known === undefined ? parsed : bindUnmapped(parsed, (field) => known.includes(field));
    expect(compileCondition(bound)(documentOf(vector.doc))).toBe(vector.expected);
  });
});

describe("the conformance suites", () => {
  it.runIf(hasShared)("have the sizes that docs/eql.md states", () => {
    const sizes = ["es-folding", "es-function-examples", "es-string-literals", "es-multivalue-null"].map(
      (suite) => casesOf(suite).length,
    );
    expect(sizes).toEqual([242, 130, 36, 115]);
  });
});
