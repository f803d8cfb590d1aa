import type Database from "better-sqlite3";
import type { RegisteredField } from "./field-registry.ts";
import { CELL } from "./row-batch.ts";

/** A number of a list, for the side table of its field. */
export interface SideRow {
  readonly field: RegisteredField;
  readonly event: number;
  /** `CELL.int64` or `CELL.double`, with its two halves. */
  readonly cell: number;
  readonly low: number;
  readonly high: number;
}

/** Makes the side table of a field, with its indexes. */
export function createSideTable(db: Database.Database, field: number, type: "INTEGER" | "REAL"): void {
  db.exec(
    `CREATE TABLE IF NOT EXISTS f_${field} (event INTEGER NOT NULL, v ${type} NOT NULL);
     CREATE INDEX IF NOT EXISTS f_${field}_event ON f_${field} (event);
     CREATE INDEX IF NOT EXISTS f_${field}_v ON f_${field} (v, event);`,
  );
}

/** Writes lists of numbers into the side tables of their fields. In a transaction of the caller. */
export function writeSideRows(db: Database.Database, rows: readonly SideRow[]): void {
  const inserts = new Map<number, Database.Statement>();
  const double = new DataView(new ArrayBuffer(8));
  for (const { field, event, cell, low, high } of rows) {
    let insert = inserts.get(field.id);
    if (insert === undefined) {
      createSideTable(db, field.id, field.field.type === "double" ? "REAL" : "INTEGER");
      db.prepare("UPDATE field SET has_side = 1, side_complete = 1 WHERE id = ?").run(BigInt(field.id));
      insert = db.prepare(`INSERT INTO f_${field.id} (event, v) VALUES (?, ?)`);
      inserts.set(field.id, insert);
    }
    double.setInt32(0, high);
    double.setInt32(4, low);
    insert.run(BigInt(event), cell === CELL.double ? double.getFloat64(0) : double.getBigInt64(0));
  }
}
