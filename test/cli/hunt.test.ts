import { writeFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../../src/cli/program.ts";
import { tinyCase } from "../hunt/tiny-case.ts";
import { memoryIo } from "./memory-io.ts";

const events = [
  { "@timestamp": "2026-01-01T10:00:00Z", event: { category: "process" }, process: { name: "nc" } },
  { "@timestamp": "2026-01-01T12:00:00Z", event: { category: "process" }, process: { name: "ls" } },
];

const toml = (id: string, query: string): string =>
  `[rule]\nname = "Rule ${id}"\nrule_id = "${id}"\ntype = "eql"\nlanguage = "eql"\nseverity = "high"\nrisk_score = 73\ndescription = "d"\nquery = '''${query}'''\n`;

let casePath: string;
let folder: string;
beforeAll(async () => {
  casePath = await tinyCase(events);
  folder = path.dirname(casePath);
  writeFileSync(path.join(folder, "a.toml"), toml("a", 'process where process.name == "nc"'));
  writeFileSync(path.join(folder, "b.toml"), toml("b", "dns where true"));
  writeFileSync(path.join(folder, "c.toml"), "[rule]\nname = ");
});

const hunt = (...more: string[]): string[] => ["hunt", "--case", casePath, "--analyst", "ann", ...more];

describe("eqlite hunt", () => {
  it("prints rules and findings as JSON", async () => {
    const io = memoryIo({ cwd: folder });
    expect(await runCli(hunt("--rules", "a.toml", "b.toml", "--json"), io)).toBe(0);
    const hash: unknown = expect.stringMatching(/^[0-9a-f]{64}$/);
    const common = { hash, ms: expect.any(Number) as unknown };
    expect(JSON.parse(io.out())).toEqual({
      events: 2,
      rules: [
        { id: "a", name: "Rule a", path: "a.toml", outcome: "hit", findings: 1, ...common },
        {
          ...{ id: "b", name: "Rule b", path: "b.toml", outcome: "blind", findings: 0, ...common },
          reason: "in 0 of 2 events: event.category dns",
        },
      ],
      findings: [
        {
          ...{ id: 1, rule: "a", events: [{ source: "", line: 1 }], state: "new" },
          ...{ verdict: "undetermined", suppressed_by: null },
        },
      ],
    });
    expect(io.err()).toBe("");
  });

  it("tells people how all six outcomes ended, and that something could not be run", async () => {
    const io = memoryIo({ cwd: folder });
    const other = await tinyCase(events);
    const argv = ["hunt", "--case", other, "--rules", "a.toml", "--rules", "b.toml", "--rules", "c.toml"];
    expect(await runCli(argv, io)).toBe(3);
    const text = io.out().split("\n");
    expect(text.slice(0, 7)).toEqual([
      "Hunt 1: 3 rules over 2 events",
      "Rules: hit 1, none 0, blind 1, unsupported 0, error 1, skipped 0",
      "Findings: 1 (1 new, 0 unchanged, 0 gone)",
      "",
      "severity  findings  new  unchanged  hidden  not kept  rule",
      "high             1    1          0       0         0  Rule a",
      "",
    ]);
    expect(text.slice(10)).toEqual([
      "1 rule could not look. What would open them:",
      "rules  telemetry in none of the events",
      "    1  event.category dns",
      "",
    ]);
    expect(io.err()).toBe(
      "eqlite: not every rule could be run: hit 1, none 0, blind 1, unsupported 0, error 1, skipped 0\n",
    );
  });

  it("refuses a window that is none, and a folder without rules", async () => {
    const io = memoryIo({ cwd: folder });
    expect(await runCli(hunt("--from", "yesterday"), io)).toBe(2);
    expect(io.err()).toContain('"yesterday" is no time');
    const empty = memoryIo({ cwd: path.dirname(await tinyCase([])) });
    expect(await runCli(hunt("--rules", "."), empty)).toBe(2);
    expect(empty.err()).toContain("there is no rule in .\n");
  });
});
