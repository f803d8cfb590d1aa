import type { Converted, Format, MemberFacts } from "../format.ts";
import { isMissingEvent, unwrapHit } from "./hit.ts";

/** A document of the evidence, before it is ECS. */
export type Document = Record<string, unknown>;

/** A way in which a tool writes an event as a JSON object or a CSV row, and how that becomes ECS. */
export interface Dialect {
  /** `--format` of it as NDJSON; `ID+CONTAINER` in another container, e.g. `tetragon+json-array`. */
  readonly id: string;
  readonly title: string;
  /** Whether a document (out of any `_source` wrapper, perhaps cut off) is of this dialect. */
  matches(document: Document): boolean;
  /**
   * The ECS document: the fields of the original under their own names, and the ECS fields beside them with dotted
   * names. Only called for documents that match; others pass as they are.
   */
  convert(document: Document, member: MemberFacts): Converted | Converted[];
}

/** A format of text that is neither JSON nor CSV. `matches`: whether a file that begins so is one. */
export interface TextFormat {
  readonly format: Format;
  matches(head: string): boolean;
}

/** How documents lie in a file. */
export type Container = Pick<Format, "id" | "title" | "documents">;

/** A dialect in a container of JSON documents. */
export function jsonFormat(container: Container, dialect: Dialect): Format {
  return {
    id: container.id === "ndjson" ? dialect.id : `${dialect.id}+${container.id}`,
    title: container.id === "ndjson" ? dialect.title : `${dialect.title} In: ${container.title}`,
    documents: container.documents,
    convert: (text, context, member) => convertJson(text, context, member, dialect),
  };
}

function convertJson(text: string, context: unknown, member: MemberFacts, dialect: Dialect): Converted[] {
  const value = parseExactJson(text);
  if (value instanceof SyntaxError) return [{ kind: "rejected", code: "not-json", reason: value.message }];
  if (!isDocument(value)) return [{ kind: "rejected", code: "not-an-object", reason: "JSON, but no object" }];
  if (isMissingEvent(value)) return [{ kind: "none" }];
  const hit = unwrapHit(value);
  const result = dialect.matches(hit.document)
    ? dialect.convert(hit.document, member)
    : ({ kind: "event", document: hit.document } as const);
  const converted = Array.isArray(result) ? result : [result];
  const given = isDocument(context) ? context : {};
  const index = hit.index ?? (typeof given["index"] === "string" ? given["index"] : null);
  const id = hit.id ?? (typeof given["id"] === "string" ? given["id"] : null);
  if ((index === null && id === null) || converted.length !== 1) return converted;
  return converted.map((item) => (item.kind === "event" ? { ...item, identity: { index, id } } : item));
}

/** Parses JSON; integers that a number cannot hold exactly become their text. */
export function parseExactJson(text: string): unknown {
  try {
    const json = text.startsWith("\ufeff") ? text.slice(1) : text;
    return /\d{16}/.test(json) ? JSON.parse(json, exactNumber) : JSON.parse(json);
  } catch (error) {
    if (error instanceof SyntaxError) return error;
    throw error;
  }
}

function exactNumber(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value) || context?.source === undefined) return value;
  return /^-?\d+$/.test(context.source) ? context.source : value;
}

/**
 * A document to be filled. Without a prototype it is a dictionary from the start: objects with hundreds of dotted keys in
 * ever new orders would cost a hidden class for each.
 */
export function newDocument(): Document {
  return Object.create(null) as Document;
}

export function isDocument(value: unknown): value is Document {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value at a dotted path of nested objects; a key that has the whole dotted path wins. Undefined when absent. */
export function at(document: Document, path: string): unknown {
  if (Object.hasOwn(document, path)) return document[path];
  if (!path.includes(".")) return undefined;
  let value: unknown = document;
  for (const key of path.split(".")) {
    if (!isDocument(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}
