import { isList, isRecord, toJson } from "../base/json.ts";
import { FieldReader } from "./field-reader.ts";
import type { FieldReport } from "./field-reader.ts";
import type { InvestigatePivot, OsqueryPivot, PivotProvider, Transform } from "./rule.ts";

/** The queries a rule brings for its investigator (`[[transform.investigate]]`, `[[transform.osquery]]`). */
export function toTransform(record: Readonly<Record<string, unknown>> | null, report: FieldReport): Transform {
  const reader = new FieldReader(record ?? {}, report);
  return {
    investigate: reader.records("investigate").map((item) => toInvestigate(item, report)),
    osquery: reader.records("osquery").map((item) => toOsquery(item, report)),
  };
}

/** An investigate query; unlabelled ones are labelled by their fields. */
export function toInvestigate(record: Readonly<Record<string, unknown>>, report: FieldReport): InvestigatePivot {
  const reader = new FieldReader(record, report);
  const groups = reader.list("providers");
  const providers = groups.map((group) =>
    (isList(group) ? group : [group]).flatMap((item) => toProvider(item, report)),
  );
  const fields = [...new Set(providers.flat().map((provider) => provider.field))];
  return {
    kind: "investigate",
    label: reader.text("label") ?? `Events by ${fields.join(", ")}`,
    description: reader.text("description") ?? "",
    providers,
    relativeFrom: reader.text("relativeFrom"),
    relativeTo: reader.text("relativeTo"),
  };
}

function toProvider(value: unknown, report: FieldReport): readonly PivotProvider[] {
  if (!isRecord(value)) {
    report("providers", "a provider of an investigate query should be a table");
    return [];
  }
  const reader = new FieldReader(value, report);
  const field = reader.text("field");
  if (field === null) {
    report("providers", "a provider of an investigate query has no field");
    return [];
  }
  return [
    {
      field,
      excluded: reader.flag("excluded") ?? false,
      queryType: reader.text("queryType") ?? "phrase",
      value: toJson(value["value"]),
      valueType: reader.text("valueType"),
    },
  ];
}

/** A query for osquery on a live host. */
export function toOsquery(record: Readonly<Record<string, unknown>>, report: FieldReport): OsqueryPivot {
  const reader = new FieldReader(record, report);
  return {
    kind: "osquery",
    label: reader.text("label") ?? "Osquery",
    query: reader.text("query") ?? "",
  };
}
