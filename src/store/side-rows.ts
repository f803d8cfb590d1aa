import type Database from "better-sqlite3";
import type { RegisteredField } from "./field-registry.ts";
import { NumberRecord } from "./record.ts";
import { CELL } from "./row-batch.ts";
import type { Stage, StageTable } from "./stage.ts";

/** Makes the side table of a field. Its indexes are those of `sideIndexes`. */
export function createSideTable(db: Database.Database, field: number, type: "INTEGER" | "REAL"): void {
  db.exec(`CREATE TABLE IF NOT EXISTS f_${field} (event INTEGER NOT NULL, v ${type} NOT NULL)`);
}

/** Name and definition of each index of a side table. */
export function sideIndexes(field: number): { readonly name: string; readonly sql: string }[] {
  return [
    { name: `f_${field}_event`, sql: `ON f_${field} (event)` },
    { name: `f_${field}_v`, sql: `ON f_${field} (v, event)` },
  ];
}

interface FieldRows {
  readonly field: RegisteredField;
  /** Per number the event, the kind of its cell, and its two halves. */
  readonly words: number[];
  /** Of its rows in the stage. */
  first: number;
  last: number;
}

/** Makes rows of side tables. */
export class SideRecord {
  readonly #record = new NumberRecord(2);

  /** Valid until the next call. @param cell `CELL.int64` or `CELL.double` */
  of(event: number, cell: number, low: number, high: number): NumberRecord {
    const record = this.#record;
    record.clear();
    record.setInt32(0, event);
    if (cell !== CELL.double) record.setInt64(1, low, high);
    // A column of reals keeps whole numbers as integers, and no sign of a zero.
    else record.setDouble(1, low, low === 0 && high === MINUS_ZERO ? 0 : high);
    return record;
  }
}

/** The upper half of -0. */
const MINUS_ZERO = 0x8000_0000 | 0;

/** Lists of numbers on their way into the side tables of their fields. */
export class SideRows {
  readonly #fields = new Map<number, FieldRows>();

  /** @param cell `CELL.int64` or `CELL.double`; `low` and `high` are the halves of the value. */
  add(field: RegisteredField, event: number, cell: number, low: number, high: number): void {
    let rows = this.#fields.get(field.id);
    if (rows === undefined) {
      rows = { field, words: [], first: 0, last: 0 };
      this.#fields.set(field.id, rows);
    }
    rows.words.push(event, cell, low, high);
  }

  /** Puts the rows into a table of the stage, field after field. */
  stage(stage: Stage): void {
    if (this.#fields.size === 0) return;
    const table: StageTable = stage.table("side", "CREATE TABLE side (event INTEGER, v)");
    const record = new SideRecord();
    let row = 0;
    for (const rows of this.#fields.values()) {
      rows.first = row + 1;
      const { words } = rows;
      for (let at = 0; at < words.length; at += 4) {
        const [event, cell, low, high] = words.slice(at, at + 4) as [number, number, number, number];
        const made = record.of(event, cell, low, high);
        const to = stage.reserve(table, ++row, made.length);
        made.write(stage.data, to);
      }
      rows.last = row;
    }
  }

  /** Copies what was staged; the stage is attached as `stage`. In a transaction of the caller. */
  insertStaged(db: Database.Database): void {
    for (const { field, first, last } of this.#fields.values()) {
      createSideTable(db, field.id, field.field.type === "double" ? "REAL" : "INTEGER");
      db.prepare("UPDATE field SET has_side = 1, side_complete = 1 WHERE id = ?").run(BigInt(field.id));
      db.prepare(`INSERT INTO f_${field.id} SELECT event, v FROM stage.side WHERE rowid BETWEEN ? AND ?`).run(
        BigInt(first),
        BigInt(last),
      );
    }
  }
}
