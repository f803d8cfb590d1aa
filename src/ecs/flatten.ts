/**
 * The values of a document by dotted path, in document order: nested, dotted and mixed keys of one path are one field,
 * objects in lists are flattened, null and empty lists are absent. Scalars become text.
 */
export function flattenDocument(document: Readonly<Record<string, unknown>>): Map<string, string[]> {
  const fields = new Map<string, string[]>();
  const visit = (path: string, value: unknown): void => {
    if (value === null || value === undefined) return;
    if (Array.isArray(value)) {
      for (const item of value) visit(path, item);
    } else if (typeof value === "object") {
      for (const [key, member] of Object.entries(value)) visit(path === "" ? key : `${path}.${key}`, member);
    } else {
      const values = fields.get(path);
      const text = typeof value === "string" ? value : scalarText(value);
      if (values === undefined) fields.set(path, [text]);
      else values.push(text);
    }
  };
  visit("", document);
  return fields;
}

function scalarText(value: unknown): string {
  return typeof value === "number" || typeof value === "boolean" || typeof value === "bigint" ? String(value) : "";
}
