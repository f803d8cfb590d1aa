import type Database from "better-sqlite3";
import { COUNT, type LocalField } from "./row-batch.ts";

/** A field of the case while it is written. */
export interface RegisteredField {
  readonly id: number;
  readonly field: LocalField;
  /** Position of its column in `event`; -1: none. */
  column: number;
  documents: number;
  strings: number;
  numbers: number;
  booleans: number;
  lists: number;
  malformed: number;
  touched: boolean;
}

/** The inventory while evidence is loaded: ids, columns and counts, written with each batch. */
export class FieldRegistry {
  readonly #db: Database.Database;
  readonly #fields = new Map<string, RegisteredField>();
  readonly #byId = new Map<number, RegisteredField>();
  readonly #families = new Map<string, number>();
  #touched: RegisteredField[] = [];
  #newFields: RegisteredField[] = [];
  #newFamilies: { id: number; name: string }[] = [];
  #nextField: number;
  #nextFamily: number;
  #columns: number;

  constructor(db: Database.Database) {
    this.#db = db;
    for (const [id, name] of db.prepare("SELECT id, name FROM family").raw().all() as [number, string][]) {
      this.#families.set(name, id);
    }
    const columns = db.prepare("SELECT name FROM pragma_table_info('event') ORDER BY cid").pluck().all() as string[];
    this.#columns = columns.length;
    const rows = db
      .prepare(
        `SELECT f.id, f.path, f.type, f.typed_by, family.name, f.has_column
         FROM field f LEFT JOIN family ON family.id = f.family`,
      )
      .raw()
      .all() as [number, string, LocalField["type"], LocalField["typedBy"], string | null, number][];
    for (const [id, path, type, typedBy, family, column] of rows) {
      const field: LocalField = { path, type: typedBy === "data" ? null : type, typedBy, family, column: column === 1 };
      this.#register(id, field, column === 1 ? columns.indexOf(`f${id}`) : -1);
    }
    this.#nextField = Math.max(0, ...rows.map(([id]) => id)) + 1;
    this.#nextFamily = Math.max(0, ...this.#families.values()) + 1;
  }

  /** Number of columns of `event`, those included that the next `writeNew` adds. */
  get columns(): number {
    return this.#columns;
  }

  /** The dictionary family of that name. */
  family(name: string): number {
    let id = this.#families.get(name);
    if (id === undefined) {
      id = this.#nextFamily++;
      this.#families.set(name, id);
      this.#newFamilies.push({ id, name });
    }
    return id;
  }

  /** The field of a path; a new one where the case has none. A field keeps the type it got first. */
  field(local: LocalField): RegisteredField {
    const known = this.#fields.get(local.path);
    if (known !== undefined) return known;
    const id = this.#nextField++;
    const registered = this.#register(id, local, local.column ? this.#columns++ : -1);
    this.#newFields.push(registered);
    return registered;
  }

  #register(id: number, field: LocalField, column: number): RegisteredField {
    const registered = { id, field, column, ...NO_COUNTS };
    this.#fields.set(field.path, registered);
    this.#byId.set(id, registered);
    return registered;
  }

  byId(id: number): RegisteredField | undefined {
    return this.#byId.get(id);
  }

  /** Adds the counts of a batch; `fields` maps its local fields. */
  count(counts: Int32Array, fields: readonly RegisteredField[]): void {
    for (let at = 0; at < counts.length; at += COUNT.size) {
      const field = fields[counts[at + COUNT.field] as number] as RegisteredField;
      if (!field.touched) {
        field.touched = true;
        this.#touched.push(field);
      }
      field.documents += counts[at + COUNT.documents] as number;
      field.strings += counts[at + COUNT.strings] as number;
      field.numbers += counts[at + COUNT.numbers] as number;
      field.booleans += counts[at + COUNT.booleans] as number;
      field.lists += counts[at + COUNT.lists] as number;
      field.malformed += counts[at + COUNT.malformed] as number;
    }
  }

  get hasNew(): boolean {
    return this.#newFields.length > 0 || this.#newFamilies.length > 0;
  }

  /** Writes new families and fields, and adds the columns. In a transaction of the caller. */
  writeNew(): void {
    const insertFamily = this.#db.prepare("INSERT INTO family (id, name) VALUES (?, ?)");
    for (const { id, name } of this.#newFamilies) insertFamily.run(BigInt(id), name);
    const insertField = this.#db.prepare(
      "INSERT INTO field (id, path, type, typed_by, family, has_column) VALUES (?, ?, ?, ?, ?, ?)",
    );
    for (const { id, field, column } of this.#newFields) {
      const family = field.family === null ? null : BigInt(this.family(field.family));
      insertField.run(BigInt(id), field.path, field.type ?? "keyword", field.typedBy, family, column >= 0 ? 1n : 0n);
      if (column >= 0) {
        this.#db.exec(`ALTER TABLE event ADD COLUMN f${id} ${field.type === "double" ? "REAL" : "INTEGER"}`);
      }
    }
    this.#newFields = [];
    this.#newFamilies = [];
  }

  /** Writes and clears the counts. In a transaction of the caller. */
  writeCounts(source: number): void {
    const addField = this.#db.prepare(
      `UPDATE field SET strings = strings + ?, numbers = numbers + ?, booleans = booleans + ?, lists = lists + ?
       WHERE id = ?`,
    );
    const addSource = this.#db.prepare(
      `INSERT INTO field_source (field, source, documents, malformed) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET documents = documents + excluded.documents, malformed = malformed + excluded.malformed`,
    );
    for (const field of this.#touched) {
      const id = BigInt(field.id);
      addField.run(BigInt(field.strings), BigInt(field.numbers), BigInt(field.booleans), BigInt(field.lists), id);
      addSource.run(id, BigInt(source), BigInt(field.documents), BigInt(field.malformed));
      Object.assign(field, NO_COUNTS);
    }
    this.#touched = [];
  }

  /**
   * After a load: fields typed from the data get the type that their values have, and side tables of fields without a
   * column have to be completed.
   */
  static settle(db: Database.Database): void {
    db.exec("UPDATE field SET side_complete = 0 WHERE has_side = 1 AND has_column = 0");
    db.exec(
      `UPDATE field SET type = CASE
         WHEN strings = 0 AND numbers > 0 AND booleans = 0 THEN 'double'
         WHEN strings = 0 AND numbers = 0 AND booleans > 0 THEN 'boolean'
         ELSE 'keyword' END
       WHERE typed_by = 'data'`,
    );
  }
}

const NO_COUNTS = {
  documents: 0,
  strings: 0,
  numbers: 0,
  booleans: 0,
  lists: 0,
  malformed: 0,
  touched: false,
} as const;
