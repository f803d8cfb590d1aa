import { isRecord } from "../base/json.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What an object of an export is. */
export type ExportObject =
  | { readonly kind: "rule"; readonly record: Fields; readonly asset: boolean }
  | { readonly kind: "exceptionList" | "exceptionItem" | "summary"; readonly record: Fields }
  | { readonly kind: "other"; readonly record: Fields };

/** Rule types as the alerting framework names them. */
const TYPE_OF_ALERT: Readonly<Record<string, string>> = {
  "siem.eqlRule": "eql",
  "siem.queryRule": "query",
  "siem.savedQueryRule": "saved_query",
  "siem.thresholdRule": "threshold",
  "siem.newTermsRule": "new_terms",
  "siem.esqlRule": "esql",
  "siem.mlRule": "machine_learning",
  "siem.indicatorRule": "threat_match",
};

/**
 * Tells what an exported object is, out of whatever wraps it: a plain object of Kibana's detection engine, a
 * `security-rule` asset of a Fleet package or an exception in a saved object (`attributes`), an `alert` saved object
 * (`attributes.params`, in camel case), or a search hit (`_source`).
 */
export function toExportObject(value: Fields): ExportObject {
  const source = value["_source"];
  if (isRecord(source)) return toExportObject(source);
  const attributes = value["attributes"];
  if (isRecord(attributes)) {
    const params = attributes["params"];
    if (isRecord(params)) return { kind: "rule", record: fromAlert(attributes, params), asset: false };
    const inner = toExportObject(attributes);
    return inner.kind === "rule" ? { ...inner, asset: value["type"] === "security-rule" } : inner;
  }
  if (typeof value["list_id"] === "string" && !("rule_id" in value)) return toException(value);
  if ("exported_count" in value || "exported_rules_count" in value || "exported_exception_list_count" in value) {
    return { kind: "summary", record: value };
  }
  if (typeof value["rule_id"] === "string" || isRuleLike(value)) return { kind: "rule", record: value, asset: false };
  return { kind: "other", record: value };
}

/** Saved exception objects tell lists from items by `list_type`, exported ones by their content. */
function toException(value: Fields): ExportObject {
  const isItem = value["list_type"] === "item" || "item_id" in value || "entries" in value;
  const { list_type: _, ...record } = value;
  return { kind: isItem && value["list_type"] !== "list" ? "exceptionItem" : "exceptionList", record };
}

/** An object without `rule_id` that cannot be anything else. */
function isRuleLike(value: Fields): boolean {
  return (
    typeof value["name"] === "string" && typeof value["type"] === "string" && "severity" in value && "query" in value
  );
}

function fromAlert(attributes: Fields, params: Fields): Fields {
  const { params: _, alertTypeId, schedule, ...rest } = attributes;
  const type = TYPE_OF_ALERT[typeof alertTypeId === "string" ? alertTypeId : ""];
  const snake = Object.fromEntries(Object.entries(params).map(([key, value]) => [toSnakeCase(key), value]));
  return {
    ...rest,
    ...(type === undefined ? {} : { type }),
    ...(isRecord(schedule) && typeof schedule["interval"] === "string" ? { interval: schedule["interval"] } : {}),
    ...snake,
  };
}

function toSnakeCase(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
