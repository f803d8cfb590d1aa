/** What JSON can hold. Values read from files are narrowed from `unknown` with the guards here. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** True for an object that is neither null nor an array. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** True for an array; unlike `Array.isArray` its elements stay `unknown`. */
export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/**
 * `value` as JSON. Dates (TOML has them) become ISO 8601 text, whole bigints numbers where they are exact and text where
 * they are not; what JSON cannot hold (undefined, functions) becomes null.
 */
export function toJson(value: unknown): JsonValue {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (isList(value)) return value.map(toJson);
  if (value instanceof Date) return value.toISOString();
  if (isRecord(value)) {
    const object: Record<string, JsonValue> = {};
    for (const [key, item] of Object.entries(value)) setOwn(object, key, toJson(item));
    return object;
  }
  return null;
}

/** Sets an own property whatever its name is, `__proto__` included. */
export function setOwn<T>(object: Record<string, T>, key: string, value: T): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}
