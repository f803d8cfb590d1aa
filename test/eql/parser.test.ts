import { describe, expect, it } from "vitest";
import type { Expression, Query } from "../../src/eql/ast.ts";
import { LIMITS } from "../../src/eql/limits.ts";
import { parseExpression, parseQuery } from "../../src/eql/parser.ts";
import { marked } from "./marked.ts";

function read(text: string): Query {
  const { query, diagnostics } = parseQuery(text);
  expect(diagnostics).toEqual([]);
  if (query === null) throw new Error(`no query: ${text}`);
  return query;
}

/** An expression as nested lists, to see how it binds. */
function shape(text: string): unknown {
  const { expression, diagnostics } = parseExpression(text);
  expect(diagnostics).toEqual([]);
  return expression === null ? null : shapeOf(expression);
}

function shapeOf(node: Expression): unknown {
  switch (node.kind) {
    case "literal":
      return node.value;
    case "field":
      return node.optional ? `?${node.name}` : node.name;
    case "stageField":
      return `${node.alias}@${node.stage}.${node.name}`;
    case "call":
      return [node.name + (node.caseInsensitive ? "~" : ""), ...node.arguments.map(shapeOf)];
    case "unary":
      return [node.operator, shapeOf(node.operand)];
    case "arithmetic":
    case "comparison":
      return [node.operator, shapeOf(node.left), shapeOf(node.right)];
    case "in":
      return [
        `${node.negated ? "not " : ""}in${node.caseInsensitive ? "~" : ""}`,
        shapeOf(node.operand),
        node.items.map(shapeOf),
      ];
    case "pattern":
      return [node.operator, shapeOf(node.operand), node.patterns.map(({ value }) => value)];
    case "not":
      return ["not", shapeOf(node.operand)];
    case "and":
    case "or":
      return [node.kind, ...node.operands.map(shapeOf)];
    case "descendantOf":
      return ["descendant of", node.query.category, shapeOf(node.query.condition)];
  }
}

describe("expressions", () => {
  it.each<[string, unknown]>([
    ["a or b and not c == d", ["or", "a", ["and", "b", ["not", ["==", "c", "d"]]]]],
    ["not a == b", ["not", ["==", "a", "b"]]],
    ["a + b in (1, 2)", ["+", "a", ["in", "b", [1n, 2n]]]],
    ["a - b - c", ["-", ["-", "a", "b"], "c"]],
    ["a + b * c % d", ["+", "a", ["%", ["*", "b", "c"], "d"]]],
    ["-a * b", ["*", ["-", "a"], "b"]],
    ["-5", -5n],
    ["2 -5", ["-", 2n, 5n]],
    ["- -5", ["-", -5n]],
    ["-(5)", ["-", 5n]],
    ["-5 in (1)", ["-", ["in", 5n, [1n]]]],
    ["a not in~ (b)", ["not in~", "a", ["b"]]],
    ['a : "x*"', [":", "a", ["x*"]]],
    ['a like~ ("x", 5, true, null)', ["like~", "a", ["x", 5n, true, null]]],
    ['a regex "x" == true', ["==", ["regex", "a", ["x"]], true]],
    ["(a and b) and c", ["and", ["and", "a", "b"], "c"]],
    ["a and b and c", ["and", "a", "b", "c"]],
    ["?a.b.`c-d` == 1", ["==", "?a.b.c-d", 1n]],
    ["STARTSWITH~(a, concat(b))", ["startsWith~", "a", ["concat", "b"]]],
    ["nosuch(a)", ["nosuch", "a"]],
    ["descendant of [process where true]", ["descendant of", "process", true]],
    ["descendant == child", ["==", "descendant", "child"]],
  ])("%s", (text, expected) => {
    expect(shape(text)).toEqual(expected);
  });

  it("keeps integers exact within int64 and makes doubles of the rest", () => {
    expect(shape("9223372036854775807")).toBe(9223372036854775807n);
    expect(shape("-9223372036854775808")).toBe(-9223372036854775808n);
    expect(shape("9223372036854775808")).toBe(9223372036854775808);
    expect(shape("100000000000000000000")).toBe(1e20);
    expect(shape("7.0")).toBe(7);
  });
});

describe("queries", () => {
  it("has a category, quoted or not, or any", () => {
    expect(read("process where true").base).toMatchObject({ kind: "eventQuery", category: "process" });
    expect(read('"my-category" where true').base).toMatchObject({ category: "my-category" });
    expect(read("any where true").base).toMatchObject({ category: null });
  });

  it("reads a sequence with everything", () => {
    const { base, pipes } = read(
      "sequence by host.id, ?user.id with maxspan = 30 s [a where x] by k with runs=3 ![b where y] by l [c where z] by m until [d where w] by n | head 5 | tail 0",
    );
    if (base.kind !== "sequence") throw new Error(base.kind);
    expect(base.by.map(({ name, optional }) => [name, optional])).toEqual([
      ["host.id", false],
      ["user.id", true],
    ]);
    expect(base.maxspanNs).toBe(30_000_000_000n);
    expect(
      base.stages.map(({ missing, runs, alias, keys }) => [missing, runs, alias, keys.map(({ name }) => name)]),
    ).toEqual([
      [false, 3, null, ["k"]],
      [true, 1, null, ["l"]],
      [false, 1, null, ["m"]],
    ]);
    expect(base.until?.keys.map(({ name }) => name)).toEqual(["n"]);
    expect(pipes.map(({ name, count }) => [name, count])).toEqual([
      ["head", 5],
      ["tail", 0],
    ]);
  });

  it.each([
    ["1ms", 1_000_000n],
    ["1s", 1_000_000_000n],
    ["2m", 120_000_000_000n],
    ["1h", 3_600_000_000_000n],
    ["1d", 86_400_000_000_000n],
  ])("maxspan=%s", (span, nanoseconds) => {
    expect(read(`sequence with maxspan=${span} [a where true] [b where true]`).base).toMatchObject({
      maxspanNs: nanoseconds,
    });
  });

  it("takes one stage with runs for a sequence", () => {
    expect(read("sequence [a where true] with runs=2").base).toMatchObject({ stages: [{ runs: 2 }] });
  });

  it("reads a sample", () => {
    expect(read("sample by a [x where true] by b [y where true] by c").base).toMatchObject({
      kind: "sample",
      by: [{ name: "a" }],
      stages: [{ keys: [{ name: "b" }] }, { keys: [{ name: "c" }] }],
    });
  });

  it("reaches fields of earlier stages by their name", () => {
    const { base } = read(
      "sequence [a where true] by x as first [b where f == first.g.h and second.f == 1] by y as second",
    );
    if (base.kind !== "sequence") throw new Error(base.kind);
    expect(base.stages.map(({ alias }) => alias)).toEqual(["first", "second"]);
    expect(base.stages[1] && shapeOf(base.stages[1].query.condition)).toEqual([
      "and",
      ["==", "f", "first@0.g.h"],
      ["==", "second.f", 1n],
    ]);
  });
});

describe("mistakes", () => {
  it.each<[string, string]>([
    ["process where «»", "expected an expression, found the end of the query"],
    ["«where» true", "expected an event category, `any`, `sequence` or `sample`, found `where`"],
    ["«42» where true", "expected an event category, `any`, `sequence` or `sample`, found `42`"],
    ["«`x`» where true", "an event category is quoted with double quotes, not with back-ticks"],
    ["«of» where true", "`of` is a keyword and cannot name a category unless it is quoted"],
    ["process «wher» true", "expected `where`, found `wher`"],
    ["process where a «=» 1", "`=` does not compare"],
    ["process where a in «)»", "expected `(`, found `)`"],
    ["process where a in («)»", "expected an expression, found `)`"],
    ["process where a == b «==» c", "comparisons cannot be chained"],
    ["process where a : «b»", "the right side of `:` is a constant or a list of constants"],
    ["process where a like «(»)", ""],
    ["process where process.«by» == 1", "expected a field name, found `by`"],
    ["process where «sequence» == 1", "`sequence` is a keyword and cannot name a field unless it is quoted"],
    ["process where a«[0]».b == 1", "array indexes are not supported: a field is a set of values without order"],
    ["process where «$x» == 1", "EQL has no variables: `$x`"],
    [
      "process where «_arraysearch»(a, $b, $b.c == 1)",
      "`_arraysearch` is not supported: events keep no nested objects to search through",
    ],
    ["process where «child of» [process where true]", "the process relationship `child of` is not supported"],
    ["process where descendant of [«file where true»]", "`descendant of` searches processes only, not `file` events"],
    ["process where a «b» c", "expected `and`, `or` or an operator, found `b`"],
    ["«join» by a [b where true] [c where true]", "`join` is not supported"],
    ["«sequence [a where true]»", "a sequence needs at least two event queries, found 1"],
    ["sequence by «concat»(a) [a where true] [b where true]", "a join key is a field, not an expression"],
    ["sequence with maxspan=1s «by» a [a where true] [b where true]", "`by` comes before `with` in a sequence"],
    [
      "sequence with «runs»=2 [a where true] [b where true]",
      "unknown parameter `runs` after `with`, expected `maxspan`",
    ],
    ["sequence with maxspan=«30» [a where true] [b where true]", "maxspan=30 has no time unit"],
    ["sequence with maxspan=«2.5m» [a where true] [b where true]", "maxspan takes a whole number, not 2.5"],
    ["sequence with maxspan=«0s» [a where true] [b where true]", "maxspan must be positive, found 0"],
    ["sequence with maxspan=«2sec» [a where true] [b where true]", "unknown time unit `sec` in 2sec"],
    ["sequence with maxspan=«300000d» [a where true] [b where true]", "maxspan is longer than 292 years"],
    ["sequence [a where true] «![b where true]»", "a sequence with a missing event needs maxspan"],
    [
      "sequence with maxspan=1m «![a where true]» ![b where true]",
      "a sequence needs at least one event that is not missing",
    ],
    [
      "sequence [a where true] by x «[b where true]»",
      "every stage needs the same number of join keys: expected 1, found 0",
    ],
    ["sequence [a where true] [b where true] with runs=«0»", "runs is a whole number from 1 to 100, found 0"],
    ["sequence [a where true] [b where true] with runs=«101»", "runs is a whole number from 1 to 100, found 101"],
    ["sequence [a where true] [b where true] «fork»=true", "`fork` is not supported: it was removed from the language"],
    ["sequence [a where true] as x [b where true] as «x»", "the name `x` is already given to an earlier stage"],
    ["sequence with maxspan=1s [a where true] ![b where true] as «x»", "a missing event cannot have a name"],
    [
      "sequence [a where true] with runs=2 as «x»",
      "a stage with runs stands for several events and cannot have a name",
    ],
    [
      "sequence with maxspan=1s [a where true] as x ![b where «x.f» == 1]",
      "a missing event cannot use a field of an earlier stage: `x.f`",
    ],
    [
      "sequence [a where true] as x [b where true] until [c where «x.f» == 1]",
      "`until` cannot use a field of an earlier stage: `x.f`",
    ],
    ["«sample [a where true] [b where true]»", "a sample needs at least one join key"],
    ["sample by a with «maxspan»=1m [a where true] [b where true]", "`with maxspan` cannot be used in a sample"],
    ["sample by a [a where true] [b where true] | «head 2»", "a pipe cannot be used in a sample"],
    ["any where true | «count»", "the pipe `count` is not supported"],
    ["any where true | «hed» 3", "unknown pipe `hed`"],
    ["any where true | «head»", "`head` takes exactly one argument, found 0"],
    ["any where true | head «-1»", "`head` takes a whole number, zero or more"],
  ])("%s", (source, message) => {
    const { text, spans } = marked(source);
    const { query, diagnostics } = parseQuery(text);
    expect(query).toBeNull();
    if (message === "") return;
    expect(diagnostics.map((one) => one.message)).toEqual([message]);
    expect(diagnostics.map(({ span }) => [span.start, span.end])).toEqual(spans);
  });

  it("suggests what was probably meant", () => {
    const hints = (text: string): (string | null)[] => parseQuery(text).diagnostics.map(({ hint }) => hint);
    expect(hints("process wher true")).toEqual(["did you mean `where`?"]);
    expect(hints("sequnce by a [b where true] [c where true]")).toEqual(["did you mean `sequence`?"]);
    expect(hints("process where a adn b")).toEqual(["did you mean `and`?"]);
    expect(hints("process where true | haed 5")).toEqual(["did you mean `head`?"]);
    expect(hints("process where by == 1")).toEqual([null]);
    expect(hints("process where with == 1")).toEqual(["write it in back-ticks: `with`"]);
  });

  it("are all reported, not only the first", () => {
    const { text, spans } = marked(
      "sequence by a with maxspan=«1x» [p where f «=» 1 and «]» [q where h in («)» or i : («k»)] with runs=«0» | «hed» 1",
    );
    const { diagnostics } = parseQuery(text);
    expect(diagnostics.map(({ code }) => code)).toEqual([
      "maxspan-unknown-unit",
      "single-equals",
      "expected",
      "expected",
      "pattern-not-constant",
      "runs-out-of-range",
      "unknown-pipe",
    ]);
    expect(diagnostics.map(({ span }) => [span.start, span.end])).toEqual(spans);
  });

  it("are at most maxDiagnostics", () => {
    const { diagnostics } = parseQuery(`any where ${"a = 1 and ".repeat(500)} true`);
    expect(diagnostics).toHaveLength(LIMITS.maxDiagnostics);
  });
});

describe("large queries", () => {
  it("chains 5,000 terms", () => {
    const text = Array.from({ length: 5000 }, (_, index) => `f == ${index}`);
    expect(read(`any where ${text.join(" or ")}`).base).toMatchObject({ condition: { kind: "or" } });
    expect(read(`any where ${text.join(" and ")}`).base).toMatchObject({ condition: { kind: "and" } });
  });

  it("takes a list of 10,000 items", () => {
    const items = Array.from({ length: 10_000 }, (_, index) => `"${index}"`).join(", ");
    const { base } = read(`any where f in (${items})`);
    expect(base.kind === "eventQuery" && base.condition.kind === "in" && base.condition.items.length).toBe(10_000);
  });

  it("nests 200 deep", () => {
    read(`any where ${"not (a or ".repeat(200)}b${")".repeat(200)}`);
    read(`any where ${"concat(".repeat(200)}b${")".repeat(200)} == "x"`);
  });

  it.each(["(", "not ", "- ", "concat(", "a in (", "descendant of [process where "])(
    "refuses endless %s by its limit",
    (piece) => {
      const { diagnostics } = parseQuery(`any where ${piece.repeat(30_000)}`);
      expect(diagnostics.map(({ message }) => message)).toEqual(["the query is nested deeper than maxNesting (500)"]);
    },
  );

  it("refuses endless arithmetic by its limit", () => {
    const { diagnostics } = parseQuery(`any where ${"a + ".repeat(100_000)} a == 1`);
    expect(diagnostics.map(({ message }) => message)).toEqual([
      "the query has more arithmetic operators than maxArithmeticOperators (500)",
    ]);
  });

  it("refuses a thousand stages and more by their limit", () => {
    const { diagnostics } = parseQuery(`sequence ${"[a where true] with runs=100 ".repeat(11)}`);
    expect(diagnostics.map(({ message }) => message)).toEqual([
      "1100 stages, runs counted, are more than maxStages (1000)",
    ]);
  });
});
