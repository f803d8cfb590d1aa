import type { JsonObject, JsonValue } from "../../base/json.ts";
import { formatDate, parseDate } from "../../eql/date-text.ts";
import { formatIp, parseIp } from "../../eql/ip-address.ts";
import type { FieldType } from "../../eql/types.ts";
import type { DocumentValues, Value } from "../../eql/values.ts";

/** An event in the making: the values of its fields. Absent or empty: missing. */
export type MadeEvent = ReadonlyMap<string, readonly Value[]>;

/** Types of fields, as the evidence will have them; null: what the values say. */
export type TypeOf = (field: string) => FieldType | null;

/** As conditions read it. */
export function readable(event: MadeEvent): DocumentValues {
  return { values: (field) => event.get(field) ?? [] };
}

/** The event with a field set to other values; none: without the field. */
export function withValues(event: MadeEvent, field: string, values: readonly Value[]): MadeEvent {
  const changed = new Map(event);
  if (values.length === 0) changed.delete(field);
  else changed.set(field, values);
  return changed;
}

/** The value that a field of that type makes of another; null when it makes none. */
export function convert(value: Value, type: FieldType | null): Value | null {
  switch (type) {
    case null:
      return value;
    case "keyword":
      return typeof value === "object" ? null : String(value);
    case "long":
      return typeof value === "bigint" ? value : toInteger(value);
    case "double":
      return typeof value === "bigint" ? Number(value) : typeof value === "number" ? value : null;
    case "boolean":
      return typeof value === "boolean" ? value : value === "true" ? true : value === "false" ? false : null;
    case "ip": {
      const bytes = typeof value === "string" ? parseIp(value) : null;
      return typeof value === "object" && value.kind === "ip" ? value : bytes === null ? null : { kind: "ip", bytes };
    }
    case "date": {
      const ns = typeof value === "string" ? parseDate(value) : typeof value === "bigint" ? value * 1_000_000n : null;
      return typeof value === "object" && value.kind === "date" ? value : ns === null ? null : { kind: "date", ns };
    }
    case "version":
      return typeof value === "string" ? { kind: "version", text: value } : null;
  }
}

function toInteger(value: Value): bigint | null {
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) : null;
  return typeof value === "string" && /^-?\d{1,18}$/.test(value) ? BigInt(value) : null;
}

/** As an ECS document with dotted names; fields with several values as lists. */
export function toDocument(event: MadeEvent): JsonObject {
  const document: Record<string, JsonValue> = {};
  for (const [field, values] of event) {
    const [only] = values;
    if (only === undefined) continue;
    document[field] = values.length === 1 ? toJsonValue(only) : values.map(toJsonValue);
  }
  return document;
}

function toJsonValue(value: Value): JsonValue {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (typeof value !== "object") return value;
  if (value.kind === "ip") return formatIp(value.bytes);
  return value.kind === "date" ? formatDate(value.ns) : value.text;
}
