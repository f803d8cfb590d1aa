import type { CaseFile } from "./case-file.ts";
import { listFields, type StoredField } from "./fields.ts";

/** A field of the inventory, and how its values can be searched. */
export interface InventoryField extends StoredField {
  /** Where the values are: ids of the dictionary, or numbers. */
  readonly values: "dictionary" | "integer" | "real";
  /** There is an index on the column. */
  readonly indexed: boolean;
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
  return new Map(
    listFields(file).map((field) => [
      field.path,
      { ...field, values: valuesOf(field), indexed: indexed.has(`f${field.id}`) },
    ]),
  );
}

function valuesOf(field: StoredField): InventoryField["values"] {
  if (field.family !== null) return "dictionary";
  return field.type === "double" ? "real" : "integer";
}
