import type { Converted, Format, MemberFacts } from "../format.ts";
import { type CsvHeader, csvSplitter, parseCsvRecord } from "./csv.ts";
import { type Dialect, isDocument } from "./dialect.ts";

/** How a tool writes events as CSV, and how a row becomes ECS. */
export interface CsvDialect {
  readonly id: string;
  readonly title: string;
  matches(header: CsvHeader): boolean;
  /** `row`: pairs of column and cell, in the order of the file. */
  convert(row: readonly (readonly [string, string])[], member: MemberFacts): Converted | Converted[];
}

export function csvFormat(dialect: CsvDialect): Format {
  return {
    id: dialect.id,
    title: dialect.title,
    documents: { splitter: (_member, state) => csvSplitter(state) },
    convert: (text, context, member) => [convertRow(text, context, member, dialect)].flat(),
  };
}

/** A dialect of JSON whose documents are also exported as CSV: a row is a document of its non-empty cells. */
export function csvOf(id: string, dialect: Dialect): CsvDialect {
  const toDocument = (row: readonly (readonly [string, string])[]): Record<string, unknown> =>
    Object.fromEntries(row.filter(([column, cell]) => column !== "" && cell !== ""));
  return {
    id,
    title: `${dialect.title} As CSV.`,
    matches: ({ columns }) => dialect.matches(Object.fromEntries(columns.map((column) => [column, ""]))),
    convert: (row, member) => dialect.convert(toDocument(row), member),
  };
}

function convertRow(text: string, context: unknown, member: MemberFacts, dialect: CsvDialect): Converted | Converted[] {
  if (!isHeader(context)) return { kind: "rejected", code: "csv-header", reason: "the file has no header" };
  const { columns, delimiter } = context;
  const cells = parseCsvRecord(text, delimiter);
  if (cells === null) return { kind: "rejected", code: "csv-quotes", reason: "a quoted cell is not closed properly" };
  if (cells.length !== columns.length) {
    const reason = `${String(cells.length)} cells under ${String(columns.length)} columns`;
    return { kind: "rejected", code: "csv-columns", reason };
  }
  const row = columns.map((column, index) => [column, cells[index] ?? ""] as const);
  return dialect.convert(row, member);
}

function isHeader(value: unknown): value is CsvHeader {
  return isDocument(value) && Array.isArray(value["columns"]) && typeof value["delimiter"] === "string";
}
