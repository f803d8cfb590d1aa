/** The types that Elasticsearch's field types collapse to; see docs/architecture.md. */
export type FieldType = "keyword" | "long" | "double" | "boolean" | "date" | "ip" | "version";

/**
 * Whether values of this type live in the dictionary (as those of fields typed from the data, `null`, do); the others
 * are stored as numbers in the event's row.
 */
export function inDictionary(type: FieldType | null): boolean {
  return type === null || type === "keyword" || type === "ip" || type === "version";
}
