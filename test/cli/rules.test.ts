import { writeFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../../src/cli/program.ts";
import { tinyCase } from "../hunt/tiny-case.ts";
import { type MemoryIo, memoryIo } from "./memory-io.ts";

const events = [
  { "@timestamp": "2026-01-01T10:00:00Z", event: { category: "process" }, process: { name: "nc" } },
  { "@timestamp": "2026-01-01T12:00:00Z", event: { category: "process" }, process: { name: "ls" } },
];

const toml = (id: string, language: string, query: string): string =>
  `[rule]\nname = "Rule ${id}"\nrule_id = "${id}"\ntype = "${language === "eql" ? "eql" : "query"}"\nlanguage = "${language}"\nseverity = "high"\nrisk_score = 73\ndescription = "d"\nquery = '''\n${query}\n'''\n
[[rule.threat]]\nframework = "MITRE ATT&CK"\n[rule.threat.tactic]\nid = "TA0007"\nname = "Discovery"\nreference = "x"\n
[[rule.threat.technique]]\nid = "T1046"\nname = "Network Service Discovery"\nreference = "x"\n`;

let casePath: string;
let folder: string;
beforeAll(async () => {
  casePath = await tinyCase(events);
  folder = path.dirname(casePath);
  writeFileSync(
    path.join(folder, "a.toml"),
    toml("a", "eql", 'process where process.name == "nc" and user.id != null'),
  );
  writeFileSync(path.join(folder, "b.toml"), toml("b", "kuery", "process.name:nc and\n  (process.args:x"));
  writeFileSync(path.join(folder, "c.toml"), "[rule]\nname = ");
});

async function rules(...argv: string[]): Promise<MemoryIo & { code: number }> {
  const io = memoryIo({ cwd: folder });
  const code = await runCli(["rules", ...argv], io);
  return Object.assign(io, { code });
}

describe("eqlite rules", () => {
  it("lists the built-in rules, and those of a pack", async () => {
    const io = await rules("list", "--json");
    const names = (JSON.parse(io.out()) as { name: string }[]).map(({ name }) => name);
    expect(names).toEqual([
      "Suspicious network tool launched inside a container",
      "Egress connection from an entrypoint in a container",
    ]);
    const own = await rules("list", "--rules", "a.toml");
    expect(own.out()).toBe("severity  type  name    tactics  id\nhigh      eql   Rule a  TA0007   a\n");
  });

  it("shows a rule with its guide", async () => {
    const io = await rules("show", "Egress connection from an entrypoint in a container");
    expect(io.code).toBe(0);
    expect(io.out()).toContain("sequence by host.id with maxspan=3s");
    expect(io.out()).toContain("\nTriage\n  1. ");
    const unknown = await rules("show", "nothing");
    expect([unknown.code, unknown.err()]).toEqual([
      2,
      'eqlite: there is no rule "nothing" in the pack\n  eqlite rules list shows them\n',
    ]);
  });

  it("checks all of a pack, whatever is in it", async () => {
    const io = await rules("check", ".", "--json");
    expect(io.code).toBe(3);
    const checked = JSON.parse(io.out()) as { id: string | null; ok: boolean; diagnostics: { line: number }[] }[];
    expect(checked.map(({ id, ok }) => [id, ok])).toEqual([
      ["a", true],
      ["b", false],
      [null, false],
    ]);
    expect(checked[1]?.diagnostics.map(({ line }) => line)).toEqual([12]);
    expect(Object.keys(checked[0] ?? {})).toEqual(["path", "id", "name", "language", "ok", "diagnostics"]);
    expect(io.err()).toBe("eqlite: 2 of 3 rules cannot be run\n");
  });

  it("tells of fields that no event of the case has", async () => {
    const io = await rules("check", "a.toml", "--case", casePath);
    expect(io.code).toBe(0);
    expect(io.out()).toBe(
      `${path.join(folder, "a.toml")}:10:1: warning: no event of the case has user.id [field-not-in-case]\n1 rule checked: 1 can be run, 0 cannot\n`,
    );
  });

  it("says which techniques a pack covers, and which this evidence lets it see", async () => {
    const io = await rules("coverage", "--rules", "a.toml", "--case", casePath, "--json");
    const cell = { rules: 1, able: 0 };
    expect(JSON.parse(io.out())).toEqual([
      {
        ...{ id: "TA0007", name: "Discovery", ...cell },
        techniques: [{ id: "T1046", name: "Network Service Discovery", ...cell }],
      },
    ]);
  });

  it("tests a rule with events made for it", async () => {
    const io = await rules("test", "a.toml", "--json");
    const [tested] = JSON.parse(io.out()) as { ok: boolean; matching: number; mutants: number; failures: unknown[] }[];
    expect(tested).toMatchObject({ ok: true, matching: 1, mutants: 5, failures: [], problem: null });
    expect(io.code).toBe(0);
  });
});
