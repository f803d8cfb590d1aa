import type { FieldType } from "../ecs/field-type.ts";
import type { CaseFile } from "./case-file.ts";

/** A field of the inventory: what it holds and where. */
export interface InventoryField {
  readonly id: number;
  readonly path: string;
  /** Its type; for a field typed from the data, what the values seen so far make it. */
  readonly type: FieldType;
  readonly typedBy: "catalogue" | "mapping" | "data";
  /** Where the values are: ids of the dictionary, or numbers. */
  readonly values: "dictionary" | "integer" | "real";
  readonly family: number | null;
  readonly column: boolean;
  readonly side: boolean;
  /** The side table holds all that it has to; false: `ensureSideTables` must be called before it is asked. */
  readonly complete: boolean;
  readonly lists: boolean;
  readonly indexed: boolean;
  /** Documents that have it. */
  readonly documents: number;
}

interface Row {
  id: number;
  path: string;
  type: FieldType;
  typed_by: "catalogue" | "mapping" | "data";
  family: number | null;
  has_column: number;
  has_side: number;
  side_complete: number;
  strings: number;
  numbers: number;
  booleans: number;
  lists: number;
  documents: number;
}

/** Every field of the evidence, by path. */
export function readInventory(file: CaseFile): Map<string, InventoryField> {
  const indexed = new Set(
    file.db
      .prepare<[], string>(
        "SELECT c.name FROM pragma_index_list('event') AS i, pragma_index_info(i.name) AS c WHERE c.seqno = 0 AND c.name IS NOT NULL",
      )
      .pluck()
      .all(),
  );
  const rows = file.db
    .prepare<[], Row>(
      "SELECT f.*, ifnull((SELECT sum(documents) FROM field_source AS s WHERE s.field = f.id), 0) AS documents FROM field AS f",
    )
    .all();
  return new Map(rows.map((row) => [row.path, toField(row, indexed)]));
}

function toField(row: Row, indexed: ReadonlySet<string>): InventoryField {
  const type = typeOfRow(row);
  return {
    id: row.id,
    path: row.path,
    type,
    typedBy: row.typed_by,
    values: row.family !== null ? "dictionary" : type === "double" ? "real" : "integer",
    family: row.family,
    column: row.has_column === 1,
    side: row.has_side === 1,
    complete: row.has_column === 1 || row.side_complete === 1,
    lists: row.lists > 0,
    indexed: indexed.has(`f${row.id}`),
    documents: row.documents,
  };
}

/** Typed from the data: all numbers make it a number, all booleans a boolean, anything else a keyword. */
function typeOfRow(row: Row): FieldType {
  if (row.typed_by !== "data") return row.type;
  if (row.strings === 0 && row.booleans === 0 && row.numbers > 0) return "double";
  if (row.strings === 0 && row.numbers === 0 && row.booleans > 0) return "boolean";
  return "keyword";
}
