import { isList, isRecord, setOwn, toJson } from "../base/json.ts";
import type { JsonValue } from "../base/json.ts";

/** Told of each value that has not the type its key should have. */
export type FieldReport = (key: string, message: string) => void;

/**
 * Reads a record of unknown content key by key. What was read with the right type is taken out; what remains (unknown
 * keys, and values of a wrong type, which are also reported) is `rest()`, so nothing of a rule file is lost.
 */
export class FieldReader {
  readonly #left: Map<string, unknown>;
  readonly #report: FieldReport;

  constructor(record: Readonly<Record<string, unknown>>, report: FieldReport) {
    this.#left = new Map(Object.entries(record));
    this.#report = report;
  }

  /** Text; null when absent, null or empty. Numbers are accepted as text (versions are written both ways). */
  text(key: string): string | null {
    const value = this.#take(key);
    if (value === undefined) return null;
    if (typeof value === "string") return value.trim() === "" ? null : value;
    if (typeof value === "number" || typeof value === "bigint") return String(value);
    this.#refuse(key, value, "text");
    return null;
  }

  number(key: string): number | null {
    const value = this.#take(key);
    if (value === undefined) return null;
    if (typeof value === "number" && Number.isFinite(value)) return value;
    this.#refuse(key, value, "a number");
    return null;
  }

  flag(key: string): boolean | null {
    const value = this.#take(key);
    if (value === undefined) return null;
    if (typeof value === "boolean") return value;
    this.#refuse(key, value, "true or false");
    return null;
  }

  /** A list of texts; a single text counts as a list of one. Empty when absent. */
  texts(key: string): readonly string[] {
    const value = this.#take(key);
    if (value === undefined) return [];
    if (typeof value === "string") return value.trim() === "" ? [] : [value];
    if (isList(value) && value.every((item) => typeof item === "string")) return value;
    this.#refuse(key, value, "a list of texts");
    return [];
  }

  /** A list of tables; empty when absent. */
  records(key: string): readonly Readonly<Record<string, unknown>>[] {
    const value = this.#take(key);
    if (value === undefined) return [];
    if (isList(value) && value.every(isRecord)) return value;
    this.#refuse(key, value, "a list of tables");
    return [];
  }

  record(key: string): Readonly<Record<string, unknown>> | null {
    const value = this.#take(key);
    if (value === undefined) return null;
    if (isRecord(value)) return value;
    this.#refuse(key, value, "a table");
    return null;
  }

  /** A list of anything, as JSON; empty when absent. */
  list(key: string): readonly JsonValue[] {
    const value = this.#take(key);
    if (value === undefined) return [];
    if (isList(value)) return value.map(toJson);
    this.#refuse(key, value, "a list");
    return [];
  }

  /** Puts a value back among what was not understood. */
  keep(key: string, value: unknown): void {
    this.#left.set(key, value);
  }

  /** What is left, each name prefixed, into `extra`. */
  rest(prefix: string, extra: Record<string, JsonValue>): void {
    for (const [key, value] of this.#left) setOwn(extra, prefix + key, toJson(value));
  }

  /** The value, taken out; undefined when absent or null. */
  #take(key: string): unknown {
    const value = this.#left.get(key);
    this.#left.delete(key);
    return value ?? undefined;
  }

  #refuse(key: string, value: unknown, expected: string): void {
    this.#left.set(key, value);
    this.#report(key, `\`${key}\` should be ${expected}, not ${describe(value)}`);
  }
}

function describe(value: unknown): string {
  if (isList(value)) return "a list";
  if (value instanceof Date) return "a date";
  if (isRecord(value)) return "a table";
  if (typeof value === "string") return "text";
  return typeof value;
}
