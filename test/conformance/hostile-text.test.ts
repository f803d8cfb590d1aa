/** Text that would hide from a rule in a naive translation to SQL: through the loader, against the evaluator. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compileCondition } from "../../src/eql/evaluate.ts";
import { parseExpression } from "../../src/eql/parser.ts";
import { printLiteral } from "../../src/eql/printer.ts";
import type { Engine } from "../../src/hunt/engine.ts";
import { prepareQuery } from "../../src/hunt/prepare-query.ts";
import { documentOf } from "../eql/document.ts";
import { loadDocuments, openWholeCase } from "../hunt/load-case.ts";

/** What is put before, inside and after a command. */
const HIDING: Readonly<Record<string, string>> = {
  nothing: "",
  "a NUL": "\0",
  "a high surrogate alone": "\ud83d",
  "a low surrogate alone": "\ude00",
  "a line feed": "\n",
  "a carriage return": "\r\n",
  "a line separator": "\u2028",
  "the Kelvin sign": "\u212a",
  "an astral character": "\u{1f600}",
  "a bracket of GLOB": "[a-z]",
  "a backslash": "\\",
  "signs of LIKE": "%_",
  "an umlaut": "\u00c4",
};

const TEXTS = [
  ...new Set(
    Object.values(HIDING).flatMap((hidden) => [
      `${hidden}Curl|sh`,
      `Cu${hidden}rl|sh`,
      `Curl|sh${hidden}`,
      `${hidden}curl|SH${hidden}`,
    ]),
  ),
  "",
  "k",
  "K",
  "\u00e4",
  "*",
  "?",
];

/** A column, a column with lists, a column without odd text, a side table, a side table with lists. */
const FIELDS = ["process.name", "process.args", "file.path", "own.text", "own.list"];

const isOdd = (text: string): boolean => text.includes("\0") || !text.isWellFormed();

const special = TEXTS.flatMap((text, index): object[] => [
  {
    "@timestamp": "2025-01-01T00:00:00Z",
    event: { id: `one-${index}` },
    process: { name: text, args: ["x", text], parent: { name: "target" } },
    ...(isOdd(text) ? {} : { file: { path: text } }),
    own: { text, list: [text, "y"] },
  },
  {
    "@timestamp": "2025-01-01T00:00:00Z",
    event: { id: `few-${index}` },
    process: { parent: { name: "target" } },
    own: { text },
  },
]);

/** Enough other values that a costly pattern is left to the few events of a cheap leaf. */
const others = Array.from({ length: 2500 }, (_, index) => ({
  "@timestamp": "2025-01-01T00:00:00Z",
  process: { name: `other ${index}`, args: ["x", `other ${index}`], parent: { name: "other" } },
  file: { path: `/other/${index}` },
  own: { text: `other ${index}`, list: [`other ${index}`, "z"] },
}));

const documents = special.map(documentOf);

const PARTS = [
  "Curl|sh",
  "curl|SH",
  "Cu",
  "sh",
  "k",
  "\u212a",
  "\u00e4",
  "\u00c4",
  "[a-z]",
  "\\",
  "%",
  ...Object.values(HIDING),
];

function conditionsOn(field: string): string[] {
  const parts = [...new Set(PARTS)].filter((part) => part !== "");
  const q = (text: string): string => printLiteral(text);
  const regex = (text: string): string => q(text.replace(/[\\[\].*+?|(){}<>~&@#"]/g, "\\$&"));
  return [
    ...parts.flatMap((part) => [
      `${field} == ${q(part)}`,
      `${field} != ${q(part)}`,
      `${field} in~ (${q(part)}, "zz")`,
      `${field} : ${q(`*${part}*`)}`,
      `${field} like ${q(`${part}*`)}`,
      `${field} like~ (${q(`*${part}`)}, "zz?")`,
      `not ${field} : ${q(`*${part}`)}`,
      `${field} regex ${regex(part)}`,
      `startsWith(${field}, ${q(part)})`,
      `startsWith~(${field}, ${q(part)})`,
      `endsWith(${field}, ${q(part)})`,
      `endsWith~(${field}, ${q(part)})`,
      `stringContains(${field}, ${q(part)})`,
      `stringContains~(${field}, ${q(part)})`,
      `indexOf(${field}, ${q(part)}) >= 1`,
      `indexOf~(${field}, ${q(part)}) == 0`,
      `concat(${field}, "!") : ${q(`*${part}!`)}`,
      `between(${field}, ${q(part)}, "|") == ""`,
      `${field} < ${q(part)}`,
      `${field} >= ${q(part)}`,
    ]),
    `${field} : ("curl?|sh", "?curl|sh", "curl|sh?")`,
    `${field} : ("*u*r*l*", "zz")`,
    `${field} like "Cu??rl|sh"`,
    `${field} regex ".*sh"`,
    `${field} regex~ (".*SH", "q")`,
    `${field} regex~ "k"`,
    `${field} regex "Cu.rl.sh"`,
    `${field} == ""`,
    `${field} : ""`,
    `${field} : "*"`,
    `${field} : "?"`,
    `${field} == "*"`,
    `startsWith(${field}, "")`,
    `endsWith~(${field}, "")`,
    `stringContains(${field}, "")`,
    `${field} == null`,
    ...[0, 1, 7, 8, 9, 10].map((length) => `length(${field}) == ${length}`),
    `substring(${field}, -2) == "sh"`,
    `substring(${field}, 0, 3) : "cu?"`,
  ];
}

let engine: Engine;
beforeAll(async () => {
  engine = await openWholeCase(
    await loadDocuments([...special, ...others], { format: "ndjson", keepDuplicates: true }),
  );
});
afterAll(() => engine.close());

function run(query: string): { readonly ids: readonly number[]; readonly sql: string } {
  const prepared = prepareQuery(query, engine.evidence);
  if (!prepared.ok) throw new Error(`${query}: ${JSON.stringify(prepared.diagnostics)}`);
  const { matches, statement } = engine.run(prepared.plan);
  const ids = matches.map((match) => match.events[0] ?? 0).filter((id) => id <= special.length);
  return { ids, sql: statement?.sql ?? "" };
}

function expectedIds(condition: string): number[] {
  const { expression, diagnostics } = parseExpression(condition);
  if (expression === null) throw new Error(`${condition}: ${JSON.stringify(diagnostics)}`);
  const test = compileCondition(expression);
  return documents.flatMap((document, index) => (test(document) ? [index + 1] : []));
}

describe("hostile text escapes no rule", () => {
  for (const field of FIELDS) {
    it(`of ${field}, alone and beside a rarer leaf`, () => {
      const wrong: unknown[] = [];
      for (const condition of conditionsOn(field)) {
        const expected = expectedIds(condition);
        for (const query of [`any where ${condition}`, `any where process.parent.name == "target" and ${condition}`]) {
          const { ids } = run(query);
          if (JSON.stringify(ids) !== JSON.stringify(expected)) wrong.push({ query, ids, expected });
        }
      }
      expect(wrong).toEqual([]);
    });
  }

  it("in a leaf of two fields", () => {
    for (const condition of [
      'concat(process.name, own.text) : "*sh*curl*"',
      "process.name == own.text",
      "process.args == own.list",
      'concat(process.name, process.args) regex~ ".*SH.?SH"',
    ]) {
      expect([condition, run(`any where ${condition}`).ids]).toEqual([condition, expectedIds(condition)]);
    }
  });

  it("in a sequence whose key it is", () => {
    const query = 'sequence by process.name [any where own.text : "*sh*"] [any where own.text : "*sh*"]';
    expect(run(query).ids).toEqual([]);
  });

  it("where rows are tested one by one", () => {
    const { sql, ids } = run('any where process.parent.name == "target" and file.path : "*rl|sh"');
    expect(sql).toContain("FROM value AS v WHERE v.id =");
    expect(ids).toEqual(expectedIds('file.path : "*rl|sh"'));
  });
});

describe("length and case", () => {
  it("length counts UTF-16 units, of a NUL and a lone surrogate too", () => {
    expect(TEXTS.filter((text) => text.length === 8).length).toBeGreaterThan(20);
    const found = run("any where length(process.name) == 8").ids.map((id) => TEXTS[(id - 1) / 2]);
    expect(found).toEqual(TEXTS.filter((text) => text.length === 8));
  });

  it("the Kelvin sign is no k, where a plain field is compared", () => {
    const ofText = (text: string): number => 2 * TEXTS.indexOf(text) + 1;
    for (const condition of ['process.name : "K"', 'process.name in~ ("k")', 'process.name regex~ "K"']) {
      expect([condition, run(`any where ${condition}`).ids]).toEqual([condition, [ofText("k"), ofText("K")]]);
    }
    expect(run('any where startsWith~(process.name, "K")').ids).toEqual([ofText("k"), ofText("K")]);
    expect(run('any where process.name : "\u00c4"').ids).toEqual([]);
  });
});
