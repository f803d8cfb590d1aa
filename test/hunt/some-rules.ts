import { sha256Hex } from "../../src/base/sha256.ts";
import { ABSENT_IN_PROTECTIONS } from "../../src/rules/rule-defaults.ts";
import type { Rule } from "../../src/rules/rule.ts";

/** A rule with everything but its query left out. */
export function someRule(name: string, query: string, more: Partial<Rule> = {}): Rule {
  return {
    ...ABSENT_IN_PROTECTIONS,
    id: name,
    name,
    path: `pack/${name}.toml`,
    hash: sha256Hex(`${name}\n${query}`),
    format: "elastic-toml",
    type: "eql",
    language: "eql",
    query,
    queryStart: null,
    severity: "medium",
    riskScore: 47,
    threat: [],
    description: "",
    license: null,
    version: null,
    from: "now-6m",
    interval: "5m",
    maxSignals: 100,
    references: [],
    osTypes: [],
    guide: {
      overview: null,
      triage: [],
      falsePositives: [],
      response: [],
      setup: null,
      related: [],
      sections: [],
    },
    defaulted: [],
    extra: {},
    ...more,
  };
}
