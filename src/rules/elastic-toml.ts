import { isRecord } from "../base/json.ts";
import type { JsonValue } from "../base/json.ts";
import { toElasticRule } from "./elastic-rule.ts";
import type { RuleReading } from "./elastic-rule.ts";
import { FieldReader } from "./field-reader.ts";
import type { RuleProblem } from "./problem.ts";
import type { UpstreamRule } from "./rule.ts";
import { placeOfKey, problemAt } from "./rule-source.ts";
import type { RuleSource } from "./rule-source.ts";

/**
 * A TOML file of the detection-rules repository: `[metadata]`, `[rule]`, `[[rule.threat]]`, `[transform]`. A file
 * without `[rule]` whose top level is a rule is taken as one.
 */
export function toRuleOfElasticToml(source: RuleSource, document: Readonly<Record<string, unknown>>): RuleReading {
  const problems: RuleProblem[] = [];
  const file = new FieldReader(document, (key, message) =>
    problems.push(problemAt(source, "warning", "rule-field-type", message, { place: placeOfKey(source, key) })),
  );
  const extra: Record<string, JsonValue> = {};
  const transform = file.record("transform");
  const metadata = new FieldReader(file.record("metadata") ?? {}, (key, message) =>
    problems.push(problemAt(source, "warning", "rule-field-type", message, { place: placeOfKey(source, key) })),
  );
  const upstream = toUpstream(metadata.record("upstream"));
  metadata.rest("metadata.", extra);

  const wrapped = isRecord(document["rule"]);
  if (wrapped) {
    file.record("rule");
    file.rest("", extra);
  }
  const record = wrapped && isRecord(document["rule"]) ? document["rule"] : withoutTables(document);
  const reading = toElasticRule(source, record, wrapped ? "rule." : "", { transform, upstream, extra });
  return { rule: reading.rule, problems: [...problems, ...reading.problems] };
}

function withoutTables(document: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(document).filter(([key]) => key !== "metadata" && key !== "transform"));
}

function toUpstream(record: Readonly<Record<string, unknown>> | null): UpstreamRule | null {
  if (record === null) return null;
  const reader = new FieldReader(record, () => undefined);
  const id = reader.text("id");
  return id === null ? null : { id, name: reader.text("name") ?? id, version: reader.text("version") };
}
