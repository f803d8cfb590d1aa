import { beforeAll, describe, expect, it } from "vitest";
import type { HuntOptions, HuntReport } from "../../src/hunt/hunt-types.ts";
import { runHunt } from "../../src/hunt/run-hunt.ts";
import type { ExceptionItem } from "../../src/rules/exception.ts";
import type { RuleProblem } from "../../src/rules/problem.ts";
import type { Rule } from "../../src/rules/rule.ts";
import { openCase } from "../../src/store/case-file.ts";
import { addException } from "../../src/store/exceptions.ts";
import { readHunts, readLedger } from "../../src/store/hunts.ts";
import { loadDocuments } from "./load-case.ts";
import { someRule } from "./some-rules.ts";
import { tinyCase } from "./tiny-case.ts";

const events = [
  { "@timestamp": "2026-01-01T10:00:00Z", event: { category: "process" }, host: { id: "h" }, process: { name: "nc" } },
  { "@timestamp": "2026-01-01T10:00:02Z", event: { category: "network" }, host: { id: "h" }, process: { name: "nc" } },
  { "@timestamp": "2026-01-01T11:00:00Z", event: { category: "process" }, host: { id: "h" }, process: { name: "ls" } },
  { "@timestamp": "2026-01-01T12:00:00Z", event: { category: "process" }, host: { id: "i" }, process: { name: "NC" } },
];

const tool = someRule("tool", 'process where process.name : "nc"');
const pair = someRule("pair", "sequence by host.id with maxspan=3s [process where true] [network where true]");
const nothing = someRule("nothing", 'process where process.name == "vi"');
const registry = someRule("registry", 'registry where registry.path : "*Run*"');
const field = someRule("field", 'process where container.id : "*" and process.name == "nc"');
const esql = someRule("esql", "from logs-* | stats count(*)", { type: "esql", language: "esql" });
const broken = someRule("broken", "process where where");
const unreadable: RuleProblem = {
  ...{ severity: "error", code: "rule-toml-syntax", path: "pack/bad.toml", rule: null },
  ...{ message: "expected a value", line: 3, column: 7, hint: null },
};

let casePath: string;
beforeAll(async () => {
  casePath = await tinyCase(events);
});

function options(rules: readonly Rule[], more: Partial<HuntOptions> = {}): HuntOptions {
  return {
    ...{
      casePath,
      rules,
      problems: [],
      exceptions: [],
      from: null,
      to: null,
      analyst: "ann",
      respectIndex: false,
      maxFindings: 0,
    },
    ...{ timeLimitMs: 60_000, processes: 2, now: () => new Date("2026-02-01T00:00:00Z") },
    ...more,
  };
}

function outcomes(report: HuntReport): unknown[] {
  return report.rules.map(({ id, outcome, findings, reason }) => [id, outcome, findings, reason]);
}

describe("runHunt", () => {
  it("accounts for every rule and every unreadable file, in the order of the pack", async () => {
    const report = await runHunt(
      options([tool, pair, nothing, registry, field, esql, broken], { problems: [unreadable] }),
    );
    expect(outcomes(report)).toEqual([
      ["tool", "hit", 2, null],
      ["pair", "hit", 1, null],
      ["nothing", "none", 0, null],
      ["registry", "blind", 0, "in 0 of 4 events: event.category registry, field registry.path"],
      ["field", "blind", 0, "in 0 of 4 events: field container.id"],
      ["esql", "unsupported", 0, "ES|QL rules are not supported: they aggregate over an Elasticsearch index"],
      ["broken", "error", 0, expect.stringMatching(/^line 1, column 15: /)],
      ["pack/bad.toml", "error", 0, "line 3, column 7: expected a value"],
    ]);
    expect(report.status).toBe("complete");
    expect(report.events).toBe(4);
    expect(report.gaps).toEqual([
      { needs: ["event.category registry"], rules: 1 },
      { needs: ["field container.id"], rules: 1 },
    ]);
    expect(report.findings.map(({ rule, state, events: found }) => [rule, state, found.map((e) => e?.line)])).toEqual([
      ["tool", "new", [1]],
      ["tool", "new", [4]],
      ["pair", "new", [1, 2]],
    ]);
  });

  it("gives the same with one process as with two, and finds all unchanged the second time", async () => {
    const rules = [pair, tool, nothing];
    const first = await runHunt(options(rules, { processes: 1 }));
    const second = await runHunt(options(rules, { processes: 2 }));
    expect(second.findings.map(({ state }) => state)).toEqual(["unchanged", "unchanged", "unchanged"]);
    expect(second.findings.map(({ id }) => id)).toEqual(first.findings.map(({ id }) => id));
    expect(outcomes(second)).toEqual(outcomes(first));
  });

  it("looks only into its window", async () => {
    const from = 1767265200_000_000_000n;
    const report = await runHunt(options([tool], { casePath: await tinyCase(events), from, to: null }));
    expect(report.findings.map(({ events: found }) => found.map((e) => e?.line))).toEqual([[4]]);
  });

  it("skips a rule whose very text was given before", async () => {
    const again = { ...tool, path: "copy/tool.toml" };
    const report = await runHunt(options([tool, again], { casePath: await tinyCase(events) }));
    expect(outcomes(report)).toEqual([
      ["tool", "hit", 2, null],
      ["tool", "skipped", 0, "the same rule as pack/tool.toml"],
    ]);
  });

  it("ends a rule at its time limit and goes on with a new process", async () => {
    const slow = someRule("slow", "sample by host.id [process where true] [any where true]");
    const casePath = await tinyCase(events);
    const report = await runHunt(options([slow, tool], { casePath, timeLimitMs: 0, processes: 1 }));
    expect(report.rules.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ["error", "time limit: 0 s"],
      ["error", "time limit: 0 s"],
    ]);
  });

  it("keeps what it found when it is interrupted, and records the rest as skipped", async () => {
    const path = await tinyCase(events);
    const controller = new AbortController();
    const report = await runHunt(options([tool, pair, nothing], { casePath: path, processes: 1 }), {
      signal: controller.signal,
      onProgress: ({ done }) => done === 1 && controller.abort(),
    });
    expect(report.status).toBe("interrupted");
    const reason = "the hunt was interrupted before this rule ended";
    expect(outcomes(report)).toEqual([
      ["tool", "hit", 2, null],
      ["pair", "skipped", 0, reason],
      ["nothing", "skipped", 0, reason],
    ]);
    const file = await openCase(path, "read");
    try {
      expect(readHunts(file).map(({ status, analyst }) => [status, analyst])).toEqual([["interrupted", "ann"]]);
      expect(readLedger(file, report.hunt).map(({ ruleId, outcome }) => [ruleId, outcome])).toEqual([
        ["nothing", "skipped"],
        ["pair", "skipped"],
        ["tool", "hit"],
      ]);
    } finally {
      file.close();
    }
  });

  it("finds what exceptions hide, and hides it again the next time", async () => {
    const path = await tinyCase(events);
    const ref = { id: null, listId: "list", namespace: "single", type: "detection" };
    const rules = [{ ...tool, exceptionLists: [ref] }, pair];
    const item = (itemId: string, more: Partial<ExceptionItem>): ExceptionItem => ({
      ...{
        itemId,
        listId: "list",
        name: `Item ${itemId}`,
        description: "",
        namespace: "single",
        osTypes: [],
        tags: [],
      },
      ...{ entries: [], expireTime: null, comments: [], path: "x.ndjson", extra: {} },
      ...more,
    });
    const upper = { type: "match", field: "process.name", operator: "included", value: "NC" } as const;
    const any = { type: "exists", field: "process.name", operator: "included" } as const;
    const exceptions = [
      item("expired", { entries: [any], expireTime: "2026-01-31T00:00:00Z" }),
      item("valid", { entries: [upper] }),
      item("elsewhere", { entries: [any], listId: "other" }),
    ];
    const hidden = ({ findings }: HuntReport): unknown[] =>
      findings.map(({ rule, suppressedBy }) => [rule, suppressedBy]);
    const expected = [
      ["tool", null],
      ["tool", "Item valid"],
      ["pair", null],
    ];
    expect(hidden(await runHunt(options(rules, { casePath: path, exceptions })))).toEqual(expected);
    expect(hidden(await runHunt(options(rules, { casePath: path })))).toEqual(expected);
    const file = await openCase(path, "write");
    const network = { document: { condition: 'event.category == "network"' }, scope: { rules: ["pair"] } };
    addException(
      file,
      { analyst: "ann", at: "2026-02-01T00:00:00Z" },
      { itemId: "own", name: "Own", expiresAt: null, ...network },
      [],
    );
    file.close();
    expect(hidden(await runHunt(options(rules, { casePath: path })))).toEqual([
      ["tool", null],
      ["tool", "Item valid"],
      ["pair", "Own"],
    ]);
  });

  it("makes tables for the fields that rules read and the load gave no column", async () => {
    const path = await loadDocuments([{ "@timestamp": "2026-01-01T10:00:00Z", "made.up": ["a", "b"] }, { made: 1 }]);
    const rule = someRule("own", 'any where made.up == "b"');
    const report = await runHunt(options([rule], { casePath: path }));
    expect(outcomes(report)).toEqual([["own", "hit", 1, null]]);
    expect(report.findings[0]?.events[0]?.line).toBe(1);
  });
});
