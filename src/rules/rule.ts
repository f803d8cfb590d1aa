import type { JsonValue } from "../base/json.ts";

/** Types of Elastic's detection rules. `unknown`: a type this version does not know; its name is in `extra`. */
export const RULE_TYPES = [
  "eql",
  "query",
  "saved_query",
  "threshold",
  "new_terms",
  "esql",
  "machine_learning",
  "threat_match",
] as const;
export type RuleType = (typeof RULE_TYPES)[number] | "unknown";

export const RULE_LANGUAGES = ["eql", "kuery", "lucene", "esql"] as const;
export type RuleLanguage = (typeof RULE_LANGUAGES)[number];

/** From least to most severe. */
export const SEVERITIES = ["low", "medium", "high", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** How the rule was written; see docs/rule-formats.md. */
export type RuleFormat = "elastic-toml" | "protections-toml" | "kibana-json";

/**
 * A detection rule, whatever format it came in: readonly plain data that survives JSON. Absent scalars are null, absent
 * lists empty. Values the format lacks are filled with defaults, whose names are in `defaulted`.
 */
export interface Rule {
  /** The rule's own id, usually a UUID. Not unique over packs: a rule is identified by id, path and hash. */
  readonly id: string;
  readonly name: string;
  /** File the rule came from, `/` between folders; inside an archive or a file of many rules `file!inner` or `file#line`. */
  readonly path: string;
  /** sha256, hex, of the bytes of the rule's own text: the TOML file, or its line of NDJSON. */
  readonly hash: string;
  readonly format: RuleFormat;
  readonly type: RuleType;
  /** null where the type has no query. */
  readonly language: RuleLanguage | null;
  /** Text of the query exactly as given; null where the type has none. */
  readonly query: string | null;
  /** Where the query's text begins in the file, 1-based; null when it could not be placed. */
  readonly queryStart: Place | null;
  /** Index patterns the rule was written for. */
  readonly index: readonly string[];
  readonly dataViewId: string | null;
  readonly severity: Severity;
  /** 0 to 100. */
  readonly riskScore: number;
  readonly tags: readonly string[];
  readonly threat: readonly Threat[];
  readonly description: string;
  readonly author: readonly string[];
  readonly license: string | null;
  readonly version: string | null;
  /** Date-math texts as given, e.g. `now-9m`, `5m`. Shown, never applied to a dump. */
  readonly from: string;
  readonly to: string | null;
  readonly interval: string;
  readonly maxSignals: number;
  readonly timestampOverride: string | null;
  readonly eventCategoryOverride: string | null;
  readonly tiebreakerField: string | null;
  readonly timestampField: string | null;
  readonly threshold: Threshold | null;
  readonly newTerms: NewTerms | null;
  /** Kibana filters as given. */
  readonly filters: readonly JsonValue[];
  /** Markdown of the investigation guide, and of the setup notes. */
  readonly note: string | null;
  readonly setup: string | null;
  readonly falsePositives: readonly string[];
  readonly references: readonly string[];
  /** Fields the author wants to see first. */
  readonly investigationFields: readonly string[];
  readonly transform: Transform;
  readonly buildingBlock: boolean;
  /** null: not said. */
  readonly enabled: boolean | null;
  readonly exceptionLists: readonly ExceptionListRef[];
  /** Operating systems of a rule that names them (`linux`, `macos`, `windows`). */
  readonly osTypes: readonly string[];
  /** The rule this one was written after. */
  readonly upstream: UpstreamRule | null;
  readonly guide: Guide;
  /** Names of the fields above that were filled with a default. */
  readonly defaulted: readonly string[];
  /** Everything else the file says, by its dotted name in the file, e.g. `rule.alert_suppression`, `metadata.maturity`. */
  readonly extra: Readonly<Record<string, JsonValue>>;
}

/** 1-based line and column; columns count UTF-16 units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** One ATT&CK tactic with the techniques it was given for; each tactic appears once in a rule. */
export interface Threat {
  readonly framework: string;
  readonly tactic: AttackItem;
  readonly techniques: readonly Technique[];
}

export interface Technique extends AttackItem {
  readonly subtechniques: readonly AttackItem[];
}

/** `id` such as TA0007, T1059, T1059.004. */
export interface AttackItem {
  readonly id: string;
  readonly name: string;
  readonly reference: string | null;
}

export interface Threshold {
  /** Fields to group by; none: all matching events are one group. */
  readonly fields: readonly string[];
  /** Events a group needs. */
  readonly value: number;
  /** Distinct values of a field that a group needs. */
  readonly cardinality: readonly { readonly field: string; readonly value: number }[];
}

export interface NewTerms {
  readonly fields: readonly string[];
  /** Date math, e.g. `now-14d`. */
  readonly historyWindowStart: string;
}

export interface Transform {
  readonly investigate: readonly InvestigatePivot[];
  readonly osquery: readonly OsqueryPivot[];
}

/** A query the author prepared for the investigator. */
export type GuidePivot = InvestigatePivot | OsqueryPivot;

/** Events for which any group of `providers` holds, each group being the conjunction of its members. */
export interface InvestigatePivot {
  readonly kind: "investigate";
  readonly label: string;
  readonly description: string;
  readonly providers: readonly (readonly PivotProvider[])[];
  /** Date math relative to the alert, or null. */
  readonly relativeFrom: string | null;
  readonly relativeTo: string | null;
}

export interface PivotProvider {
  readonly field: string;
  /** The condition is negated. */
  readonly excluded: boolean;
  /** `phrase`, `exists`, `range`, ... */
  readonly queryType: string;
  /** A literal, or a template such as `{{host.id}}` for the value the finding has. */
  readonly value: JsonValue;
  readonly valueType: string | null;
}

/** A query for a live host: shown as text, since a dump cannot answer it. */
export interface OsqueryPivot {
  readonly kind: "osquery";
  readonly label: string;
  readonly query: string;
}

export interface ExceptionListRef {
  readonly id: string | null;
  readonly listId: string;
  /** `single` or `agnostic`. */
  readonly namespace: string;
  /** `detection`, `rule_default`, `endpoint`, ... */
  readonly type: string;
}

export interface UpstreamRule {
  readonly name: string;
  readonly id: string;
  readonly version: string | null;
}

/** The investigation guide taken apart. Lists are in the order of the text. */
export interface Guide {
  /** Markdown of what precedes the steps: what the rule is about. */
  readonly overview: string | null;
  readonly triage: readonly Step[];
  readonly falsePositives: readonly Step[];
  readonly response: readonly Step[];
  /** Markdown. */
  readonly setup: string | null;
  readonly related: readonly RelatedRule[];
  /** All other headed parts, and prose found between the steps of a list. */
  readonly sections: readonly GuideSection[];
}

/** One item of a list of the guide. */
export interface Step {
  /** 1-based within its list. */
  readonly number: number;
  /** Heading inside the list under which the item stands, or null. */
  readonly group: string | null;
  /** Plain text on one line, markdown removed, pivots replaced by their labels. */
  readonly text: string;
  /** The item with everything that belongs to it, as written, without the indentation of the list. */
  readonly markdown: string;
  /** Event fields named in this item or its children, each once. */
  readonly fields: readonly string[];
  /** Pivots of this item and its children. */
  readonly pivots: readonly GuidePivot[];
  readonly children: readonly StepDetail[];
}

/** An item below a step, in order; `level` is 1 for the first level below it. `code`: the text is a block of code. */
export interface StepDetail {
  readonly level: number;
  readonly text: string;
  readonly code: boolean;
  readonly fields: readonly string[];
  readonly pivots: readonly GuidePivot[];
}

export interface RelatedRule {
  readonly name: string;
  readonly id: string | null;
}

export interface GuideSection {
  readonly title: string;
  readonly markdown: string;
}
