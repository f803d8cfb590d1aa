import type { Rule } from "../../src/rules/rule.ts";
import type { CaseFile } from "../../src/store/case-file.ts";
import { finishHunt, recordRule, startHunt } from "../../src/store/hunts.ts";
import { readTomlRule } from "../../src/rules/read-toml.ts";
import { invariant } from "../../src/base/errors.ts";
import { smallCase, type SmallEvent } from "../store/small-case.ts";

/** A rule from TOML text. */
export function ruleOf(path: string, text: string): Rule {
  const { rule } = readTomlRule(path, Buffer.from(text)).reading;
  invariant(rule !== null, `${path} is a rule`);
  return rule;
}

export const TOOL_RULE = ruleOf(
  "pack/tool.toml",
  `[rule]
author = ["Ann"]
description = "A network tool was started."
false_positives = ["Health checks."]
language = "eql"
license = "Apache-2.0"
name = "Network tool <b>started</b>"
note = """## Triage and analysis

### Possible investigation steps

- Look at \`process.args\` and \`user.name\`.
- See what else \`process.entity_id\` did.

### Response and remediation

- Isolate the container.
"""
risk_score = 47
rule_id = "11111111-1111-4111-8111-111111111111"
severity = "medium"
tags = ["Domain: Container"]
type = "eql"
query = 'process where process.name : "nc"'

[[rule.threat]]
framework = "MITRE ATT&CK"
[rule.threat.tactic]
id = "TA0007"
name = "Discovery"
reference = "https://attack.mitre.org/tactics/TA0007/"
[[rule.threat.technique]]
id = "T1046"
name = "Network Service Discovery"
reference = "https://attack.mitre.org/techniques/T1046/"
`,
);

export const EGRESS_RULE = ruleOf(
  "pack/egress.toml",
  `[rule]
author = ["Ann"]
description = "A connection out."
language = "eql"
license = "Apache-2.0"
name = "Connection out"
risk_score = 73
rule_id = "22222222-2222-4222-8222-222222222222"
severity = "high"
type = "eql"
query = 'sequence by host.id [process where true] [network where true]'

[[rule.threat]]
framework = "MITRE ATT&CK"
[rule.threat.tactic]
id = "TA0002"
name = "Execution"
reference = "https://attack.mitre.org/tactics/TA0002/"
[[rule.threat.technique]]
id = "T1059"
name = "Command and Scripting Interpreter"
reference = "https://attack.mitre.org/techniques/T1059/"
[[rule.threat.technique.subtechnique]]
id = "T1059.004"
name = "Unix Shell"
reference = "https://attack.mitre.org/techniques/T1059/004/"
`,
);

export const EVENTS: readonly SmallEvent[] = [
  {
    "@timestamp": "2026-01-01T10:00:00.000Z",
    "event.category": ["process"],
    "event.type": ["start"],
    "host.name": "web-1",
    "host.id": "h1",
    "container.name": "shop",
    "user.name": "root",
    "process.name": "nc",
    "process.executable": "/usr/bin/nc",
    "process.command_line": '=cmd|" /C calc"!A0',
    "process.args": ["nc", "-e", "/bin/sh"],
    "process.entity_id": "e1",
    "process.parent.entity_id": "e0",
    "process.pid": 42,
  },
  {
    "@timestamp": "2026-01-01T10:00:02.900Z",
    "event.category": ["network"],
    "event.type": ["start"],
    "host.name": "web-1",
    "host.id": "h1",
    "container.name": "shop",
    "process.name": "nc",
    "process.entity_id": "e1",
    "process.parent.entity_id": "e0",
    "destination.ip": "203.0.113.9",
    "destination.port": 4444,
  },
  {
    "@timestamp": "2026-01-01T09:59:59.000Z",
    "event.category": ["process"],
    "event.type": ["start"],
    "host.name": "web-1",
    "host.id": "h1",
    "container.name": "shop",
    "user.name": "www-data",
    "process.name": "sh",
    "process.command_line": "sh -c nc",
    "process.entity_id": "e0",
    "process.pid": 41,
  },
  {
    "@timestamp": "2026-01-02T00:00:00.000Z",
    "event.category": ["process"],
    "event.type": ["start"],
    "host.name": "db-1",
    "host.id": "h2",
    "user.name": "@SUM(1+1)",
    "process.name": "nc",
    "process.command_line": "nc -z db\n\u202e\u0007<script>alert(1)</script>",
    "process.entity_id": "e9",
    "process.pid": 7,
  },
];

export const ACTOR = { analyst: "ann", at: "2026-02-01T00:00:00.000Z" };

/** A case of four events, hunted: finding 1 and 2 (the tool, on web-1 and db-1), finding 3 (the connection out). */
export async function sampleCase(path: string, events: readonly SmallEvent[] = EVENTS): Promise<CaseFile> {
  const file = await smallCase(path, events);
  const hunt = startHunt(file, { actor: ACTOR, from: null, to: null, options: {} });
  const result = { outcome: "hit" as const, reason: null, ms: 1.25, sqlHash: "f".repeat(64), details: {} };
  const record = (rule: Rule) => ({ id: rule.id, path: rule.path, hash: rule.hash, name: rule.name, document: rule });
  recordRule(file, hunt, record(TOOL_RULE), {
    ...result,
    matches: [
      { events: [1n], joinKeys: [], total: 1 },
      { events: [4n], joinKeys: [], total: 1 },
    ],
  });
  recordRule(file, hunt, record(EGRESS_RULE), {
    ...result,
    matches: [{ events: [1n, null, 2n], joinKeys: [{ field: "host.id", value: "h1" }], total: 3 }],
  });
  finishHunt(file, hunt, ACTOR);
  return file;
}
