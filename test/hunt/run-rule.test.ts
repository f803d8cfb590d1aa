import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Engine } from "../../src/hunt/engine.ts";
import { runRule } from "../../src/hunt/run-rule.ts";
import { type RuleRun, type TaskOptions, toTask } from "../../src/hunt/rule-task.ts";
import type { Rule } from "../../src/rules/rule.ts";
import { someRule } from "./some-rules.ts";
import { tinyCase } from "./tiny-case.ts";

const at = (day: number, more: object): object => ({
  "@timestamp": `2026-01-${String(day).padStart(2, "0")}T00:00:00Z`,
  event: { category: "process", dataset: "endpoint.events.process" },
  ...more,
});

const events = [
  at(1, { user: { name: "ann" }, process: { name: "ls", args: ["a", "b"] } }),
  at(2, { user: { name: "ann" }, process: { name: "cat", args: ["a"] } }),
  at(3, { user: { name: ["ann", "bob"] }, process: { name: "LS" } }),
  at(4, { process: { name: "ls" } }),
  { ...at(20, { user: { name: "eve" }, process: { name: "ls" } }), event: { category: "network", module: "sysmon" } },
  { "@timestamp": "2026-01-21T00:00:00Z", process: { name: "nc" } },
];

let engine: Engine;
beforeAll(async () => {
  engine = await Engine.open(await tinyCase(events));
});
afterAll(() => engine.close());

const ALWAYS: TaskOptions = { from: null, to: null, respectIndex: false, maxFindings: 0 };

function run(type: Rule["type"], query: string, more: Partial<Rule> = {}, options = ALWAYS): RuleRun {
  return runRule(engine, toTask(someRule("rule", query, { type, language: "kuery", ...more })), options);
}

function found({ matches }: RuleRun): unknown[] {
  return matches.map(({ events: ids, keys, groupSize }) => (groupSize === undefined ? ids : [keys, groupSize, ids]));
}

describe("a rule in KQL", () => {
  it("compares with case and knows one wildcard", () => {
    expect(found(run("query", "process.name:ls and not user.name:ann"))).toEqual([[4], [5]]);
    expect(found(run("query", "process.name:(c* or n*)"))).toEqual([[2], [6]]);
  });

  it("keeps to its filters, as one in EQL does", () => {
    const filters = [{ query: { match_phrase: { "user.name": "ann" } } }, { meta: { disabled: true }, query: {} }];
    expect(found(run("query", "process.name:*", { filters }))).toEqual([[1], [2], [3]]);
    expect(found(run("eql", 'process where process.name : "ls"', { filters, language: "eql" }))).toEqual([[1], [3]]);
  });

  it("keeps the first matches, and says how many there were", () => {
    const { matches, cut, outcome, reason } = run("query", "process.name:*", {}, { ...ALWAYS, maxFindings: 2 });
    expect([matches.map(({ events: ids }) => ids), cut, outcome]).toEqual([[[1], [2]], 4, "hit"]);
    expect(reason).toBe("the first 2 of 6 matches are kept; --max-findings 0 keeps all");
  });

  it("is an error with its place when it cannot be read", () => {
    const { outcome, reason } = run("query", "process.name:ls and\n  (user.name:ann");
    expect([outcome, reason]).toEqual(["error", expect.stringMatching(/^line 2, column \d+: /)]);
  });

  it("is blind where a field, or all datasets it asks for, are in no event", () => {
    expect(run("query", "event.dataset:okta.system and okta.actor:x").reason).toBe(
      "in 0 of 6 events: event.dataset okta.system, field okta.actor",
    );
    expect(run("query", "event.dataset:(okta.system or endpoint.events.process)").outcome).toBe("hit");
  });
});

describe("a threshold rule", () => {
  const threshold = (fields: string[], value: number, cardinality: { field: string; value: number }[] = []): RuleRun =>
    run("threshold", "event.category:process", { threshold: { fields, value, cardinality } });

  it("finds groups that are large enough; an event without the field is in none, one with two values in both", () => {
    expect(found(threshold(["user.name"], 1))).toEqual([
      [["ann"], 3, [1, 2, 3]],
      [["bob"], 1, [3]],
    ]);
    const { keyFields, outcome } = threshold(["user.name"], 3);
    expect([keyFields, outcome]).toEqual([["user.name"], "hit"]);
    expect(threshold(["user.name"], 4).outcome).toBe("none");
  });

  it("takes all events as one group when it names no field", () => {
    expect(found(threshold([], 4))).toEqual([[[], 4, [1, 2, 3, 4]]]);
  });

  it("counts distinct values", () => {
    const names = [{ field: "process.name", value: 3 }];
    expect(found(threshold(["user.name"], 1, names))).toEqual([[["ann"], 3, [1, 2, 3]]]);
  });

  it("is blind when no event has a field it groups by", () => {
    expect(threshold(["source.ip"], 1).reason).toBe("in 0 of 6 events: field source.ip");
  });
});

describe("a new-terms rule", () => {
  const newTerms = (fields: string[], historyWindowStart: string, options = ALWAYS): RuleRun =>
    run("new_terms", "process.name:*", { newTerms: { fields, historyWindowStart } }, options);

  it("finds what was first seen after the history window", () => {
    expect(found(newTerms(["process.name"], "now-1d"))).toEqual([
      [["cat"], 1, [2]],
      [["LS"], 1, [3]],
      [["nc"], 1, [6]],
    ]);
    expect(found(newTerms(["user.name", "process.name"], "now-14d"))).toEqual([[["eve", "ls"], 1, [5]]]);
  });

  it("judges by all evidence what is new within the hunt's window", () => {
    const from = BigInt(Date.parse("2026-01-04T00:00:00Z")) * 1_000_000n;
    expect(found(newTerms(["process.name"], "now-1d", { ...ALWAYS, from }))).toEqual([[["nc"], 1, [6]]]);
  });

  it("is blind where the evidence is shorter than the history", () => {
    const { outcome, reason } = newTerms(["process.name"], "now-30d");
    expect([outcome, reason]).toEqual(["blind", "not enough history: the rule compares with 30d before"]);
  });
});

describe("index patterns", () => {
  const index = ["logs-endpoint.events.process-*", "winlogbeat-*"];
  const other = ["logs-endpoint.events.file*", "filebeat-*"];

  it("mark what is outside of them; an event that does not say where it comes from is outside of none", () => {
    const outside = (patterns: string[]): number[] =>
      run("query", "process.name:*", { index: patterns })
        .matches.filter((match) => match.outsideIndex === true)
        .flatMap(({ events: ids }) => ids.map(Number));
    expect(outside(index)).toEqual([]);
    expect(outside(other)).toEqual([1, 2, 3, 4, 5]);
    expect(outside(["logs-*"])).toEqual([]);
  });

  it("hide it when they are respected", () => {
    const options = { ...ALWAYS, respectIndex: true };
    expect(found(run("query", "process.name:*", { index: other }, options))).toEqual([[6]]);
    expect(found(run("query", "process.name:*", { index: ["winlogbeat-*"] }, options))).toEqual([[5], [6]]);
  });
});

describe("a rule that a dump cannot answer", () => {
  it("is unsupported, with the reason", () => {
    const reasons = (["esql", "machine_learning", "threat_match"] as const).map((type) => {
      const { outcome, reason } = run(type, "x", { language: type === "esql" ? "esql" : "kuery" });
      return [outcome, reason];
    });
    expect(reasons).toEqual([
      ["unsupported", "ES|QL rules are not supported: they aggregate over an Elasticsearch index"],
      ["unsupported", "machine-learning rules read the results of a job that runs in Elasticsearch"],
      ["unsupported", "indicator-match rules need an index of threat intelligence"],
    ]);
    expect(run("query", "a:b", { language: "lucene" }).reason).toBe("queries in Lucene's syntax are not supported");
    expect(run("query", "any where true", { language: "eql" }).reason).toBe(
      "a rule of type query is not written in eql",
    );
  });
});
