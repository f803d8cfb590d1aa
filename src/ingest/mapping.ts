import { EXIT, UserError } from "../base/errors.ts";
import { isRecord } from "../base/json.ts";
import type { FieldType } from "../ecs/field-type.ts";

const TYPES: ReadonlyMap<string, FieldType> = new Map<string, FieldType>([
  ["keyword", "keyword"],
  ["wildcard", "keyword"],
  ["constant_keyword", "keyword"],
  ["text", "keyword"],
  ["match_only_text", "keyword"],
  ["long", "long"],
  ["integer", "long"],
  ["short", "long"],
  ["byte", "long"],
  ["unsigned_long", "long"],
  ["double", "double"],
  ["float", "double"],
  ["half_float", "double"],
  ["scaled_float", "double"],
  ["boolean", "boolean"],
  ["date", "date"],
  ["date_nanos", "date"],
  ["ip", "ip"],
  ["version", "version"],
]);

/**
 * Field types of an Elasticsearch mapping: what `GET index/_mapping` answers (the first index that is in it), a template's
 * `mappings`, or `properties` alone. Types without a counterpart are left out.
 * @throws UserError `bad-mapping`
 */
export function parseMapping(text: string, name: string): Record<string, FieldType> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError("bad-mapping", `${name} is not JSON`, { exitCode: EXIT.usage, cause: error });
  }
  const properties = findProperties(value, 4);
  if (properties === null) {
    throw new UserError("bad-mapping", `${name} has no "properties": it is no Elasticsearch mapping`, {
      exitCode: EXIT.usage,
    });
  }
  const types = Object.create(null) as Record<string, FieldType>;
  collect(properties, "", types);
  return types;
}

function findProperties(value: unknown, depth: number): Readonly<Record<string, unknown>> | null {
  if (!isRecord(value) || depth === 0) return null;
  if (isRecord(value["properties"])) return value["properties"];
  for (const item of Object.values(value)) {
    const found = findProperties(item, depth - 1);
    if (found !== null) return found;
  }
  return null;
}

function collect(
  properties: Readonly<Record<string, unknown>>,
  parent: string,
  types: Record<string, FieldType>,
): void {
  for (const [name, mapping] of Object.entries(properties)) {
    if (!isRecord(mapping)) continue;
    const path = parent === "" ? name : `${parent}.${name}`;
    const type = typeof mapping["type"] === "string" ? TYPES.get(mapping["type"]) : undefined;
    if (type !== undefined) types[path] = type;
    if (isRecord(mapping["properties"])) collect(mapping["properties"], path, types);
  }
}
