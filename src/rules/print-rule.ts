import { isRecord, type JsonObject, type JsonValue, setOwn, toJson } from "../base/json.ts";
import type { ExceptionItem, ExceptionList } from "./exception.ts";
import { exceptionSummary, printExceptionObjects } from "./print-exception.ts";
import type { AttackItem, GuidePivot, Rule, Transform } from "./rule.ts";

/**
 * Rules as Kibana imports them: one JSON object a line, then the exception lists, each before its items, and a summary.
 * What the file of a rule says beside Kibana's fields is kept: keys of the rule under their own names, the rest in `meta`.
 */
export function printRules(
  rules: readonly Rule[],
  lists: readonly ExceptionList[] = [],
  items: readonly ExceptionItem[] = [],
): string {
  const exceptions = printExceptionObjects(lists, items);
  const summary = {
    exported_count: rules.length + lists.length + items.length,
    exported_rules_count: rules.length,
    missing_rules: [],
    missing_rules_count: 0,
    ...exceptionSummary(lists, items),
  };
  return [...rules.map(toRuleObject), ...exceptions, summary].map((object) => `${JSON.stringify(object)}\n`).join("");
}

/** A rule in the form of Kibana's exports. */
export function toRuleObject(rule: Rule): JsonObject {
  const { extra, meta } = splitExtra(rule);
  return {
    ...extra,
    ...present({
      language: rule.language,
      query: rule.query,
      data_view_id: rule.dataViewId,
      license: rule.license,
      to: rule.to,
      timestamp_override: rule.timestampOverride,
      event_category_override: rule.eventCategoryOverride,
      tiebreaker_field: rule.tiebreakerField,
      timestamp_field: rule.timestampField,
      setup: rule.setup,
      note: rule.note === null ? null : embedPivots(rule.note, rule.transform),
      building_block_type: rule.buildingBlock ? "default" : null,
      enabled: rule.enabled,
      threshold: toJson(rule.threshold === null ? null : thresholdObject(rule.threshold)),
      new_terms_fields: rule.newTerms === null ? null : toJson(rule.newTerms.fields),
      history_window_start: rule.newTerms?.historyWindowStart ?? null,
    }),
    rule_id: rule.id,
    name: rule.name,
    type: rule.type === "unknown" ? (extra["type"] ?? "unknown") : rule.type,
    description: rule.description,
    author: rule.author,
    version: /^\d{1,15}$/.test(rule.version ?? "") ? Number(rule.version) : (rule.version ?? 1),
    severity: rule.severity,
    risk_score: rule.riskScore,
    index: rule.index,
    from: rule.from,
    interval: rule.interval,
    max_signals: rule.maxSignals,
    tags: [...rule.tags, ...osTags(rule)],
    threat: rule.threat.map(({ framework, tactic, techniques }) => ({
      framework,
      tactic: attackObject(tactic),
      technique: techniques.map((technique) => ({
        ...attackObject(technique),
        subtechnique: technique.subtechniques.map(attackObject),
      })),
    })),
    filters: rule.filters,
    false_positives: rule.falsePositives,
    references: rule.references,
    ...(rule.investigationFields.length === 0
      ? {}
      : { investigation_fields: { field_names: rule.investigationFields } }),
    exceptions_list: rule.exceptionLists.map(({ id, listId, namespace, type }) => ({
      id: id ?? listId,
      list_id: listId,
      namespace_type: namespace,
      type,
    })),
    ...(Object.keys(meta).length === 0 ? {} : { meta }),
  };
}

function present(values: Readonly<Record<string, JsonValue>>): JsonObject {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

function thresholdObject({ fields, value, cardinality }: NonNullable<Rule["threshold"]>): object {
  return { field: fields, value, ...(cardinality.length === 0 ? {} : { cardinality }) };
}

function attackObject({ id, name, reference }: AttackItem): JsonObject {
  return { id, name, ...(reference === null ? {} : { reference }) };
}

/** Kibana has no field for the systems of a rule: Elastic's rules name them in tags. */
function osTags({ osTypes, tags }: Rule): string[] {
  const names: Readonly<Record<string, string>> = { linux: "Linux", macos: "macOS", windows: "Windows" };
  return osTypes
    .map((os) => `OS: ${names[os] ?? os}`)
    .filter((tag) => !tags.some((known) => known.toLowerCase() === tag.toLowerCase()));
}

/** In Kibana a guide holds its queries; in Elastic's repository it refers to a table of them. */
function embedPivots(note: string, { investigate, osquery }: Transform): string {
  return note.replaceAll(/\$(investigate|osquery)_(\d+)/g, (whole, kind: string, number: string) => {
    const pivot: GuidePivot | undefined = (kind === "investigate" ? investigate : osquery)[Number(number)];
    return pivot === undefined ? whole : `!{${kind}${JSON.stringify(pivotObject(pivot))}}`;
  });
}

function pivotObject(pivot: GuidePivot): JsonObject {
  if (pivot.kind === "osquery") return { label: pivot.label, query: pivot.query };
  return {
    label: pivot.label,
    description: pivot.description,
    providers: pivot.providers.map((group) =>
      group.map(({ field, excluded, queryType, value, valueType }) => ({
        ...{ field, excluded, queryType, value },
        ...(valueType === null ? {} : { valueType }),
      })),
    ),
    ...present({ relativeFrom: pivot.relativeFrom, relativeTo: pivot.relativeTo }),
  };
}

/** Keys of the rule itself stand where they stood; other tables of a TOML file, and the rule it was written after, in `meta`. */
function splitExtra({ extra, format, upstream }: Rule): { extra: JsonObject; meta: JsonObject } {
  const own: Record<string, JsonValue> = {};
  const meta: Record<string, JsonValue> = upstream === null ? {} : { upstream: toJson(upstream) };
  for (const [name, value] of Object.entries(extra)) {
    if (format === "kibana-json") setOwn(own, name, value);
    else if (name.startsWith("rule.")) setOwn(own, name.slice("rule.".length), value);
    else setOwn(meta, name, value);
  }
  const given = own["meta"];
  return { extra: own, meta: { ...(isJsonObject(given) ? given : {}), ...meta } };
}

function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return isRecord(value);
}
