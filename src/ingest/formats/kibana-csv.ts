import { catalogueField } from "../../ecs/catalogue.ts";
import type { Converted } from "../format.ts";
import type { CsvDialect } from "./csv-format.ts";

/** What Kibana writes where a document has no value. */
const MISSING = new Set(["-", "", "(null)", "__missing__"]);
const THOUSANDS = /^-?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/;

/**
 * CSV reports of Kibana (Discover, Lens): columns are field names, lists are joined by a comma and a space, `-` stands
 * for no value, `(empty)` for an empty text, and numbers may have thousands separators. A list is taken apart where ECS
 * says that the field holds one; an element that itself has a comma and a space in it comes apart, too.
 */
export const kibanaCsv: CsvDialect = {
  id: "kibana-csv",
  title: "CSV report of Kibana: columns are ECS fields.",
  matches: ({ columns }) => columns.includes("@timestamp") || (columns.includes("_id") && columns.includes("_index")),
  convert(row): Converted {
    const document: Record<string, unknown> = {};
    for (const [column, cell] of row) {
      if (column !== "" && !column.startsWith("_") && !MISSING.has(cell)) document[column] = toValue(column, cell);
    }
    const identity = { index: cellOf(row, "_index"), id: cellOf(row, "_id") };
    return { kind: "event", document, identity };
  },
};

function cellOf(row: readonly (readonly [string, string])[], column: string): string | null {
  const cell = row.find(([name]) => name === column)?.[1] ?? "";
  return MISSING.has(cell) ? null : cell;
}

function toValue(column: string, cell: string): unknown {
  if (cell === "(empty)") return "";
  const field = catalogueField(column);
  if (field?.type === "long" || field?.type === "double") {
    const digits = THOUSANDS.test(cell) ? cell.replaceAll(",", "") : cell;
    return /^-?\d+(?:\.\d+)?$/.test(digits) && Number.isSafeInteger(Math.trunc(Number(digits)))
      ? Number(digits)
      : digits;
  }
  if (field?.type === "boolean" && (cell === "true" || cell === "false")) return cell === "true";
  if (field?.array === true && cell.includes(", ")) return cell.split(", ");
  return cell;
}
