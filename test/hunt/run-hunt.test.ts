import { beforeAll, describe, expect, it } from "vitest";
import { EngineClient } from "../../src/hunt/engine-client.ts";
import { huntEntries } from "../../src/hunt/hunt-entries.ts";
import { HuntRecorder } from "../../src/hunt/hunt-recorder.ts";
import type { HuntOptions, HuntReport } from "../../src/hunt/hunt-types.ts";
import { type RuleMatch, toTask } from "../../src/hunt/rule-task.ts";
import { runHunt } from "../../src/hunt/run-hunt.ts";
import type { ExceptionItem } from "../../src/rules/exception.ts";
import type { RuleProblem } from "../../src/rules/problem.ts";
import type { Rule } from "../../src/rules/rule.ts";
import { openCase } from "../../src/store/case-file.ts";
import { addException } from "../../src/store/exceptions.ts";
import { readHunts, readLedger, startHunt } from "../../src/store/hunts.ts";
import { huntOptions } from "./hunt-options.ts";
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
  return huntOptions(casePath, rules, { processes: 2, ...more });
}

/** A rule that finds every event, interrupted when `parts` messages of its matches have come. */
async function interruptedWhile(path: string, parts: number): Promise<HuntRecorder> {
  const file = await openCase(path, "write");
  const client = new EngineClient(path);
  try {
    const rule = someRule("all", "any where true");
    const hunt = startHunt(file, {
      actor: { analyst: "ann", at: "2026-02-01T00:00:00Z" },
      from: null,
      to: null,
      options: {},
    });
    const recorder = new HuntRecorder(file, hunt, huntEntries([rule], []), {});
    await client.open();
    const window = { from: null, to: null, respectIndex: false, maxFindings: 0 };
    const { run, more } = await client.rule(toTask(rule), window);
    expect([run.matches.length, more]).toEqual([5_000, 15_001]);
    const rest = async function* (): AsyncGenerator<readonly RuleMatch[]> {
      for (let part = 1; part < parts; part++) yield (await client.more()).matches;
      const late = client.more();
      await Promise.all([client.stop("interrupted"), late.then((answer) => answer.matches)]);
    };
    await recorder.put(0, { run, rest });
    expect(await recorder.end()).toBe(true);
    return recorder;
  } finally {
    await client.stop("done");
    file.close();
  }
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
    const until = await runHunt(options([tool], { casePath: await tinyCase(events), to: 1767268800_000_000_000n }));
    expect(until.findings.map(({ events: found }) => found.map((e) => e?.line))).toEqual([[1]]);
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

  it("ends while fields without a column are being read, when it is interrupted, and goes on there the next time", async () => {
    const documents = Array.from({ length: 12_000 }, (_, n) => ({ ...events[0], custom: { deep: `v${n % 7}` } }));
    const path = await loadDocuments(documents);
    const rule = someRule("deep", 'process where custom.deep == "v3"');
    const controller = new AbortController();
    const report = await runHunt(options([rule], { casePath: path }), {
      signal: controller.signal,
      onProgress: ({ phase }) => phase === "fields" && controller.abort(),
    });
    expect(report.status).toBe("interrupted");
    expect(outcomes(report)).toEqual([["deep", "skipped", 0, "the hunt was interrupted before this rule ended"]]);
    const again = await runHunt(options([rule], { casePath: path }));
    expect(outcomes(again)).toEqual([["deep", "hit", 1_714, null]]);
  });

  it("stores more matches than one message holds, in order, also of rules whose turn comes later", async () => {
    const documents = Array.from({ length: 11_500 }, (_, n) => ({
      ...events[0],
      "@timestamp": new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString(),
    }));
    const path = await loadDocuments(documents);
    const rules = [someRule("all", "any where true"), someRule("host", 'process where host.id == "h"'), nothing];
    const counted = new Map<string, number>();
    let last = 0;
    const report = await runHunt(options(rules, { casePath: path }), {
      onFindings: async (_report, findings) => {
        for (const {
          rule,
          events: [event],
        } of findings) {
          const count = (counted.get(rule) ?? 0) + 1;
          counted.set(rule, count);
          if (event?.line !== count) throw new Error(`finding ${count} of ${rule} is line ${event?.line}`);
          last = event.line;
        }
        return Promise.resolve();
      },
    });
    expect(outcomes(report)).toEqual([
      ["all", "hit", 11_500, null],
      ["host", "hit", 11_500, null],
      ["nothing", "none", 0, null],
    ]);
    expect([...counted]).toEqual([
      ["all", 11_500],
      ["host", 11_500],
    ]);
    expect(last).toBe(11_500);
    expect(report.findings).toEqual([]);
  });

  it("keeps the matches that were stored when it is interrupted between two messages", async () => {
    const path = await loadDocuments(Array.from({ length: 20_001 }, () => events[0]));
    const recorder = await interruptedWhile(path, 2);
    expect(recorder.rules.map(({ outcome, findings, reason }) => [outcome, findings, reason])).toEqual([
      ["skipped", 10_000, "the hunt was interrupted before all of its matches were stored"],
    ]);
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
