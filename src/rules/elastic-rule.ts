import type { JsonValue } from "../base/json.ts";
import { FieldReader } from "./field-reader.ts";
import type { FieldReport } from "./field-reader.ts";
import { toGuide } from "./guide.ts";
import type { RuleProblem } from "./problem.ts";
import { RULE_LANGUAGES, RULE_TYPES, SEVERITIES } from "./rule.ts";
import type {
  ExceptionListRef,
  NewTerms,
  Rule,
  RuleLanguage,
  RuleType,
  Severity,
  Threshold,
  UpstreamRule,
} from "./rule.ts";
import { ELASTIC_DEFAULTS as DEFAULTS, RISK_OF_SEVERITY } from "./rule-defaults.ts";
import { placeOfKey, placeOfQuery, placeOfText, problemAt } from "./rule-source.ts";
import type { RuleSource } from "./rule-source.ts";
import { toThreats } from "./threat.ts";
import { toTransform } from "./transform.ts";

/** What stands in a file beside the table of the rule itself. */
export interface RuleSurroundings {
  readonly transform: Readonly<Record<string, unknown>> | null;
  readonly upstream: UpstreamRule | null;
  readonly extra: Readonly<Record<string, JsonValue>>;
}

export interface RuleReading {
  /** null when there are errors among the problems. */
  readonly rule: Rule | null;
  readonly problems: readonly RuleProblem[];
}

const TYPE_OF_LANGUAGE: Readonly<Record<RuleLanguage, RuleType>> = {
  eql: "eql",
  kuery: "query",
  lucene: "query",
  esql: "esql",
};

/**
 * A rule in the form of Elastic's detection engine, as its TOML files and Kibana's exports share it. `record` is the
 * table of the rule; `prefix` names it in `extra` (`rule.` in TOML, nothing in JSON).
 */
export function toElasticRule(
  source: RuleSource,
  record: Readonly<Record<string, unknown>>,
  prefix: string,
  around: RuleSurroundings,
): RuleReading {
  const problems: RuleProblem[] = [];
  let id: string | null = null;
  const warn: FieldReport = (key, message) =>
    problems.push(
      problemAt(source, "warning", "rule-field-type", message, { rule: id, place: placeOfKey(source, key) }),
    );
  const reader = new FieldReader(record, warn);
  id = reader.text("rule_id") ?? reader.text("id");
  const fail = (code: string, message: string, key: string, hint: string): void => {
    problems.push(problemAt(source, "error", code, message, { rule: id, place: placeOfKey(source, key), hint }));
  };

  const name = reader.text("name");
  const query = reader.text("query");
  const language = readLanguage(reader, fail);
  const type = readType(reader, language, query, warn);
  if (id === null) fail("rule-no-id", "the rule has no `rule_id`", "rule", "give it a UUID of its own");
  if (name === null) fail("rule-no-name", "the rule has no `name`", "rule", "name what it detects");
  if (query === null && needsQuery(type)) {
    fail("rule-no-query", `a rule of type ${type} needs a \`query\``, "rule", "add the query");
  }

  const defaulted: string[] = [];
  const orDefault = <T>(field: string, value: T | null, standard: T): T => {
    if (value === null) defaulted.push(field);
    return value ?? standard;
  };
  const severity = orDefault("severity", readSeverity(reader, warn), DEFAULTS.severity);
  const threshold = readThreshold(reader, warn);
  if (type === "threshold" && threshold === null) {
    fail("rule-no-threshold", "a threshold rule needs a `threshold`", "rule", "add [rule.threshold]");
  }
  const newTerms = readNewTerms(reader, warn);
  if (type === "new_terms" && newTerms === null) {
    fail("rule-no-new-terms", "a new-terms rule needs its fields", "rule", "add [rule.new_terms]");
  }
  const note = reader.text("note");
  const setup = reader.text("setup");
  const falsePositives = reader.texts("false_positives");
  const transform = toTransform(around.transform, warn);
  const guide = toGuide({ note, setup, falsePositives, transform }, (message, reference) => {
    const place = placeOfText(source, reference) ?? placeOfKey(source, "note");
    problems.push(problemAt(source, "warning", "rule-guide", message, { rule: id, place }));
  });

  const fields = {
    index: reader.texts("index"),
    dataViewId: reader.text("data_view_id"),
    severity,
    riskScore: orDefault("riskScore", reader.number("risk_score"), RISK_OF_SEVERITY[severity]),
    tags: reader.texts("tags"),
    threat: toThreats(reader.records("threat"), warn),
    description: reader.text("description")?.trim() ?? "",
    author: reader.texts("author"),
    license: reader.text("license"),
    version: reader.text("version"),
    from: orDefault("from", reader.text("from"), DEFAULTS.from),
    to: reader.text("to"),
    interval: orDefault("interval", reader.text("interval"), DEFAULTS.interval),
    maxSignals: orDefault("maxSignals", reader.number("max_signals"), DEFAULTS.maxSignals),
    timestampOverride: reader.text("timestamp_override"),
    eventCategoryOverride: reader.text("event_category_override"),
    tiebreakerField: reader.text("tiebreaker_field"),
    timestampField: reader.text("timestamp_field"),
    filters: reader.list("filters"),
    references: reader.texts("references"),
    investigationFields: new FieldReader(reader.record("investigation_fields") ?? {}, warn).texts("field_names"),
    buildingBlock: reader.text("building_block_type") !== null,
    enabled: reader.flag("enabled"),
    exceptionLists: reader.records("exceptions_list").flatMap((ref) => toExceptionListRef(ref, warn)),
  };

  if (id === null || name === null || problems.some((problem) => problem.severity === "error")) {
    return { rule: null, problems };
  }
  const extra: Record<string, JsonValue> = { ...around.extra };
  reader.rest(prefix, extra);
  const rule: Rule = {
    ...fields,
    id,
    name: name.trim(),
    path: source.path,
    hash: source.hash,
    format: source.format,
    type,
    language,
    query,
    queryStart: query === null ? null : placeOfQuery(source, query),
    threshold,
    newTerms,
    note,
    setup,
    falsePositives,
    transform,
    guide,
    osTypes: osTypesOfTags(fields.tags),
    upstream: around.upstream,
    defaulted,
    extra,
  };
  return { rule, problems };
}

function needsQuery(type: RuleType): boolean {
  return type !== "machine_learning" && type !== "unknown" && type !== "saved_query";
}

function readLanguage(
  reader: FieldReader,
  fail: (code: string, message: string, key: string, hint: string) => void,
): RuleLanguage | null {
  const text = reader.text("language");
  if (text === null) return null;
  const language = RULE_LANGUAGES.find((known) => known === text) ?? (text === "kql" ? "kuery" : undefined);
  if (language !== undefined) return language;
  fail("rule-language", `unknown language \`${text}\``, "language", `one of ${RULE_LANGUAGES.join(", ")}`);
  return null;
}

/** The type as given; where a file gives none it follows from the language, and a query without both is EQL. */
function readType(
  reader: FieldReader,
  language: RuleLanguage | null,
  query: string | null,
  warn: FieldReport,
): RuleType {
  const text = reader.text("type");
  if (text === null) return language !== null ? TYPE_OF_LANGUAGE[language] : query !== null ? "eql" : "unknown";
  const type = RULE_TYPES.find((known) => known === text);
  if (type !== undefined) return type;
  reader.keep("type", text);
  warn("type", `unknown rule type \`${text}\``);
  return "unknown";
}

function readSeverity(reader: FieldReader, warn: FieldReport): Severity | null {
  const text = reader.text("severity");
  if (text === null) return null;
  const severity = SEVERITIES.find((known) => known === text.toLowerCase());
  if (severity !== undefined) return severity;
  reader.keep("severity", text);
  warn("severity", `unknown severity \`${text}\`; one of ${SEVERITIES.join(", ")}`);
  return null;
}

function readThreshold(reader: FieldReader, warn: FieldReport): Threshold | null {
  const record = reader.record("threshold");
  if (record === null) return null;
  const inner = new FieldReader(record, warn);
  const value = inner.number("value");
  if (value === null || value < 1) {
    warn("threshold", "a threshold needs a `value` of at least 1");
    return null;
  }
  const cardinality = inner.records("cardinality").flatMap((item) => {
    const reading = new FieldReader(item, warn);
    const field = reading.text("field");
    const distinct = reading.number("value");
    return field === null || distinct === null ? [] : [{ field, value: distinct }];
  });
  return { fields: inner.texts("field").filter((field) => field !== ""), value, cardinality };
}

/** TOML: `[rule.new_terms]` with `value` and `history_window_start`; JSON: two keys of the rule. */
function readNewTerms(reader: FieldReader, warn: FieldReport): NewTerms | null {
  const record = reader.record("new_terms");
  const inner = new FieldReader(record ?? {}, warn);
  const fields = record === null ? reader.texts("new_terms_fields") : inner.texts("value");
  const start =
    record === null
      ? reader.text("history_window_start")
      : inner.records("history_window_start").flatMap((item) => new FieldReader(item, warn).texts("value"))[0];
  if (fields.length === 0 || start === undefined || start === null) return null;
  return { fields, historyWindowStart: start };
}

function toExceptionListRef(record: Readonly<Record<string, unknown>>, warn: FieldReport): readonly ExceptionListRef[] {
  const reader = new FieldReader(record, warn);
  const listId = reader.text("list_id");
  if (listId === null) {
    warn("exceptions_list", "a reference to an exception list has no `list_id`");
    return [];
  }
  const namespace = reader.text("namespace_type") ?? "single";
  return [{ id: reader.text("id"), listId, namespace, type: reader.text("type") ?? "detection" }];
}

/** `OS: Linux` and its like, as Elastic tags rules. */
function osTypesOfTags(tags: readonly string[]): readonly string[] {
  return tags.flatMap((tag) => {
    const os = /^OS: (Linux|macOS|Windows)$/i.exec(tag)?.[1];
    return os === undefined ? [] : [os.toLowerCase()];
  });
}
