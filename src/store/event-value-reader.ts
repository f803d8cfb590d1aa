import { isoTime } from "../base/time-text.ts";
import type { CaseFile } from "./case-file.ts";
import { decodeValues } from "./decoded-values.ts";
import type { StoredField } from "./fields.ts";

/** A value as text, or several. */
type Texts = string | readonly string[];

/** Dictionary values that are kept decoded. */
const MAX_KNOWN = 50_000;

/** Reads all values of many events one after another, as text: what `eventValues` reads of a few. */
export class EventValueReader {
  readonly #file: CaseFile;
  readonly #columns: readonly StoredField[];
  readonly #sides: readonly StoredField[];
  readonly #known = new Map<bigint, Texts>();

  constructor(file: CaseFile, fields: readonly StoredField[]) {
    this.#file = file;
    this.#columns = fields.filter(({ column }) => column);
    this.#sides = fields.filter(({ side }) => side);
  }

  /**
   * Per event from `first` to `last` the fields that it has with their values: those of its column or, where that has
   * none, of its side table. Dates are ISO 8601 in UTC. A value that the dictionary does not have is `[]`.
   */
  read(first: number, last: number): Map<number, Map<string, Texts>> {
    const range = [BigInt(first), BigInt(last)];
    const columns = ["id", ...this.#columns.map(({ id }) => `f${id}`)].join(", ");
    const rows = this.#file.rows({
      sql: `SELECT ${columns} FROM event WHERE id BETWEEN ? AND ?`,
      parameters: range,
    }) as (bigint | number | null)[][];
    const sides = this.#sides.map(
      ({ id }) =>
        this.#file.rows({
          sql: `SELECT event, v FROM f_${id} WHERE event BETWEEN ? AND ? ORDER BY event, rowid`,
          parameters: range,
        }) as [event: bigint, value: bigint | number][],
    );
    this.#decode(rows, sides);
    const result = new Map<number, Map<string, Texts>>();
    for (const row of rows) {
      const values = new Map<string, Texts>();
      this.#columns.forEach((field, index) => {
        const value = row[index + 1];
        if (value !== null && value !== undefined) values.set(field.path, this.#text(field, value));
      });
      result.set(Number(row[0]), values);
    }
    this.#sides.forEach((field, index) => {
      const added = new Set<bigint>();
      for (const [event, value] of sides[index] ?? []) {
        const values = result.get(Number(event));
        if (values === undefined) continue;
        const known = values.get(field.path);
        // What its column has counts alone.
        if (known !== undefined && !added.has(event)) continue;
        added.add(event);
        const texts = this.#text(field, value);
        values.set(field.path, known === undefined ? texts : [known, texts].flat());
      }
    });
    return result;
  }

  /** Makes the dictionary values of a batch known. */
  #decode(rows: readonly (bigint | number | null)[][], sides: readonly [bigint, bigint | number][][]): void {
    if (this.#known.size > MAX_KNOWN) this.#known.clear();
    const ids = new Set<bigint>();
    const add = (value: bigint | number | null | undefined): void => {
      if (typeof value === "bigint" && !this.#known.has(value)) ids.add(value);
    };
    this.#columns.forEach(({ family }, index) => {
      if (family !== null) for (const row of rows) add(row[index + 1]);
    });
    this.#sides.forEach(({ family }, index) => {
      if (family !== null) for (const [, value] of sides[index] ?? []) add(value);
    });
    for (const [id, texts] of decodeValues(this.#file, ids)) {
      const [text] = texts;
      this.#known.set(id, texts.length === 1 && text !== undefined ? text : texts);
    }
  }

  #text({ family, type }: StoredField, value: bigint | number): Texts {
    if (family !== null) return this.#known.get(BigInt(value)) ?? [];
    if (type === "boolean") return Number(value) === 1 ? "true" : "false";
    return type === "date" ? isoTime(BigInt(value)) : String(value);
  }
}
