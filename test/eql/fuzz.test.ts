import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readQuery } from "../../src/eql/checker.ts";
import type { Diagnostic } from "../../src/eql/diagnostics.ts";
import { parseExpression, parseQuery } from "../../src/eql/parser.ts";
import { printQuery } from "../../src/eql/printer.ts";
import { regexMatcher } from "../../src/eql/regex-matcher.ts";
import { renderDiagnostic } from "../../src/eql/render-diagnostic.ts";
import { OPEN_SCHEMA } from "../../src/eql/schema.ts";
import { wildcardMatcher } from "../../src/eql/wildcard.ts";
import { withoutSpans } from "./without-spans.ts";

const RUNS = Number(process.env["EQLITE_FUZZ_RUNS"] ?? 1500);

const PIECES = [
  ...[
    "any",
    "process",
    "where",
    "sequence",
    "sample",
    "join",
    "by",
    "with",
    "maxspan",
    "runs",
    "until",
    "as",
    "head",
    "tail",
  ],
  ...[
    "and",
    "or",
    "not",
    "in",
    "in~",
    "like",
    "like~",
    "regex",
    "regex~",
    "of",
    "descendant",
    "child",
    "true",
    "false",
    "null",
  ],
  ...["(", ")", "[", "]", "![", ",", ".", "|", "?", ":", "=", "==", "!=", "<", "<=", "+", "-", "*", "/", "%"],
  ...["f", "a.b", "`q r`", "`", "$v", "length(", "startsWith~(", "_arraysearch(", "concat(f)", "@timestamp"],
  ...[
    '"s"',
    '"*"',
    '"""raw"""',
    '"""',
    '"',
    "'old'",
    '?"x"',
    '"\\q"',
    '"\\u{41}"',
    "1",
    "30s",
    "2.5",
    "1e9",
    "99999999999999999999",
  ],
  ...["//", "/*", "*/", "\n", "\r\n", "\t", "\u0000", "\ud800", "\u202e", "é", "!", "~", "#", "\\"],
];

const VALID = [
  'process where process.name : ("a*", "b?") and not (user.id == 0 or length(f) > 3) | head 5',
  'sequence by host.id, ?x with maxspan=30s [a where f == "x"] by k with runs=3 ![b where true] by l until [c where g] by m | tail 2',
  "sample by host [any where uptime > 0] by os [any where bool == true] by op_sys",
  'sequence [a where true] as one [b where one.f == g and descendant of [process where h regex "x+"]]',
  'any where cidrMatch(ip, "10.0.0.0/8") and -1 + 2 * 3 in~ (1, concat("a", `b c`)) == false',
];

function check(text: string): void {
  const { query, diagnostics } = parseQuery(text);
  expect(query === null).toBe(diagnostics.some(({ severity }) => severity !== "warning"));
  checkPlaces(text, [
    ...diagnostics,
    ...readQuery(text, OPEN_SCHEMA).diagnostics,
    ...parseExpression(text).diagnostics,
  ]);
  if (query !== null) expect(withoutSpans(parseQuery(printQuery(query)).query)).toEqual(withoutSpans(query));
}

function checkPlaces(text: string, diagnostics: readonly Diagnostic[]): void {
  for (const one of diagnostics) {
    const { start, end } = one.span;
    const inside = start >= 0 && end >= start && end <= text.length;
    if (!inside || /[\u0000-\u0009\u000b-\u001f\u202e]/.test(renderDiagnostic(text, one)))
      expect.fail(JSON.stringify(one));
  }
}

describe("any text at all", () => {
  it("is read without an exception: characters", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 60 }), check), { numRuns: RUNS, seed: 11 });
  });

  it("is read without an exception: pieces of the language", () => {
    const soup = fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }).map((pieces) => pieces.join(" "));
    fc.assert(fc.property(soup, check), { numRuns: RUNS, seed: 12 });
    const glued = fc.array(fc.constantFrom(...PIECES), { maxLength: 20 }).map((pieces) => pieces.join(""));
    fc.assert(fc.property(glued, check), { numRuns: RUNS, seed: 13 });
  });

  it("is read without an exception: right queries cut off anywhere", () => {
    for (const text of VALID) {
      expect(parseQuery(text).diagnostics).toEqual([]);
      for (let end = 0; end <= text.length; end += 1) check(text.slice(0, end));
      for (let start = 0; start <= text.length; start += 1) check(text.slice(start));
    }
  });

  it("is read without an exception: right queries with a piece put in or taken out", () => {
    const mutation = fc.tuple(fc.constantFrom(...VALID), fc.nat(), fc.nat({ max: 5 }), fc.constantFrom("", ...PIECES));
    fc.assert(
      fc.property(mutation, ([text, seed, removed, piece]) => {
        const at = seed % (text.length + 1);
        check(text.slice(0, at) + piece + text.slice(at + removed));
      }),
      { numRuns: RUNS, seed: 14 },
    );
  });

  it("is a wildcard, and a regular expression or refused as one", () => {
    const pattern = fc.oneof(
      fc.string({ unit: "binary", maxLength: 20 }),
      fc
        .array(fc.constantFrom(...'ab*?+{}[]()|\\"~<>&@#^-.,0123456789'), { maxLength: 20 })
        .map((units) => units.join("")),
    );
    fc.assert(
      fc.property(
        pattern,
        fc.string({ unit: "binary", maxLength: 20 }),
        fc.boolean(),
        (wanted, text, caseInsensitive) => {
          expect(typeof wildcardMatcher([wanted], { caseInsensitive })(text)).toBe("boolean");
          const regex = regexMatcher([wanted], { caseInsensitive });
          expect(typeof (regex.ok ? regex.matches(text) : regex.problem.reason)).toMatch(/boolean|string/);
        },
      ),
      { numRuns: RUNS, seed: 15 },
    );
  });
});
