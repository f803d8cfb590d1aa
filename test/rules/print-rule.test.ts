import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { canonicalJson } from "../../src/base/canonical-json.ts";
import type { Pack } from "../../src/rules/pack-content.ts";
import { printRules } from "../../src/rules/print-rule.ts";
import { builtinPack, readPack } from "../../src/rules/read-pack.ts";
import type { Guide, Rule } from "../../src/rules/rule.ts";
import { describeShared, shared } from "../shared.ts";

function readText(text: string): Pack {
  const folder = mkdtempSync(path.join(tmpdir(), "eqlite-print-rule-"));
  try {
    writeFileSync(path.join(folder, "export.ndjson"), text);
    return readPack([path.join(folder, "export.ndjson")]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What must survive: all but where the rule stood, what was filled in, and how its guide refers to its queries. */
function essence(rule: Rule): object {
  const { path: _path, hash: _hash, format: _format, queryStart: _start, ...rest } = rule;
  const { defaulted: _defaulted, extra: _extra, upstream: _upstream, transform: _transform, note, ...kept } = rest;
  const trimmed =
    note
      ?.replaceAll(/\$(investigate|osquery)_\d+|!\{(investigate|osquery).*\}\}?/g, " ")
      .replaceAll(/\s+/g, " ")
      .trim() ?? null;
  return {
    ...kept,
    note: trimmed,
    version: rule.version ?? "1",
    language: rule.language,
    exceptionLists: rule.exceptionLists.map((ref) => ({ ...ref, id: ref.id ?? ref.listId })),
    tags: rule.tags.filter((tag) => !tag.startsWith("OS: ")).sort(),
    osTypes: [...rule.osTypes].sort(),
    guide: plainGuide(rule.guide),
  };
}

/** The texts as people read them; what is Markdown holds the queries themselves after the way back. */
function plainGuide({ triage, falsePositives, response, related }: Guide): object {
  const texts = [triage, falsePositives, response].map((steps) =>
    steps.map(({ number, group, text, fields, pivots, children }) => ({
      ...{ number, group, text, fields, pivots },
      children: children.map((child) => [child.level, child.text, child.pivots]),
    })),
  );
  return { texts, related };
}

it("writes the built-in rules so that they are read as the same rules", () => {
  const { rules } = builtinPack();
  const back = readText(printRules(rules));
  expect(back.problems).toEqual([]);
  expect(back.rules.map(essence)).toEqual(rules.map(essence));
});

it("writes a threshold, new terms, filters, what it does not know, and the lists that a rule refers to", () => {
  const [rule] = builtinPack().rules;
  if (rule === undefined) throw new Error("no built-in rule");
  const list = {
    ...{ listId: "l", name: "L", description: "", type: "detection", namespace: "single" as const, osTypes: [] },
    ...{ tags: [], path: "", extra: {} },
  };
  const item = {
    ...{
      itemId: "i",
      listId: "l",
      name: "I",
      description: "",
      namespace: "single" as const,
      osTypes: ["linux"],
      tags: [],
    },
    entries: [{ type: "match" as const, field: "process.name", operator: "included" as const, value: "nc" }],
    ...{ expireTime: "2027-01-01T00:00:00Z", comments: [], path: "", extra: {} },
  };
  const threshold: Rule = {
    ...{ ...rule, id: "t", type: "threshold", language: "kuery", query: "a:*", format: "elastic-toml" },
    threshold: { fields: ["host.id"], value: 5, cardinality: [{ field: "user.id", value: 2 }] },
    filters: [{ query: { match_phrase: { "user.name": "x" } } }],
    exceptionLists: [{ id: null, listId: "l", namespace: "single", type: "detection" }],
    extra: { "rule.alert_suppression": { group_by: ["host.id"] }, "metadata.maturity": "production" },
  };
  const terms: Rule = {
    ...{ ...rule, id: "n", type: "new_terms", language: "kuery", query: "b:*", buildingBlock: true },
    newTerms: { fields: ["user.name", "host.id"], historyWindowStart: "now-14d" },
  };
  const text = printRules([threshold, terms], [list], [item]);
  const back = readText(text);
  expect(back.problems).toEqual([]);
  expect(back.rules.map(essence)).toEqual([threshold, terms].map(essence));
  expect(back.rules[0]?.extra).toMatchObject({
    alert_suppression: { group_by: ["host.id"] },
    meta: { "metadata.maturity": "production" },
  });
  expect(back.exceptionItems).toEqual([{ ...item, path: back.exceptionItems[0]?.path, extra: { type: "simple" } }]);
  expect(JSON.parse(text.trimEnd().split("\n").at(-1) ?? "")).toMatchObject({
    exported_count: 4,
    exported_rules_count: 2,
    exported_exception_list_count: 1,
    exported_exception_list_item_count: 1,
  });
});

describeShared("the public rules", () => {
  it("come back from Kibana's form as they were, guides and their queries included", () => {
    const { rules } = readPack([shared("corpus")]);
    const back = readText(printRules(rules));
    expect(back.problems.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(back.rules.length).toBe(rules.length);
    const changed = rules.filter(
      (rule, index) => canonicalJson(essence(rule)) !== canonicalJson(essence(back.rules[index] ?? rule)),
    );
    expect(changed.map(({ path: file }) => file)).toEqual([]);
  });
});
