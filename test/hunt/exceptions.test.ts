import { describe, expect, it } from "vitest";
import type { HuntOptions, HuntReport } from "../../src/hunt/hunt-types.ts";
import { runHunt } from "../../src/hunt/run-hunt.ts";
import type { ExceptionEntry, ExceptionItem } from "../../src/rules/exception.ts";
import { printExceptions } from "../../src/rules/print-exception.ts";
import type { Rule } from "../../src/rules/rule.ts";
import { openCase } from "../../src/store/case-file.ts";
import { addException } from "../../src/store/exceptions.ts";
import { blastRadius } from "../../src/triage/blast-radius.ts";
import { exportableExceptions, withCaseExceptions } from "../../src/triage/exchange-exceptions.ts";
import { importValueList } from "../../src/triage/import-value-list.ts";
import { listExceptions } from "../../src/triage/list-exceptions.ts";
import { huntOptions } from "./hunt-options.ts";
import { loadDocuments } from "./load-case.ts";
import { someRule } from "./some-rules.ts";

const NOW = new Date("2026-02-01T00:00:00Z");
const actor = { analyst: "ann", at: NOW.toISOString() };

function at(second: number, name: string, more: object = {}): object {
  return {
    ...{ "@timestamp": new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString(), host: { id: "h" } },
    ...{ event: { category: "process" }, process: { name }, ...more },
  };
}

function hunt(casePath: string, rules: readonly Rule[], more: Partial<HuntOptions> = {}): Promise<HuntReport> {
  return runHunt(huntOptions(casePath, rules, more));
}

/** Lines of the findings' events, with the exception that hides them. */
function found({ findings }: HuntReport): [lines: (number | undefined)[], hiddenBy: string | null, size?: number][] {
  return findings.map(
    ({ events, suppressedBy, group }) =>
      [events.map((event) => event?.line), suppressedBy, ...(group === null ? [] : [group.events])] as [
        number[],
        string | null,
      ],
  );
}

async function addEql(
  casePath: string,
  condition: string,
  scope: { rules?: string[]; stage?: number | null } = {},
  expiresAt: string | null = null,
): Promise<void> {
  const file = await openCase(casePath, "write");
  addException(file, actor, { itemId: condition, name: condition, document: { condition }, scope, expiresAt }, []);
  file.close();
}

function itemOf(entries: readonly ExceptionEntry[], more: Partial<ExceptionItem> = {}): ExceptionItem {
  return {
    ...{ itemId: "item", listId: "list", name: "Item", description: "", namespace: "single", osTypes: [], tags: [] },
    ...{ entries, expireTime: null, comments: [], path: "export.ndjson#1", extra: {}, ...more },
  };
}

const refersTo = (rule: Rule, listId = "list"): Rule => ({
  ...rule,
  exceptionLists: [{ id: null, listId, namespace: "single", type: "detection" }],
});

describe("exceptions take events away before anything is counted or joined", () => {
  it("a group that is still large enough stays, smaller; one that is not is hidden", async () => {
    const casePath = await loadDocuments([
      ...[at(1, "nc"), at(2, "nc"), at(3, "ok"), at(4, "ok"), at(5, "ok")],
      ...[6, 7, 8].map((second) => at(second, "nc", { host: { id: "i" } })),
    ]);
    await addEql(casePath, 'process.name == "ok"');
    const rule = (value: number): Rule => ({
      ...someRule(`threshold ${value}`, "process.name:*", { type: "threshold", language: "kuery" }),
      threshold: { fields: ["host.id"], value, cardinality: [] },
    });
    const report = await hunt(casePath, [rule(2), rule(3)]);
    expect(found(report)).toEqual([
      [[1, 2], null, 2],
      [[6, 7, 8], null, 3],
      [[1, 2, 3, 4, 5], 'process.name == "ok"', 5],
      [[6, 7, 8], null, 3],
    ]);
    expect(report.rules.map(({ findings, hidden }) => [findings, hidden])).toEqual([
      [2, 0],
      [2, 1],
    ]);
  });

  it("a sequence that an excepted event had replaced is found in its place", async () => {
    const casePath = await loadDocuments([at(1, "a"), at(2, "a", { user: { name: "ci" } }), at(3, "b")]);
    await addEql(casePath, 'user.name == "ci"');
    const rule = someRule(
      "pair",
      'sequence by host.id [process where process.name == "a"] [process where process.name == "b"]',
    );
    expect(found(await hunt(casePath, [rule]))).toEqual([
      [[2, 3], 'user.name == "ci"'],
      [[1, 3], null],
    ]);
  });

  it("only at its stage, where it has one", async () => {
    const casePath = await loadDocuments([at(1, "a"), at(2, "a")]);
    const rule = someRule(
      "pair",
      'sequence by host.id [process where process.name == "a"] [process where process.name == "a"]',
    );
    await addEql(casePath, '@timestamp == "2026-01-01T00:00:01Z"', { stage: 1 });
    expect(found(await hunt(casePath, [rule]))).toEqual([[[1, 2], null]]);
    await addEql(casePath, '@timestamp == "2026-01-01T00:00:02Z"', { stage: 1 });
    expect(found(await hunt(casePath, [rule]))).toEqual([[[1, 2], '@timestamp == "2026-01-01T00:00:02Z"']]);
  });

  it("what is hidden takes no place from what is kept", async () => {
    const casePath = await loadDocuments([at(1, "ok"), at(2, "ok"), at(3, "nc"), at(4, "nc")]);
    await addEql(casePath, 'process.name == "ok"');
    const report = await hunt(casePath, [someRule("all", "process where true")], { maxFindings: 1 });
    expect(found(report)).toEqual([
      [[1], 'process.name == "ok"'],
      [[3], null],
    ]);
    expect(report.rules[0]?.reason).toBe("the first 2 of 4 matches are kept; --max-findings 0 keeps all");
  });

  it("not any more from the moment they expire", async () => {
    const casePath = await loadDocuments([at(1, "ok")]);
    await addEql(casePath, 'process.name == "ok"', {}, NOW.toISOString());
    expect(found(await hunt(casePath, [someRule("all", "process where true")]))).toEqual([[[1], null]]);
  });
});

describe("imported items", () => {
  const listed: ExceptionEntry = {
    type: "list",
    field: "source.ip",
    operator: "included",
    list: { id: "scanners", type: "ip_range" },
  };
  const all = someRule("all", "process where true");

  it("of a value list that is not here hide nothing, and that is told; given its values they do", async () => {
    const ips = ["10.0.0.9", "10.0.0.10", "192.168.7.7", "fe80::1", "203.0.113.5"];
    const casePath = await loadDocuments(ips.map((ip, index) => at(index + 1, "x", { source: { ip } })));
    const pack = { exceptions: [itemOf([listed])] };
    const before = await hunt(casePath, [refersTo(all)], pack);
    expect(before.rules[0]?.hidden).toBe(0);
    const remark = "the value list scanners is not here: an export of rules does not hold it";
    expect(before.notApplied).toEqual([`exception Item cannot be applied: ${remark}`]);
    const file = await openCase(casePath, "write");
    expect(listExceptions(file, NOW).map(({ idle }) => idle)).toEqual([remark]);
    const bytes = Buffer.from("10.0.0.0-10.0.0.9\r\n192.168.0.0/16\nfe80::1\n\n10.0.0.0-10.0.0.9\n");
    const given = { id: "scanners", type: null, bytes, path: "scanners.txt" };
    expect(importValueList(file, actor, given)).toEqual({ count: 3, type: "ip_range", users: 1 });
    expect(listExceptions(file, NOW).map(({ idle }) => idle)).toEqual([null]);
    file.close();
    const after = await hunt(casePath, [refersTo(all)], pack);
    expect(after.notApplied).toEqual([]);
    expect(found(after)).toEqual([
      [[1], "Item"],
      [[2], null],
      [[3], "Item"],
      [[4], "Item"],
      [[5], null],
    ]);
  });

  it("of lists that no rule refers to are kept and told, and hold for a rule that does later", async () => {
    const casePath = await loadDocuments([at(1, "nc")]);
    const entry: ExceptionEntry = { type: "match", field: "process.name", operator: "included", value: "nc" };
    const pack = {
      exceptions: [itemOf([entry], { comments: [{ comment: "why", createdBy: "bob", createdAt: null }] })],
    };
    expect(found(await hunt(casePath, [all], pack))).toEqual([[[1], null]]);
    const file = await openCase(casePath, "read");
    expect(listExceptions(file, NOW)).toMatchObject([
      {
        idle: "it refers to no rule here",
        rules: [],
        list: "list",
        comments: [{ comment: "why", by: "bob", at: null }],
      },
    ]);
    file.close();
    expect(found(await hunt(casePath, [refersTo(all)]))).toEqual([[[1], "Item"]]);
  });

  it("take the place of an earlier version, and are limited to their operating systems", async () => {
    const casePath = await loadDocuments([
      at(1, "nc", { host: { id: "h", os: { type: "linux" } } }),
      at(2, "nc", { host: { id: "w", os: { type: "windows" } } }),
      at(3, "vi", { host: { id: "h", os: { type: "linux" } } }),
    ]);
    const entry = (value: string): ExceptionEntry => ({
      type: "match",
      field: "process.name",
      operator: "included",
      value,
    });
    const rules = [refersTo(all)];
    await hunt(casePath, rules, { exceptions: [itemOf([entry("vi")])] });
    const report = await hunt(casePath, rules, { exceptions: [itemOf([entry("nc")], { osTypes: ["linux"] })] });
    expect(found(report)).toEqual([
      [[1], "Item"],
      [[2], null],
      [[3], null],
    ]);
    const file = await openCase(casePath, "read");
    expect(listExceptions(file, NOW).map(({ osTypes }) => osTypes)).toEqual([["linux"]]);
    file.close();
  });
});

it("exceptions made here leave as Kibana's, hold again where they are imported, and what Kibana cannot say is told", async () => {
  const documents = [at(1, "nc"), at(2, "vi"), at(3, "ls"), at(4, "LS"), at(5, "cat")];
  const casePath = await loadDocuments(documents);
  const rules = [someRule("all", "process where true"), someRule("some", 'process where process.name != "nc"')];
  await addEql(casePath, 'process.name == "nc" and not host.id in ("x", "y")');
  await addEql(casePath, 'process.name : "ls"', { rules: ["some"] });
  await addEql(casePath, 'process.name like "c*"', { rules: ["all", "some"] }, "2030-01-01T00:00:00.000Z");
  await addEql(casePath, 'process.name == "vi" or user.name == "ci"');
  await addEql(casePath, 'process.name == "vi"', { stage: 1 });
  const file = await openCase(casePath, "read");
  const { lists, items, leftOut } = exportableExceptions(file);
  const whole = withCaseExceptions({ rules, exceptionLists: [], exceptionItems: [] }, file);
  file.close();
  expect(leftOut).toEqual([
    'exception 4 (process.name == "vi" or user.name == "ci") is left out: its condition is none of Kibana\'s',
    'exception 5 (process.name == "vi") is left out: it is for stage 2 of a sequence alone',
  ]);
  expect(lists.map(({ listId, type }) => [listId, type])).toEqual([
    ["eqlite", "detection"],
    ["eqlite-some", "rule_default"],
    ["eqlite-all", "rule_default"],
  ]);
  expect(items.map(({ listId, entries, expireTime }) => [listId, entries, expireTime])).toEqual([
    [
      "eqlite",
      [
        { type: "match", field: "process.name", operator: "included", value: "nc" },
        { type: "match_any", field: "host.id", operator: "excluded", value: ["x", "y"] },
      ],
      null,
    ],
    ["eqlite-some", [{ type: "match", field: "process.name.caseless", operator: "included", value: "ls" }], null],
    ...["eqlite-all", "eqlite-some"].map((list) => [
      list,
      [{ type: "wildcard", field: "process.name", operator: "included", value: "c*" }],
      "2030-01-01T00:00:00.000Z",
    ]),
  ]);
  expect(printExceptions(lists, items).trimEnd().split("\n").length).toBe(lists.length + items.length + 1);
  expect(whole.rules.map(({ exceptionLists }) => exceptionLists.map(({ listId }) => listId))).toEqual([
    ["eqlite-all", "eqlite"],
    ["eqlite-some", "eqlite"],
  ]);
  const elsewhere = await loadDocuments(documents);
  const report = await hunt(elsewhere, whole.rules, {
    ...{ exceptions: whole.exceptionItems, exceptionLists: whole.exceptionLists },
  });
  const visible = report.findings.filter(({ suppressedBy }) => suppressedBy === null);
  expect(visible.map(({ rule, events }) => [rule, events[0]?.line])).toEqual([
    ["all", 2],
    ["all", 3],
    ["all", 4],
    ["some", 2],
  ]);
});

it("the blast radius counts findings at a stage, groups that become too small, and groups that only a hunt can judge", async () => {
  const casePath = await loadDocuments([
    ...[at(1, "a"), at(2, "b")],
    ...Array.from({ length: 150 }, (_, n) => at(10 + n, n < 3 ? "ok" : "nc", { host: { id: "big" } })),
  ]);
  const pair = someRule(
    "pair",
    'sequence by host.id [process where process.name == "a"] [process where process.name == "b"]',
  );
  const grouped: Rule = {
    ...someRule("grouped", "process.name:*", { type: "threshold", language: "kuery" }),
    threshold: { fields: ["host.id"], value: 2, cardinality: [] },
  };
  const report = await hunt(casePath, [pair, grouped]);
  expect(report.findings.length).toBe(3);
  const file = await openCase(casePath, "read");
  const radius = (ids: number[], stage: number | null, rules: string[] = []): unknown => {
    const { findings, rules: count, undecided } = blastRadius(file, new Set(ids), rules, stage);
    return [findings, count, undecided];
  };
  expect(radius([1], null)).toEqual([2, 2, 0]);
  expect(radius([1], 1, ["pair"])).toEqual([1, 1, 0]);
  expect(radius([1], 2, ["pair"])).toEqual([0, 0, 0]);
  expect(radius([3, 4, 5], null)).toEqual([0, 0, 1]);
  file.close();
});
