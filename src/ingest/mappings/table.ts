import { at, type Document } from "../formats/dialect.ts";
import { type Conversion, CONVERSIONS, text } from "./conversions.ts";

/**
 * A row: the field of the source (dotted; alternatives separated by `|`, the first that has a value is taken), the ECS
 * field, and the conversion (`text` when not given).
 */
export type MappingRow = readonly [from: string, to: string, as?: Conversion];

/** What a kind of record means in ECS: which fields it fills, and what holds for every record of the kind. */
export interface MappingTable {
  /** `source/kind`, e.g. `sysmon/3`. */
  readonly id: string;
  /** The documentation that the table follows. */
  readonly reference: string;
  /** ECS fields that are the same for every record of the kind. */
  readonly always: Readonly<Record<string, unknown>>;
  readonly rows: readonly MappingRow[];
}

/** What a row says, taken apart once. */
interface Step {
  readonly from: readonly string[];
  readonly to: string;
  readonly convert: (value: unknown) => unknown;
  /** Values that are not text count as well. */
  readonly any: boolean;
}

const stepsOf = new WeakMap<readonly MappingRow[], readonly Step[]>();

/**
 * Puts the ECS fields of a record into `out`, under dotted names. A field that has a value already keeps it: tables of a
 * special kind come first, general ones after.
 */
export function applyTable(table: MappingTable, record: Document, out: Document): void {
  applyLookup(table, (path) => at(record, path), out);
}

/** As `applyTable`, for a record of which fields are looked up by a function. */
export function applyLookup(table: MappingTable, lookup: (path: string) => unknown, out: Document): void {
  let steps = stepsOf.get(table.rows);
  if (steps === undefined) {
    steps = table.rows.map(([from, to, as = "text"]): Step => {
      return { from: from.split("|"), to, convert: CONVERSIONS[as], any: as === "keep" || as === "one" };
    });
    stepsOf.set(table.rows, steps);
  }
  for (const step of steps) if (!Object.hasOwn(out, step.to)) put(out, step.to, convert(lookup, step));
  for (const [to, value] of Object.entries(table.always)) put(out, to, value);
}

function convert(lookup: (path: string) => unknown, { from, convert: toValue, any }: Step): unknown {
  for (const path of from) {
    const value = lookup(path);
    if (value === undefined || value === null || (!any && text(value) === undefined)) continue;
    const converted = toValue(value);
    if (converted !== undefined && converted !== "") return converted;
  }
  return undefined;
}

/** Sets a field that has no value yet. */
export function put(out: Document, path: string, value: unknown): void {
  if (value !== undefined && value !== null && !Object.hasOwn(out, path)) out[path] = value;
}

/** The last thing the converter did not find in the evidence but worked out: see docs/formats.md. */
export const DERIVED_FIELD = "eqlite.derived";

/** Sets fields that were worked out, not found, and lists them in `eqlite.derived`. */
export function derive(out: Document, fields: Readonly<Record<string, unknown>>): void {
  const names = Object.keys(fields).filter((path) => fields[path] !== undefined && !Object.hasOwn(out, path));
  if (names.length === 0) return;
  for (const path of names) out[path] = fields[path];
  const before = out[DERIVED_FIELD];
  out[DERIVED_FIELD] = Array.isArray(before) ? [...(before as unknown[]), ...names] : names;
}
