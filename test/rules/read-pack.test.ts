import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readPack } from "../../src/rules/read-pack.ts";
import type { RuleProblem } from "../../src/rules/problem.ts";
import { tarEntry, tarOf, zipOf } from "./archives.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "eqlite-rules-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: string | Uint8Array): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

const toml = (id: string, more = ""): string => `[rule]
rule_id = "${id}"
name = "Rule ${id}"
type = "eql"
language = "eql"
query = '''
process where true
'''
${more}`;

const json = (id: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  rule_id: id,
  name: `Rule ${id}`,
  type: "eql",
  language: "eql",
  query: "process where true",
  severity: "high",
  risk_score: 73,
  ...more,
});

const ids = (paths: readonly string[]): string[] => readPack(paths).rules.map((rule) => rule.id);
const brief = (problem: RuleProblem): string =>
  `${path.relative(folder, problem.path)}:${problem.line}:${problem.column} ${problem.code} ${problem.message}`;

describe("paths", () => {
  it("reads files and folders, recursively, in the order of names, each file once", () => {
    const named = write("z/named.rule", toml("named"));
    write("z/b.toml", toml("b"));
    write("z/a/c.toml", toml("c"));
    write("z/.git/hidden.toml", toml("hidden"));
    write("z/README.md", "no rule");
    symlinkSync(path.join(folder, "z"), path.join(folder, "z", "loop"));
    expect(ids([named, path.join(folder, "z"), path.join(folder, "z", "b.toml")])).toEqual(["named", "c", "b"]);
  });

  it("tells of a path that is not there and goes on", () => {
    const rule = write("a.toml", toml("a"));
    const pack = readPack([path.join(folder, "absent"), rule]);
    expect(pack.rules.length).toBe(1);
    expect(pack.problems.map(brief)).toEqual(["absent:1:1 rule-path-missing no such file or folder"]);
  });

  it("leaves out files of a folder that are no rules, by name, but tells of those the user named", () => {
    write("pyproject.toml", '[project]\nname = "x"\n');
    write("package.json", "{}");
    expect(readPack([folder]).ignored.map((file) => path.basename(file))).toEqual(["package.json", "pyproject.toml"]);
    expect(readPack([folder]).problems).toEqual([]);
    const named = readPack([path.join(folder, "pyproject.toml"), path.join(folder, "package.json")]);
    expect(named.problems.map(brief)).toEqual([
      "pyproject.toml:1:1 rule-no-table there is no rule in it",
      "package.json:1:1 rule-no-table there is no rule in it",
    ]);
  });
});

describe("a TOML rule", () => {
  it("tells the place of a syntax error", () => {
    const file = write("a.toml", '[rule]\nname = "x\n');
    expect(readPack([file]).problems.map(brief)).toEqual([
      "a.toml:2:10 rule-toml-syntax control characters are not allowed in strings",
    ]);
  });

  it("names all that is missing at once", () => {
    const file = write("a.toml", '[rule]\ntype = "threshold"\nlanguage = "sql"\n');
    expect(readPack([file]).problems.map(brief)).toEqual([
      "a.toml:3:1 rule-language unknown language `sql`",
      "a.toml:1:1 rule-no-id the rule has no `rule_id`",
      "a.toml:1:1 rule-no-name the rule has no `name`",
      "a.toml:1:1 rule-no-query a rule of type threshold needs a `query`",
      "a.toml:1:1 rule-no-threshold a threshold rule needs a `threshold`",
    ]);
  });

  it("keeps a rule with values of a wrong type, tells of them, and loses nothing it does not know", () => {
    const file = write(
      "a.toml",
      toml(
        "a",
        'tags = 5\nseverity = "grave"\nfuture_thing = { x = [1, 2026-01-02] }\n[metadata]\nmaturity = "beta"\n',
      ),
    );
    const { rules, problems } = readPack([file]);
    expect(problems.map(brief)).toEqual([
      "a.toml:10:1 rule-field-type unknown severity `grave`; one of low, medium, high, critical",
      "a.toml:9:1 rule-field-type `tags` should be a list of texts, not number",
    ]);
    expect(rules[0]?.extra).toEqual({
      "rule.tags": 5,
      "rule.severity": "grave",
      "rule.future_thing": { x: [1, "2026-01-02"] },
      "metadata.maturity": "beta",
    });
    expect(rules[0]?.defaulted).toEqual(["severity", "riskScore", "from", "interval", "maxSignals"]);
    expect([rules[0]?.severity, rules[0]?.riskScore]).toEqual(["low", 21]);
  });

  it("reports a wrongly typed id instead of failing", () => {
    const file = write("a.toml", '[rule]\nrule_id = ["a"]\nname = "n"\nquery = "any where true"\n');
    expect(readPack([file]).problems.map((problem) => problem.code)).toEqual(["rule-field-type", "rule-no-id"]);
  });

  it("keeps an unknown type as unknown, by name", () => {
    const file = write("a.toml", toml("a").replace('type = "eql"', 'type = "quantum"'));
    expect(readPack([file]).rules.map((rule) => [rule.type, rule.extra["rule.type"]])).toEqual([
      ["unknown", "quantum"],
    ]);
  });

  it("knows where the query begins", () => {
    const file = write("a.toml", toml("a"));
    const basic = write("b.toml", toml("b").replaceAll("'''", '"""').replace("true", 'process.args : "C:\\\\x"'));
    expect(readPack([file, basic]).rules.map((rule) => rule.queryStart)).toEqual([
      { line: 7, column: 1 },
      { line: 7, column: 1 },
    ]);
  });

  it("takes a file whose top level is the rule", () => {
    const file = write("a.toml", toml("a").replace("[rule]\n", ""));
    expect(ids([file])).toEqual(["a"]);
  });

  it("normalises the ATT&CK mapping", () => {
    const file = write(
      "a.toml",
      toml(
        "a",
        `[[rule.threat]]
framework = "MITRE ATT&CK"
technique = [{ id = "T1059.004", name = "Unix Shell" }, { id = "T1059", name = "Interpreter" }]
tactic = { id = "TA0002", name = "Execution" }
[[rule.threat]]
technique = [{ id = "T1204", name = "User Execution" }]
tactic = { id = "TA0002", name = "Execution" }
`,
      ),
    );
    expect(readPack([file]).rules[0]?.threat).toEqual([
      {
        framework: "MITRE ATT&CK",
        tactic: { id: "TA0002", name: "Execution", reference: null },
        techniques: [
          {
            id: "T1059",
            name: "Interpreter",
            reference: null,
            subtechniques: [{ id: "T1059.004", name: "Unix Shell", reference: null }],
          },
          { id: "T1204", name: "User Execution", reference: null, subtechniques: [] },
        ],
      },
    ]);
  });

  it("reads the behaviour rules of protections-artifacts, which know no severity", () => {
    const file = write(
      "a.toml",
      `[rule]
description = "D"
id = "p"
license = "L"
name = "P"
os_list = ["linux"]
reference = ["https://example.org"]
version = "1.0.4"
query = "process where true"
min_endpoint_version = "7.15.0"
[[actions]]
action = "kill_process"
`,
    );
    const { rules, problems } = readPack([file]);
    expect(problems).toEqual([]);
    expect(rules[0]).toMatchObject({
      id: "p",
      format: "protections-toml",
      severity: "medium",
      riskScore: 47,
      osTypes: ["linux"],
      version: "1.0.4",
      extra: { "rule.min_endpoint_version": "7.15.0", actions: [{ action: "kill_process" }] },
    });
  });

  it("reads thresholds and new terms in both spellings", () => {
    const threshold = write(
      "a.toml",
      toml(
        "a",
        '[rule.threshold]\nfield = ["host.id", ""]\nvalue = 5\ncardinality = [{ field = \'user.id\', value = 3 }]\n',
      ).replace('"eql"', '"threshold"'),
    );
    const terms = write(
      "b.toml",
      toml(
        "b",
        '[rule.new_terms]\nfield = "new_terms_fields"\nvalue = ["host.id"]\n[[rule.new_terms.history_window_start]]\nfield = "history_window_start"\nvalue = "now-7d"\n',
      ).replace('"eql"', '"new_terms"'),
    );
    const other = write(
      "c.json",
      JSON.stringify(json("c", { type: "new_terms", new_terms_fields: ["user.id"], history_window_start: "now-3d" })),
    );
    const { rules, problems } = readPack([threshold, terms, other]);
    expect(problems).toEqual([]);
    expect(rules.map((rule) => rule.threshold ?? rule.newTerms)).toEqual([
      { fields: ["host.id"], value: 5, cardinality: [{ field: "user.id", value: 3 }] },
      { fields: ["host.id"], historyWindowStart: "now-7d" },
      { fields: ["user.id"], historyWindowStart: "now-3d" },
    ]);
  });
});

describe("JSON", () => {
  const list = {
    list_id: "l",
    name: "List",
    description: "",
    type: "detection",
    namespace_type: "single",
    os_types: [],
  };
  const item = {
    item_id: "i",
    list_id: "l",
    name: "Item",
    type: "simple",
    entries: [{ type: "match", field: "host.id", operator: "included", value: "h" }],
  };

  it("reads a Kibana export: rules, exception lists, items, and a summary that tells of a cut file", () => {
    const objects = [
      json("a", { exceptions_list: [{ id: "x", list_id: "l", namespace_type: "single", type: "detection" }] }),
      list,
      item,
      { exported_count: 3, exported_rules_count: 2, missing_rules: [] },
    ];
    const file = write("export.ndjson", objects.map((object) => `${JSON.stringify(object)}\n`).join(""));
    const pack = readPack([file]);
    expect(pack.rules.map((rule) => [path.basename(rule.path), rule.exceptionLists])).toEqual([
      ["export.ndjson#1", [{ id: "x", listId: "l", namespace: "single", type: "detection" }]],
    ]);
    expect(pack.exceptionLists.map((each) => each.listId)).toEqual(["l"]);
    expect(pack.exceptionItems.map((each) => each.itemId)).toEqual(["i"]);
    expect(pack.problems.map(brief)).toEqual([
      "export.ndjson#4:4:1 rule-export-incomplete the export says it has 2 rules, the file has 1",
    ]);
  });

  it("goes on after a broken line, and names it", () => {
    const file = write(
      "export.ndjson",
      `${JSON.stringify(json("a"))}\r\n{"rule_id": \r\n\r\n${JSON.stringify(json("b"))}`,
    );
    const pack = readPack([file]);
    expect(pack.rules.map((rule) => rule.id)).toEqual(["a", "b"]);
    expect(pack.problems.map(brief)).toEqual(["export.ndjson#2:2:1 rule-json-syntax the line is not JSON"]);
  });

  it("tells the place of a syntax error in a JSON file", () => {
    const file = write("a.json", '{\n  "rule_id": "a",\n  oops\n}');
    const [problem] = readPack([file]).problems;
    expect([problem?.code, problem?.line, problem?.column]).toEqual(["rule-json-syntax", 3, 3]);
  });

  it.each([
    ["a list", [json("a"), json("b")], ["a", "b"]],
    ["an answer of the API", { page: 1, total: 2, data: [json("a"), json("b")] }, ["a", "b"]],
    ["a Fleet asset", { id: "a_3", type: "security-rule", attributes: json("a", { version: 3 }) }, ["a"]],
    ["a search hit", { _index: ".kibana", _source: json("a") }, ["a"]],
    [
      "an alert saved object",
      {
        id: "so",
        type: "alert",
        attributes: {
          name: "N",
          alertTypeId: "siem.eqlRule",
          schedule: { interval: "10m" },
          params: {
            ruleId: "a",
            riskScore: 5,
            severity: "low",
            language: "eql",
            query: "any where true",
            maxSignals: 7,
          },
        },
      },
      ["a"],
    ],
  ])("unwraps %s", (_, value, wanted) => {
    const pack = readPack([write("a.json", JSON.stringify(value, null, 2))]);
    expect(pack.problems).toEqual([]);
    expect(pack.rules.map((rule) => rule.id)).toEqual(wanted);
  });

  it("translates the camel case of saved objects", () => {
    const attributes = {
      name: "N",
      alertTypeId: "siem.eqlRule",
      schedule: { interval: "10m" },
      params: { ruleId: "a", riskScore: 5, severity: "low", language: "eql", query: "any where true", maxSignals: 7 },
    };
    const [rule] = readPack([write("a.json", JSON.stringify({ type: "alert", attributes }))]).rules;
    expect([rule?.type, rule?.riskScore, rule?.maxSignals, rule?.interval]).toEqual(["eql", 5, 7, "10m"]);
  });

  it("takes the latest of a Fleet package's versions, and tells of the others", () => {
    for (const version of [2, 10, 9]) {
      write(
        `kibana/security_rule/a_${version}.json`,
        JSON.stringify({ type: "security-rule", attributes: json("a", { version }) }),
      );
    }
    const pack = readPack([folder]);
    expect(pack.rules.map((rule) => rule.version)).toEqual(["10"]);
    expect(pack.problems.map((problem) => problem.message)).toEqual([
      "left out: version 2 of a rule whose version 10 is in the package",
      "left out: version 9 of a rule whose version 10 is in the package",
    ]);
  });

  it("keeps rules that share an id, apart by path and hash", () => {
    write("a.toml", toml("same"));
    write("b.toml", toml("same", 'tags = ["x"]'));
    const { rules } = readPack([folder]);
    expect(rules.map((rule) => rule.id)).toEqual(["same", "same"]);
    expect(new Set(rules.map((rule) => rule.path + rule.hash)).size).toBe(2);
  });

  it("refuses JSON that is nested to exhaust the stack", () => {
    const file = write("a.json", `{"rule_id":"a","filters":${"[".repeat(100_000)}${"]".repeat(100_000)}}`);
    expect(readPack([file]).problems.map(brief)).toEqual([
      "a.json:1:1 rule-json-syntax the JSON is nested deeper than 200 levels",
    ]);
  });

  it.each(["esql", "machine_learning", "threat_match"])("keeps a rule of type %s", (type) => {
    const more = type === "machine_learning" ? { query: undefined, language: undefined, anomaly_threshold: 50 } : {};
    const file = write("a.json", JSON.stringify(json("a", { type, ...more })));
    const pack = readPack([file]);
    expect(pack.problems).toEqual([]);
    expect(pack.rules.map((rule) => rule.type)).toEqual([type]);
  });
});

describe("archives", () => {
  const deep = `${"long-folder-name/".repeat(8)}b.toml`;
  const files = [
    { name: "pack/a.toml", content: toml("a") },
    { name: deep, content: toml("b") },
    { name: "pack/export.ndjson", content: JSON.stringify(json("c")) },
    { name: "pack/README.md", content: "no rule" },
  ];

  it.each([
    ["pack.zip", zipOf(files)],
    ["pack.tar", tarOf(files)],
    ["pack.tar.gz", gzipSync(tarOf(files))],
    ["pack.bin", gzipSync(tarOf(files))],
  ])("reads %s", (name, bytes) => {
    const pack = readPack([write(name, bytes)]);
    expect(pack.problems).toEqual([]);
    expect(pack.rules.map((rule) => [path.relative(folder, rule.path), rule.id])).toEqual([
      [`${name}!pack/a.toml`, "a"],
      [`${name}!${deep}`, "b"],
      [`${name}!pack/export.ndjson`, "c"],
    ]);
  });

  it("reads the long names of GNU tar", () => {
    const name = `${"long-folder-name/".repeat(8)}a.toml`;
    const archive = Buffer.concat([
      ...tarEntry("././@LongLink", `${name}\u0000`, "L"),
      tarOf([{ name: "short.toml", content: toml("a") }]),
    ]);
    const { rules } = readPack([write("pack.tar", archive)]);
    expect(rules.map((rule) => path.relative(folder, rule.path))).toEqual([`pack.tar!${name}`]);
  });

  it("reads a gzipped export", () => {
    const file = write("export.ndjson.gz", gzipSync(JSON.stringify(json("a"))));
    expect(ids([file])).toEqual(["a"]);
  });

  it.each(["../a.toml", "/etc/a.toml", "x/../../a.toml", "C:\\a.toml", "..\\a.toml"])(
    "does not read the entry %s, which leads out of the archive",
    (name) => {
      for (const archive of [zipOf([{ name, content: toml("a") }]), tarOf([{ name, content: toml("a") }])]) {
        const pack = readPack([write("evil", archive)]);
        expect(pack.rules).toEqual([]);
        expect(pack.problems.map(brief)).toEqual([
          `evil:1:1 rule-archive the entry ${JSON.stringify(name)} leads out of the archive and was not read`,
        ]);
      }
    },
  );

  it("tells of an entry whose bytes were changed, and reads the others", () => {
    const bytes = zipOf([files[0] ?? { name: "", content: "" }, files[2] ?? { name: "", content: "" }]);
    bytes.writeUInt8(bytes.readUInt8(60) ^ 0xff, 60);
    const pack = readPack([write("pack.zip", bytes)]);
    expect(pack.rules.map((rule) => rule.id)).toEqual(["c"]);
    expect(pack.problems.map((problem) => [problem.code, path.basename(problem.path)])).toEqual([
      ["rule-archive", "a.toml"],
    ]);
  });

  it("does not inflate an entry beyond the size it announces", () => {
    const bytes = zipOf([{ name: "bomb.toml", content: "#".repeat(5_000_000) }]);
    const directory = bytes.length - 22 - 46 - "bomb.toml".length;
    bytes.writeUInt32LE(100, directory + 24);
    expect(readPack([write("bomb.zip", bytes)]).problems.map(brief)).toEqual([
      "bomb.zip!bomb.toml:1:1 rule-archive its compressed content is damaged",
    ]);
  });

  it("never fails on archives that were cut off or damaged", () => {
    for (const archive of [zipOf(files), tarOf(files), gzipSync(tarOf(files))]) {
      fc.assert(
        fc.property(fc.nat(archive.length), fc.nat(archive.length - 1), fc.nat(255), (length, position, byte) => {
          const bytes = Buffer.from(archive.subarray(0, length));
          if (position < length) bytes.writeUInt8(byte, position);
          expect(readPack([write("damaged", bytes)]).rules.length).toBeLessThanOrEqual(3);
        }),
        { numRuns: 200 },
      );
    }
  });
});

it("never fails on any TOML or JSON", () => {
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    fc.json().map((value) => `{"rule_id":"a","name":"b","query":${value},"threat":[${value}],"filters":${value}}`),
    fc
      .json()
      .map((value) => `{"list_id":"a","item_id":"b","entries":[{"field":"x","type":"nested","entries":${value}}]}`),
    fc.string().map((value) => `[rule]\nname = ${value}\nnote = """${value}"""`),
  );
  fc.assert(
    fc.property(text, fc.constantFrom("a.toml", "a.json", "a.ndjson", "a"), (content, name) => {
      expect(readPack([write(name, content)]).rules.length).toBeLessThanOrEqual(1);
    }),
    { numRuns: 500 },
  );
});
