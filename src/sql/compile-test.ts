import { sql } from "kysely";
import { foldAscii } from "../base/fold-ascii.ts";
import type { IpRange } from "../eql/ip-address.ts";
import type { RangeOperator, TextTest } from "../plan/plan.ts";
import { chain, type Fragment } from "./fragments.ts";

/** Patterns longer than this are refused by SQLite's GLOB. */
const MAX_GLOB_BYTES = 50_000;

/** More texts than this are passed as one JSON parameter. */
const MAX_LISTED = 500;

/** Who decides a test for ordinary values; the evaluator of the language always decides for `odd` ones (store/text.ts). */
export type TestPlan =
  /** SQL decides; `test` has lost what no ordinary value can match. */
  | { readonly kind: "sql"; readonly test: TextTest }
  /** No ordinary value can satisfy it: it asks for a NUL or for ill-formed UTF-16. */
  | { readonly kind: "never" }
  /** The evaluator decides for every value. */
  | { readonly kind: "evaluator" };

export function planTest(test: TextTest): TestPlan {
  switch (test.op) {
    case "regex":
      return { kind: "evaluator" };
    case "compare":
      return isOrdinary(test.value) ? { kind: "sql", test } : { kind: "evaluator" };
    case "equals": {
      const values = test.values.filter(isOrdinary);
      return values.length === 0 ? { kind: "never" } : { kind: "sql", test: { ...test, values } };
    }
    case "wildcard": {
      // Half of a surrogate pair is a part of ordinary text that SQLite, which sees UTF-8, cannot find.
      if (!test.patterns.every((pattern) => pattern.isWellFormed())) return { kind: "evaluator" };
      const patterns = test.patterns.filter(isOrdinary);
      if (patterns.some((pattern) => Buffer.byteLength(toGlob(pattern)) >= MAX_GLOB_BYTES))
        return { kind: "evaluator" };
      return patterns.length === 0 ? { kind: "never" } : { kind: "sql", test: { ...test, patterns } };
    }
  }
}

/** No NUL, well-formed: stored as it is, and SQLite's operators see all of it. */
function isOrdinary(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}

/**
 * The test of a row of `value` with the alias `v`. Rows of lists are never true. Rows marked `odd` must be kept out by
 * the caller: their text is stored escaped.
 */
export function compileTextTest(test: TextTest): Fragment {
  switch (test.op) {
    case "equals": {
      const folded = inTexts(sql`v.folded`, test.values.map(foldAscii));
      return test.fold ? folded : sql`(${folded} AND ${inTexts(sql`ifnull(v.text, v.folded)`, test.values)})`;
    }
    case "wildcard":
      return chain(
        "or",
        test.patterns.map((pattern) => {
          const folded = sql`v.folded GLOB ${toGlob(foldAscii(pattern))}`;
          return test.fold ? folded : sql`(${folded} AND ifnull(v.text, v.folded) GLOB ${toGlob(pattern)})`;
        }),
      );
    case "compare":
      return sql`ifnull(v.text, v.folded) ${OPERATORS[test.operator]} ${test.value}`;
    case "regex":
      throw new Error("internal error: a regular expression is not for SQL");
  }
}

export const OPERATORS: Readonly<Record<RangeOperator, Fragment>> = {
  "<": sql`<`,
  "<=": sql`<=`,
  ">": sql`>`,
  ">=": sql`>=`,
};

function inTexts(side: Fragment, texts: readonly string[]): Fragment {
  const distinct = [...new Set(texts)];
  if (distinct.length === 1) return sql`${side} = ${distinct[0]}`;
  if (distinct.length <= MAX_LISTED) return sql`${side} IN (${sql.join(distinct)})`;
  return sql`${side} IN (SELECT j.value FROM json_each(${JSON.stringify(distinct)}) AS j)`;
}

/** EQL's `*` and `?` mean what GLOB means by them; GLOB's `[` is made literal. */
function toGlob(pattern: string): string {
  return pattern.replaceAll("[", "[[]");
}

/** The address of a row of `value` with the alias `v` lies in one of the ranges. */
export function compileIpTest(ranges: readonly IpRange[]): Fragment {
  return chain(
    "or",
    ranges.map(({ first, last }) => sql`v.ip BETWEEN ${Buffer.from(first)} AND ${Buffer.from(last)}`),
  );
}
