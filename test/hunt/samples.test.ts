import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type HuntReport } from "../../src/hunt/hunt-types.ts";
import { runHunt } from "../../src/hunt/run-hunt.ts";
import { builtinPack, readPack } from "../../src/rules/read-pack.ts";
import type { Rule } from "../../src/rules/rule.ts";
import { describeShared, shared } from "../shared.ts";
import { huntOptions } from "./hunt-options.ts";
import { loadCase } from "./load-case.ts";

const samples = path.resolve(import.meta.dirname, "../../samples");

/** The two queries as their authors published them. */
const TOOLS = `process where container.id : "*" and event.type == "start" and (
  process.name : ("nc", "ncat", "nmap", "dig", "nslookup", "tcpdump", "tshark", "ngrep", "telnet", "mitmproxy", "socat", "zmap", "masscan", "zgrab") or
  /* tools that run a utility as a subprocess: its name is then an argument */
  process.args : ("nc", "ncat", "nmap", "dig", "nslookup", "tcpdump", "tshark", "ngrep", "telnet", "mitmproxy", "socat", "zmap", "masscan", "zgrab"))`;
const EGRESS = `sequence by host.id with maxspan=3s
  [process where host.os.type == "linux" and event.type == "start" and event.action == "exec" and
   process.entry_leader.entry_meta.type == "container" and process.name == "entrypoint.sh"] by process.entity_id
  [network where event.type == "start" and event.action == "connection_attempted" and not (
     destination.ip == null or destination.ip == "0.0.0.0" or cidrmatch(destination.ip,
       "10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.0.0/29", "192.0.0.8/32", "192.0.0.9/32", "192.0.0.10/32",
       "192.0.0.170/32", "192.0.0.171/32", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.168.0.0/16", "192.88.99.0/24", "224.0.0.0/4",
       "100.64.0.0/10", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "::1", "FE80::/10", "FF00::/8", "172.31.0.0/16"))] by process.parent.entity_id`;

type Places = Record<string, [file: string, line: number][][]>;
const expected = JSON.parse(readFileSync(path.join(samples, "expected.json"), "utf8")) as Places;

let casePath: string;
beforeAll(async () => {
  casePath = await loadCase([path.join(samples, "container-breach")]);
});

function hunt(rules: readonly Rule[]): Promise<HuntReport> {
  return runHunt(huntOptions(casePath, rules));
}

/** Places of findings by the name of their rule, sorted. */
function places({ findings, rules }: HuntReport): Record<string, string[]> {
  return Object.fromEntries(
    rules.map(({ id, name }) => {
      const found = findings.filter(({ rule }) => rule === id);
      const at = found.map(({ events }) => events.map((event) => [path.basename(event?.source ?? ""), event?.line]));
      return [name, at.map((each) => JSON.stringify(each)).sort()];
    }),
  );
}

function sorted(all: Places): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(all).map(([name, found]) => [name, found.map((each) => JSON.stringify(each)).sort()]),
  );
}

describe("a hunt over the samples", () => {
  it("finds exactly what their README promises, and the same again the second time", async () => {
    const { rules } = builtinPack();
    const first = await hunt(rules);
    expect(places(first)).toEqual(sorted(expected));
    expect(first.findings.every(({ state }) => state === "new")).toBe(true);
    const second = await hunt(rules);
    expect(places(second)).toEqual(sorted(expected));
    expect(second.findings.every(({ state }) => state === "unchanged")).toBe(true);
    expect(second.findings.map(({ id }) => id)).toEqual(first.findings.map(({ id }) => id));
  });

  it("finds the same with the published queries in the user's own files", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "eqlite-"));
    const [tools = "", egress = ""] = Object.keys(expected);
    for (const [name, query] of [
      [tools, TOOLS],
      [egress, EGRESS],
    ]) {
      const text = `[rule]\nname = "${name}"\nrule_id = "${name}"\ntype = "eql"\nlanguage = "eql"\nquery = '''\n${query}\n'''\n`;
      writeFileSync(path.join(folder, `${name}.toml`), text);
    }
    const { rules, problems } = readPack([folder]);
    expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(places(await hunt(rules))).toEqual(sorted(expected));
  });
});

describeShared("a hunt with the public rules", () => {
  it("ends none in an error, and calls unsupported only what a dump cannot answer", async () => {
    const { rules, problems } = readPack([shared("corpus")]);
    expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
    const report = await hunt(rules);
    expect(report.rules).toHaveLength(rules.length);
    expect(report.rules.filter(({ outcome }) => outcome === "error")).toEqual([]);
    const refused = report.rules.filter(({ outcome }) => outcome === "unsupported").map(({ reason }) => reason ?? "");
    expect(refused.filter((reason) => !reason.includes("`_arraysearch` is not supported"))).toEqual([]);
    expect(report.findings.length).toBeGreaterThan(100);
  }, 300_000);
});
