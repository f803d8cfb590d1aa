import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Expression } from "../../src/eql/ast.ts";
import { compileCondition } from "../../src/eql/evaluate.ts";
import { foldConstants } from "../../src/eql/fold-constants.ts";
import { parseExpression } from "../../src/eql/parser.ts";
import { printExpression } from "../../src/eql/printer.ts";
import { isNullLiteral } from "../../src/eql/scalar.ts";
import { childrenOf, walk } from "../../src/eql/walk.ts";
import { documents, typed } from "../eql/arbitraries.ts";
import { documentOf } from "../eql/document.ts";
import { hasReference, referenceMatches } from "./reference.ts";

const RUNS = Number(process.env["EQLITE_DIFFERENTIAL_RUNS"] ?? 5000);
const SEED = Number(process.env["EQLITE_DIFFERENTIAL_SEED"] ?? 20261122);

/** The reference folds no constants: where a constant part is null, the semantics (section 4) differ from it. */
function hasComputedNull(expression: Expression): boolean {
  const folded = foldConstants(expression);
  let found = isNullLiteral(folded);
  walk(folded, (node) => {
    const mayHoldNull = node.kind === "call" || node.kind === "comparison";
    found ||= !mayHoldNull && childrenOf(node).some((child) => child.kind === "literal" && child.value === null);
  });
  return found;
}

describe.skipIf(!hasReference)("random conditions on random documents", () => {
  it(`match exactly where the reference interpreter matches (${RUNS} cases)`, () => {
    const cases = fc
      .sample(fc.tuple(typed.condition, documents), { numRuns: RUNS, seed: SEED })
      .map(([condition, doc]) => ({ condition: printExpression(condition), doc }));
    const wanted = referenceMatches(cases);
    expect(wanted).toHaveLength(cases.length);
    let compared = 0;
    const differences: { condition: string; doc: unknown; found: boolean }[] = [];
    cases.forEach(({ condition, doc }, index) => {
      if (typeof wanted[index] !== "boolean") return;
      const { expression } = parseExpression(condition);
      if (expression === null) throw new Error(`cannot read ${condition}`);
      if (hasComputedNull(expression)) return;
      const found = compileCondition(expression)(documentOf(doc));
      if (found !== wanted[index]) differences.push({ condition, doc, found });
      compared += 1;
    });
    expect(differences.sort((a, b) => a.condition.length - b.condition.length).slice(0, 5)).toEqual([]);
    expect(compared).toBeGreaterThan(RUNS / 2);
  });
});
