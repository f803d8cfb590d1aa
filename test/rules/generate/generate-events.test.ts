import { describe, expect, it } from "vitest";
import { catalogueField } from "../../../src/ecs/catalogue.ts";
import { parseQuery } from "../../../src/eql/parser.ts";
import { generateEvents } from "../../../src/rules/generate/generate-events.ts";
import type { GeneratedEvents } from "../../../src/rules/generate/generate-events.ts";
import { builtinPack, readPack } from "../../../src/rules/read-pack.ts";
import { describeShared, shared } from "../../shared.ts";

const typeOf = (field: string): ReturnType<Parameters<typeof generateEvents>[1]["typeOf"]> =>
  catalogueField(field)?.type ?? null;

function generate(text: string): GeneratedEvents {
  const { query, diagnostics } = parseQuery(text);
  expect(diagnostics).toEqual([]);
  if (query === null) throw new Error("not parsed");
  return generateEvents(query, { typeOf });
}

const names = (generated: GeneratedEvents, expected: "match" | "none"): string[] =>
  generated.cases.filter((each) => each.expected === expected).map((each) => each.name);

describe("single events", () => {
  it("makes the smallest event that matches, and one that differs in each leaf", () => {
    const { cases, indifferent, problem } = generate('process where process.name == "sh" and user.id != null');
    expect(problem).toBeNull();
    expect(indifferent).toEqual([]);
    const base = { "@timestamp": "2026-01-01T00:00:00.000Z", "event.sequence": 1 };
    const whole = { "event.category": "process", "process.name": "sh", "user.id": "eqlite-x" };
    const { "event.category": _category, ...noCategory } = whole;
    const { "process.name": _name, ...noName } = whole;
    const { "user.id": _user, ...noUser } = whole;
    expect(cases).toEqual([
      { name: "a matching event", expected: "match", breaks: null, documents: [{ ...base, ...whole }] },
      {
        name: "without event.category",
        expected: "none",
        breaks: 'event.category == "process"',
        documents: [{ ...base, ...noCategory }],
      },
      {
        name: "event.category is another",
        expected: "none",
        breaks: 'event.category == "process"',
        documents: [{ ...base, ...whole, "event.category": "process-" }],
      },
      {
        name: "without process.name",
        expected: "none",
        breaks: 'process.name == "sh"',
        documents: [{ ...base, ...noName }],
      },
      {
        name: "process.name is another",
        expected: "none",
        breaks: 'process.name == "sh"',
        documents: [{ ...base, ...whole, "process.name": "sh-" }],
      },
      { name: "without user.id", expected: "none", breaks: "user.id == null", documents: [{ ...base, ...noUser }] },
    ]);
  });

  it("makes an event for each of several alternatives", () => {
    expect(names(generate('any where process.pid > 5 or file.path : "C:\\\\*"'), "match")).toEqual([
      "a matching event",
      "a matching event, alternative 2",
    ]);
  });

  it.each([
    'any where length(process.name) > 200 and not process.name : "*y*"',
    'any where cidrMatch(source.ip, "10.0.0.0/8") and not cidrMatch(source.ip, "10.0.0.0/16")',
    'any where process.args : "a*" and process.args : "b*" and not process.args : "*c"',
    'any where process.command_line regex "[a-f]{3,5}(x|y)+.*\\\\."',
    "any where process.pid != process.parent.pid and process.pid > 3",
    "any where startsWith~(process.name, process.parent.name) and process.name != process.parent.name",
    'any where not startsWith(user.id, user.name) and user.id : "S-*" and user.name : "S-*"',
    'any where substring(file.name, -4) == ".exe" and file.size % 2 == 1',
    "any where process.Ext.token.elevation == true or process.thread.Ext.x == false",
    'any where indexOf(process.name, "z") > 3',
    'any where concat(user.name, ":", user.domain) == "a:b" and @timestamp != null',
    "any where destination.port in (80, 443) and destination.bytes / 2 >= 7 and event.risk_score < 0.5",
    'process where descendant of [process where process.name == "sshd"] and process.name == "sh"',
    'any where event.type == "start" and not (process.name == "x" and (user.id == "0" or user.id == null))',
  ])("finds events for %s", (text) => {
    const generated = generate(text);
    expect(generated.problem).toBeNull();
    expect(names(generated, "none").length).toBeGreaterThan(0);
  });

  it("says so when a condition cannot be met", () => {
    expect(generate('any where process.name == "a" and not process.name : "a"')).toEqual({
      cases: [],
      indifferent: [],
      problem: "no event was found that satisfies the query",
    });
  });

  it("tells of leaves that no single change can turn", () => {
    const { indifferent } = generate('any where process.name == "a" and process.name : "a"');
    expect(indifferent).toEqual([]);
    expect(generate('any where process.name == "a" or user.id == null').indifferent).toEqual(['process.name == "a"']);
  });

  it("uses the category field of the rule", () => {
    const { query } = parseQuery("start where true");
    if (query === null) throw new Error("not parsed");
    const { cases } = generateEvents(query, { typeOf, categoryField: "event.type" });
    expect(cases[0]?.documents[0]).toMatchObject({ "event.type": "start" });
  });
});

describe("sequences and samples", () => {
  it("breaks span, order, keys and each stage, one at a time", () => {
    const generated = generate(
      'sequence by host.id with maxspan=3s [process where process.name == "a"] by process.entity_id [network where true] by process.parent.entity_id',
    );
    expect(names(generated, "match")).toEqual(["matching events", "exactly maxspan apart"]);
    expect(names(generated, "none")).toEqual([
      "a millisecond more than maxspan apart",
      "stage 1 without event.category",
      "stage 1 event.category is another",
      "stage 1 without process.name",
      "stage 1 process.name is another",
      "stage 1 without host.id",
      "stage 1 without process.entity_id",
      "without stage 1",
      "stage 2 without event.category",
      "stage 2 event.category is another",
      "stage 2 without host.id",
      "stage 2 without process.parent.entity_id",
      "without stage 2",
      "the other way round",
      "another host.id in the last stage",
      "another process.parent.entity_id in the last stage",
    ]);
    const apart = generated.cases.find((each) => each.name === "exactly maxspan apart");
    expect(apart?.documents.map((document) => document["@timestamp"])).toEqual([
      "2026-01-01T00:00:00.000Z",
      "2026-01-01T00:00:03.000Z",
    ]);
    const [first, second] = apart?.documents ?? [];
    expect(first?.["process.entity_id"]).toBe(second?.["process.parent.entity_id"]);
  });

  it("puts until and missing events where they hurt", () => {
    const until = generate("sequence by user.id [process where true] [file where true] until [network where true]");
    expect(names(until, "none")).toContain("until before the last stage");
    const missing = generate(
      "sequence by user.id with maxspan=10s ![file where true] [process where true] ![network where true] [registry where true]",
    );
    expect(names(missing, "none")).toContain("an event of the missing stage 1");
    expect(names(missing, "none")).toContain("an event of the missing stage 3");
  });

  it("repeats a stage with runs, and leaves one out", () => {
    const generated = generate("sequence by user.id with maxspan=1m [process where true] with runs=3");
    expect(generated.cases[0]?.documents.length).toBe(3);
    expect(generated.cases.find((each) => each.name === "without stage 1")?.documents.length).toBe(2);
  });

  it("puts many stages into the smallest span", () => {
    const generated = generate(
      "sequence by user.id with maxspan=1ms [process where true] with runs=20 [file where true]",
    );
    expect(generated.problem).toBeNull();
    expect(generated.cases[0]?.documents.at(-1)?.["event.sequence"]).toBe(21);
  });

  it("reads earlier events by their names", () => {
    const generated = generate(
      'sequence by host.id with maxspan=1m [process where process.name : "a*"] as first [process where process.parent.name == first.process.name and process.name == "b"]',
    );
    expect(generated.cases[0]?.documents.map((document) => document["process.parent.name"])).toEqual([undefined, "a"]);
    expect(names(generated, "none")).toContain("stage 2 process.name is another");
  });

  it("finds join keys that conditions allow, of numbers, too", () => {
    const generated = generate(
      "sequence by process.pid with maxspan=1m [process where process.pid > 100] [process where process.pid < 103 and process.pid != 101]",
    );
    expect(generated.cases[0]?.documents.map((document) => document["process.pid"])).toEqual([102, 102]);
  });

  it("makes samples", () => {
    const generated = generate('sample by host.id [process where process.name == "a"] [file where true]');
    expect(names(generated, "match")).toEqual(["matching events"]);
    expect(names(generated, "none")).toContain("another host.id in the last stage");
  });
});

it("proves the built-in rules", () => {
  for (const rule of builtinPack().rules) {
    const generated = generate(rule.query ?? "");
    expect(generated.problem).toBeNull();
    expect(names(generated, "none").length).toBeGreaterThan(6);
  }
});

describeShared("the public corpus", () => {
  it("gives events and mutants for every EQL rule of detection-rules", () => {
    const counts = { rules: 0, cases: 0, without: 0 };
    const problems: string[] = [];
    for (const rule of readPack([shared("corpus/detection-rules")]).rules) {
      const { query } = rule.type === "eql" ? parseQuery(rule.query ?? "") : { query: null };
      if (query === null) continue;
      const options =
        rule.eventCategoryOverride === null ? { typeOf } : { typeOf, categoryField: rule.eventCategoryOverride };
      const generated = generateEvents(query, options);
      counts.rules++;
      counts.cases += generated.cases.length;
      if (!generated.cases.some((each) => each.expected === "none")) counts.without++;
      if (generated.problem !== null) problems.push(`${rule.name}: ${generated.problem}`);
    }
    expect(problems).toEqual([]);
    expect(counts.rules).toBe(815);
    expect(counts.without).toBe(0);
    expect(counts.cases).toBeGreaterThan(20_000);
  });
});
