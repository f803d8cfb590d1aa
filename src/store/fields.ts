import type { FieldType } from "../ecs/field-type.ts";
import type { CaseFile } from "./case-file.ts";

/** A field of the inventory: what it holds, and where. */
export interface StoredField {
  readonly id: number;
  readonly path: string;
  /** For a field typed from the data, what the values seen so far make it. */
  readonly type: FieldType;
  readonly typedBy: "catalogue" | "mapping" | "data";
  /** Dictionary family, where values are ids of the dictionary; null for numbers (long, double, boolean 0/1, date in ns). */
  readonly family: string | null;
  /** Its row in `family`. */
  readonly familyId: number | null;
  readonly column: boolean;
  /** There is a table f_<id>: lists of numbers of a field with a column, all values of a field without. */
  readonly side: boolean;
  /** What is in column and side table is everything; false: `ensureSideTables` first. */
  readonly complete: boolean;
  /** Without a column: the last event whose values are in the side table; 0: none. */
  readonly sideUntil: number;
  /** Documents in which it has a string, a number, a boolean, several values. */
  readonly strings: number;
  readonly numbers: number;
  readonly booleans: number;
  readonly lists: number;
  /** Documents that have it. */
  readonly documents: number;
  /** Values that do not fit its type: they are in the original only, and count as missing. */
  readonly malformed: number;
}

interface Row extends Omit<StoredField, "column" | "side" | "complete"> {
  readonly hasColumn: number;
  readonly hasSide: number;
  readonly sideComplete: number;
}

const SELECT = `SELECT f.id, f.path, f.typed_by AS typedBy, family.name AS family, f.family AS familyId, f.has_column AS hasColumn,
    f.has_side AS hasSide, f.side_until AS sideUntil,
    f.side_complete = 1 AND f.side_until >= ifnull((SELECT max(id) FROM event), 0) AS sideComplete, f.strings, f.numbers, f.booleans, f.lists,
    CASE WHEN f.typed_by <> 'data' THEN f.type
      WHEN f.strings = 0 AND f.booleans = 0 AND f.numbers > 0 THEN 'double'
      WHEN f.strings = 0 AND f.numbers = 0 AND f.booleans > 0 THEN 'boolean'
      ELSE 'keyword' END AS type,
    ifnull((SELECT sum(documents) FROM field_source s WHERE s.field = f.id), 0) AS documents,
    ifnull((SELECT sum(malformed) FROM field_source s WHERE s.field = f.id), 0) AS malformed
  FROM field f LEFT JOIN family ON family.id = f.family`;

/** The field of a path; undefined when no evidence has it. */
export function fieldByPath(file: CaseFile, path: string): StoredField | undefined {
  const row = file.db.prepare<[string], Row>(`${SELECT} WHERE f.path = ?`).get(path);
  return row === undefined ? undefined : toField(row);
}

/** Every field of the evidence, by path. */
export function listFields(file: CaseFile): StoredField[] {
  return file.db.prepare<[], Row>(`${SELECT} ORDER BY f.path`).all().map(toField);
}

function toField({ hasColumn, hasSide, sideComplete, ...row }: Row): StoredField {
  return {
    ...row,
    column: hasColumn === 1,
    side: hasSide === 1,
    complete: hasColumn === 1 || sideComplete === 1,
  };
}
