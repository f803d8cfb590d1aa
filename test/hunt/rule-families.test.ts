import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { Evidence } from "../../src/hunt/evidence.ts";
import { familiesOfSources } from "../../src/hunt/rule-families.ts";
import type { Rule } from "../../src/rules/rule.ts";
import { openCase } from "../../src/store/case-file.ts";
import { readSourceKinds } from "../../src/store/source-kinds.ts";
import { tempFolder } from "../temp-folder.ts";
import { loadCase } from "./load-case.ts";
import { someRule } from "./some-rules.ts";

const eql = (name: string, query: string): Rule => someRule(name, query, { type: "eql", language: "eql" });

const RULES = [
  eql("shell", `process where host.os.type == "linux" and process.name == "nc"`),
  eql("windows", `process where host.os.type == "windows" and process.name == "cmd.exe"`),
  eql("signed", `process where process.code_signature.trusted == true`),
  eql("both", `sequence by host.id [process where true] [network where true]`),
  eql("lookup", `dns where true`),
  someRule("alerts", "event.kind:alert and event.category:malware", { type: "query", language: "kuery" }),
  eql("broken", `process where`),
];

/** Loads files with documents, and tells the families of each: those with events, `family events able/rules`. */
async function familiesOf(...files: readonly (readonly object[])[]): Promise<string[][]> {
  const folder = tempFolder();
  const paths = files.map((documents, index) => {
    const file = path.join(folder, `${String(index)}.ndjson`);
    writeFileSync(file, documents.map((document) => `${JSON.stringify(document)}\n`).join(""));
    return file;
  });
  const file = await openCase(await loadCase(paths), "read");
  try {
    return familiesOfSources(readSourceKinds(file), RULES, new Evidence(file)).map(({ families, rules, able }) => [
      `${String(able)} of ${String(rules)}`,
      ...families
        .filter(({ events }) => events > 0)
        .map(({ family, events, rules: all, able: some }) => `${family} ${events} ${String(some)}/${String(all)}`),
    ]);
  } finally {
    file.close();
  }
}

const linux = { host: { id: "h", os: { type: "linux" } } };
const exec = { ...linux, "event.category": ["process"], "process.name": "nc" };
const connect = { ...linux, "event.category": ["network"], "destination.ip": "192.0.2.1" };

test("a source feeds the families of which it has events, with the rules that find all they need in it", async () => {
  expect(await familiesOf([exec, { ...exec, n: 1 }], [connect])).toEqual([
    ["1 of 6", "process 2 1/4"],
    ["0 of 6", "network 1 0/1"],
  ]);
});

test("what two sources lack alone, one with both has", async () => {
  expect(await familiesOf([exec, connect])).toEqual([["2 of 6", "process 1 2/4", "network 1 1/1"]]);
});

test("a lookup of the category network is fed to rules for dns only as far as they could look; alerts and other categories are told", async () => {
  const lookup = { ...connect, "dns.question.name": "example.org" };
  const alert = { "event.kind": "alert", "event.category": ["malware", "intrusion_detection"] };
  expect(await familiesOf([lookup], [alert])).toEqual([
    ["0 of 6", "network 1 0/1", "dns 1 0/1"],
    ["1 of 6", "alert 1 1/1", "intrusion_detection 1 0/0", "malware 1 1/1"],
  ]);
});

test("a source of which every document repeats an event feeds none", async () => {
  expect(await familiesOf([exec], [exec, exec])).toEqual([["1 of 6", "process 1 1/4"], ["0 of 6"]]);
});
