import { allOf, literal } from "../kql/condition.ts";
import type { KqlDiagnostic } from "../kql/diagnostics.ts";
import type { KqlFields } from "../kql/fields.ts";
import { filtersToCondition } from "../kql/filters.ts";
import { parseKql } from "../kql/parser.ts";
import { kqlToCondition } from "../kql/to-condition.ts";
import type { KqlTranslation } from "../kql/to-condition.ts";
import type { Rule } from "./rule.ts";

/** Why a rule cannot be answered, if it cannot, by its type or language alone. */
export function unsupportedReason(rule: Pick<Rule, "type" | "language" | "query">): string | null {
  switch (rule.type) {
    case "esql":
      return "ES|QL rules are not supported: they aggregate over an Elasticsearch index";
    case "machine_learning":
      return "machine-learning rules read the results of a job that runs in Elasticsearch";
    case "threat_match":
      return "indicator-match rules need an index of threat intelligence";
    case "unknown":
      return "a rule type that this version does not know";
    case "saved_query":
      if (rule.query === null) return "its query is saved in Kibana and not part of the rule";
      break;
    case "eql":
    case "query":
    case "threshold":
    case "new_terms":
      break;
  }
  return rule.language === "lucene" && !isEverything(rule.query)
    ? "queries in Lucene's syntax are not supported"
    : null;
}

/**
 * What an event must be for a rule written in KQL (`query`, `threshold`, `new_terms`): its query and its filters, as
 * one EQL condition. For a rule in EQL, its filters alone, which hold for every event of a match. The caller has asked
 * `unsupportedReason` before.
 */
export function ruleCondition(rule: Pick<Rule, "language" | "query" | "filters">, fields: KqlFields): KqlTranslation {
  const query = rule.language === "kuery" ? translateQuery(rule.query ?? "", fields) : NOTHING_MORE;
  const filters = filtersToCondition(rule.filters, fields);
  const diagnostics: readonly KqlDiagnostic[] = [...query.diagnostics, ...filters.diagnostics];
  if (query.condition === null || filters.condition === null) return { condition: null, diagnostics };
  if (rule.filters.length === 0) return { condition: query.condition, diagnostics };
  if (rule.language !== "kuery") return { condition: filters.condition, diagnostics };
  return { condition: allOf([query.condition, filters.condition]), diagnostics };
}

const NOTHING_MORE: KqlTranslation = { condition: literal(true), diagnostics: [] };

function translateQuery(text: string, fields: KqlFields): KqlTranslation {
  const { query, diagnostics } = parseKql(text);
  return query === null ? { condition: null, diagnostics } : kqlToCondition(query, fields);
}

/** Lucene's way to say every event. */
function isEverything(query: string | null): boolean {
  return /^\s*(?:\*(?::\*)?)?\s*$/.test(query ?? "");
}
