import type { JsonValue } from "../base/json.ts";
import type { RuleReading } from "./elastic-rule.ts";
import { FieldReader } from "./field-reader.ts";
import type { FieldReport } from "./field-reader.ts";
import { EMPTY_GUIDE } from "./guide.ts";
import type { RuleProblem } from "./problem.ts";
import type { Rule } from "./rule.ts";
import { ABSENT_IN_PROTECTIONS, PROTECTIONS_DEFAULTS } from "./rule-defaults.ts";
import { placeOfKey, placeOfQuery, problemAt } from "./rule-source.ts";
import type { RuleSource } from "./rule-source.ts";
import { toThreats } from "./threat.ts";

/** True for the shape of a behaviour rule: `[rule]` with an `id`, an `os_list` or endpoint versions, no `rule_id`. */
export function isProtectionsRule(rule: Readonly<Record<string, unknown>>): boolean {
  return !("rule_id" in rule) && ("os_list" in rule || "min_endpoint_version" in rule);
}

/** A behaviour rule of the protections-artifacts repository: `[rule]`, `[[threat]]`, `[[actions]]`, `[internal]`. */
export function toRuleOfProtectionsToml(
  source: RuleSource,
  document: Readonly<Record<string, unknown>>,
  ruleRecord: Readonly<Record<string, unknown>>,
): RuleReading {
  const problems: RuleProblem[] = [];
  let id: string | null = null;
  const warn: FieldReport = (key, message) =>
    problems.push(
      problemAt(source, "warning", "rule-field-type", message, { rule: id, place: placeOfKey(source, key) }),
    );
  const reader = new FieldReader(ruleRecord, warn);
  id = reader.text("id");
  const file = new FieldReader(document, warn);
  file.record("rule");

  const name = reader.text("name");
  const query = reader.text("query");
  if (id === null || name === null || query === null) {
    const missing = id === null ? "id" : name === null ? "name" : "query";
    const message = `the rule has no \`${missing}\``;
    problems.push(problemAt(source, "error", `rule-no-${missing}`, message, { rule: id }));
    return { rule: null, problems };
  }
  const extra: Record<string, JsonValue> = {};
  const rule: Rule = {
    ...ABSENT_IN_PROTECTIONS,
    ...PROTECTIONS_DEFAULTS,
    id,
    name: name.trim(),
    path: source.path,
    hash: source.hash,
    format: source.format,
    type: "eql",
    language: "eql",
    query,
    queryStart: placeOfQuery(source, query),
    threat: toThreats(file.records("threat"), warn),
    description: reader.text("description")?.trim() ?? "",
    license: reader.text("license"),
    version: reader.text("version"),
    references: reader.texts("reference"),
    osTypes: reader.texts("os_list"),
    guide: EMPTY_GUIDE,
    defaulted: Object.keys(PROTECTIONS_DEFAULTS),
    extra,
  };
  reader.rest("rule.", extra);
  file.rest("", extra);
  return { rule, problems };
}
