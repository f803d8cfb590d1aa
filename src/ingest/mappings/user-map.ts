import { EXIT, UserError } from "../../base/errors.ts";
import { type Conversion, CONVERSIONS } from "./conversions.ts";
import type { MappingRow } from "./table.ts";

/** A mapping that the user gives with `--map`: how documents of a tool of theirs become ECS. Plain data. */
export interface UserMap {
  /** The name of the format, as it is stored with the source. */
  readonly id: string;
  /** Fields (dotted) that a document of the tool has, all of them. */
  readonly matches: readonly string[];
  readonly fields: readonly MappingRow[];
  /** ECS fields that are the same for every document. */
  readonly always: Readonly<Record<string, unknown>>;
  /** ECS fields by the value of a field; null when there are none. */
  readonly kinds: {
    readonly by: string;
    readonly values: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  } | null;
}

/**
 * Reads a mapping file: JSON with `id`, `matches`, `fields` (rows of source field, ECS field and, where needed, a
 * conversion), and perhaps `always` and `kinds`. See docs/formats.md.
 * @param name of the file, for messages
 * @throws UserError `bad-map`
 */
export function parseUserMap(text: string, name: string): UserMap {
  const bad = (message: string, hint?: string): UserError =>
    new UserError("bad-map", `${name}: ${message}`, { exitCode: EXIT.usage, ...(hint === undefined ? {} : { hint }) });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError("bad-map", `${name} is not JSON`, { exitCode: EXIT.usage, cause: error });
  }
  if (!isRecord(value)) throw bad("a mapping is a JSON object");
  if (Object.hasOwn(value, "properties") || Object.hasOwn(value, "mappings")) {
    throw bad(
      "this is a mapping of Elasticsearch: types of fields, not how documents become ECS",
      "Give it with --mapping.",
    );
  }
  const { id, matches, fields, always = {}, kinds = null } = value;
  if (typeof id !== "string" || !/^[a-z0-9][a-z0-9-]*$/.test(id)) throw bad('"id" must be a name of a-z, 0-9 and -');
  if (!isTexts(matches) || matches.length === 0) throw bad('"matches" must list the fields that tell such a document');
  if (!Array.isArray(fields)) throw bad('"fields" must be a list of [source field, ECS field, conversion]');
  const targets = new Map<string, string>();
  const rows = (fields as unknown[]).map((row): MappingRow => {
    if (!isTexts(row) || row.length < 2 || row.length > 3) throw bad(`${JSON.stringify(row)} is no row of "fields"`);
    const [from = "", to = "", as] = row;
    const before = targets.get(to);
    if (before !== undefined) {
      throw bad(`${before} and ${from} both fill ${to}`, `Write them as one row: "${before}|${from}".`);
    }
    targets.set(to, from);
    if (as === undefined) return [from, to];
    if (!isConversion(as))
      throw bad(`there is no conversion '${as}'`, `Conversions: ${Object.keys(CONVERSIONS).join(", ")}`);
    return [from, to, as];
  });
  if (!isRecord(always)) throw bad('"always" must be an object of ECS fields');
  return { id, matches, fields: rows, always, kinds: toKinds(kinds, bad) };
}

/** Whether a file that was given as a mapping of Elasticsearch is one of documents instead: it has `matches` and `fields`. */
export function isUserMap(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) && Object.hasOwn(value, "matches") && Object.hasOwn(value, "fields");
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function toKinds(value: unknown, bad: (message: string) => UserError): UserMap["kinds"] {
  if (value === null) return null;
  if (!isRecord(value) || typeof value["by"] !== "string" || !isRecord(value["values"])) {
    throw bad('"kinds" must have "by", a field, and "values", ECS fields for each of its values');
  }
  const values: Record<string, Readonly<Record<string, unknown>>> = {};
  for (const [kind, fields] of Object.entries(value["values"])) {
    if (!isRecord(fields)) throw bad(`"kinds" has no ECS fields for ${kind}`);
    values[kind] = fields;
  }
  return { by: value["by"], values };
}

function isConversion(name: string): name is Conversion {
  return Object.hasOwn(CONVERSIONS, name);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
