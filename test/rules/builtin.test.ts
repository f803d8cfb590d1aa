import { expect, it } from "vitest";
import { isList, isRecord } from "../../src/base/json.ts";
import { parseQuery } from "../../src/eql/parser.ts";
import { attackIds } from "../../src/rules/threat.ts";
import { builtinPack } from "../../src/rules/read-pack.ts";
import type { Rule } from "../../src/rules/rule.ts";

const TOOLS =
  '"nc", "ncat", "nmap", "dig", "nslookup", "tcpdump", "tshark", "ngrep", "telnet", "mitmproxy", "socat", "zmap", "masscan", "zgrab"';

/** The meaning the two rules must have. */
const TOOL_QUERY = `process where container.id : "*" and event.type == "start" and (
  process.name : (${TOOLS}) or process.args : (${TOOLS}))`;
const EGRESS_QUERY = `sequence by host.id with maxspan=3s
  [process where host.os.type == "linux" and event.type == "start" and event.action == "exec" and
   process.entry_leader.entry_meta.type == "container" and process.name == "entrypoint.sh"] by process.entity_id
  [network where event.type == "start" and event.action == "connection_attempted" and not (
     destination.ip == null or destination.ip == "0.0.0.0" or cidrmatch(destination.ip,
       "10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.0.0/29", "192.0.0.8/32",
       "192.0.0.9/32", "192.0.0.10/32", "192.0.0.170/32", "192.0.0.171/32", "192.0.2.0/24", "192.31.196.0/24",
       "192.52.193.0/24", "192.168.0.0/16", "192.88.99.0/24", "224.0.0.0/4", "100.64.0.0/10", "192.175.48.0/24",
       "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "::1", "FE80::/10", "FF00::/8",
       "172.31.0.0/16"))] by process.parent.entity_id`;

/** A syntax tree without places, in which the order of operands and list items plays no part. */
function meaning(node: unknown): unknown {
  if (typeof node === "bigint") return `${node}n`;
  if (isList(node)) return node.map(meaning);
  if (!isRecord(node)) return node;
  const entries = Object.entries(node).filter(([key]) => key !== "span" && key !== "nameSpan");
  return Object.fromEntries(
    entries.map(([key, value]) => {
      const plain = meaning(value);
      const unordered = key === "operands" || key === "patterns" || key === "items" || key === "arguments";
      return [
        key,
        unordered && isList(plain) ? plain.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : plain,
      ];
    }),
  );
}

function ruleOf(id: string): Rule {
  const rule = builtinPack().rules.find((candidate) => candidate.upstream?.id === id);
  if (rule === undefined) throw new Error(`no built-in rule is written after ${id}`);
  return rule;
}

const tool = (): Rule => ruleOf("1a289854-5b78-49fe-9440-8a8096b1ab50");
const egress = (): Rule => ruleOf("c75d0c86-38d6-4821-98a1-465cff8ff4c8");

it("reads the two built-in rules without a problem", () => {
  expect(builtinPack().problems).toEqual([]);
  expect(builtinPack().rules.map((rule) => rule.name)).toEqual([
    "Suspicious network tool launched inside a container",
    "Egress connection from an entrypoint in a container",
  ]);
});

it("names the built-in rules without saying where the program is", () => {
  expect(builtinPack().rules.map(({ path }) => path)).toEqual([
    "builtin:discovery_network_tool_in_container.toml",
    "builtin:execution_egress_from_container_entrypoint.toml",
  ]);
});

it.each([
  ["the tool rule", tool, TOOL_QUERY],
  ["the egress rule", egress, EGRESS_QUERY],
])("gives %s exactly the meaning asked for", (_, rule, wanted) => {
  const own = parseQuery(rule().query ?? "");
  expect(own.diagnostics).toEqual([]);
  expect(own.query).not.toBeNull();
  expect(meaning(own.query)).toEqual(meaning(parseQuery(wanted).query));
});

it("tells a changed query from the one asked for", () => {
  const changed = (tool().query ?? "").replace('"zmap"', '"zmapp"');
  expect(meaning(parseQuery(changed).query)).not.toEqual(meaning(parseQuery(TOOL_QUERY).query));
});

it("carries the facts of the tool rule", () => {
  const rule = tool();
  expect([
    rule.severity,
    rule.riskScore,
    rule.interval,
    rule.from,
    rule.maxSignals,
    rule.version,
    rule.license,
  ]).toEqual(["medium", 47, "5m", "now-6m", 100, "3", "Apache-2.0"]);
  expect(rule.index).toEqual(["logs-cloud_defend*"]);
  expect(attackIds(rule.threat)).toEqual(["TA0007", "T1046", "TA0011", "T1105", "TA0043", "T1595"]);
  expect(rule.osTypes).toEqual(["linux"]);
  expect(rule.defaulted).toEqual([]);
  expect([rule.guide.triage.length, rule.guide.falsePositives.length, rule.guide.response.length]).toEqual([7, 6, 8]);
});

it("carries the facts of the egress rule", () => {
  const rule = egress();
  expect([
    rule.severity,
    rule.riskScore,
    rule.interval,
    rule.from,
    rule.maxSignals,
    rule.version,
    rule.license,
  ]).toEqual(["medium", 47, "5m", "now-9m", 100, "2", "Apache-2.0"]);
  expect(rule.index).toEqual(["logs-endpoint.events.*"]);
  expect(attackIds(rule.threat)).toEqual(["TA0002", "T1059", "T1059.004", "TA0004", "T1611"]);
  expect([rule.guide.triage.length, rule.guide.falsePositives.length, rule.guide.response.length]).toEqual([5, 6, 7]);
});

it("resolves every pivot of the built-in guides, each at a step that names fields", () => {
  for (const rule of builtinPack().rules) {
    const labels = rule.guide.triage.flatMap((step) => step.pivots.map((pivot) => pivot.label));
    expect(labels.toSorted()).toEqual(rule.transform.investigate.map((pivot) => pivot.label).toSorted());
    expect(rule.guide.triage.every((step) => step.fields.length > 0)).toBe(true);
  }
});
