import { parseBulkAction } from "./bulk.ts";
import { CONTAINERS } from "./containers.ts";
import { type Container, type Document, isDocument } from "./dialect.ts";
import { unwrapHit } from "./hit.ts";
import { ANSWER_KEYS } from "./json-cutter.ts";
import { type PartialJson, parsePartialJson } from "./partial-json.ts";

/** What the beginning of a JSON file shows. */
export interface JsonOutline {
  readonly container: Container;
  /** Its first documents, out of their wrappers; the last may be cut off. */
  readonly documents: readonly Document[];
}

const SAMPLE = 20;
/** Lines of rubbish before the first document. */
const MAX_RUBBISH = 50;

/** Tells how the documents of a JSON file lie. Null when the text is no JSON. */
export function outlineJson(text: string): JsonOutline | null {
  const values = firstValues(text);
  const [first] = values;
  if (first === undefined) return null;
  const documents = values.map(({ value }) => value).filter(isDocument);
  if (Array.isArray(first.value)) {
    const list = (first.value as unknown[]).filter(isDocument);
    if (first.value.length > 0 && list.length === 0) return null;
    if (list.some(isResponse)) return { container: CONTAINERS.searchResponse, documents: hitsOf(list) };
    return { container: CONTAINERS.jsonArray, documents: unwrap(list) };
  }
  if (documents.some(isResponse)) return { container: CONTAINERS.searchResponse, documents: hitsOf(documents) };
  if (values.every(({ oneLine }) => oneLine) || mostLinesAreDocuments(text)) {
    if (parseBulkAction(first.value) !== null) return { container: CONTAINERS.bulk, documents: unwrap(documents) };
    return { container: CONTAINERS.ndjson, documents: unwrap(documents) };
  }
  const archived = documents.some((document) => document["type"] === "doc" && isDocument(document["value"]));
  const container = archived ? CONTAINERS.esArchiver : CONTAINERS.jsonDocuments;
  return { container, documents: unwrap(documents) };
}

/** Whether NDJSON is broken in places, rather than JSON that goes over several lines. */
function mostLinesAreDocuments(text: string): boolean {
  const lines = text.split("\n").slice(0, 200);
  if (lines.length > 1) lines.pop();
  const filled = lines.filter((line) => line.trim() !== "");
  const whole = filled.filter((line) => {
    const read = line.startsWith("{") ? parsePartialJson(line) : null;
    return read?.complete === true && line.slice(read.end).trim() === "";
  });
  return whole.length * 2 >= filled.length && filled.length > 0;
}

interface FirstValue extends PartialJson {
  /** Nothing but this value stands on its line, and it does not go on below. */
  readonly oneLine: boolean;
}

function firstValues(text: string): FirstValue[] {
  const values: FirstValue[] = [];
  let at = 0;
  let rubbish = 0;
  while (values.length < SAMPLE && rubbish < MAX_RUBBISH) {
    at = skip(text, at);
    if (at >= text.length) break;
    const lineStart = text.lastIndexOf("\n", at) + 1;
    const read = text[at] === "{" || text[at] === "[" ? parsePartialJson(text, at) : null;
    if (read === null) {
      rubbish += 1;
      const next = text.indexOf("\n", at);
      at = next < 0 ? text.length : next + 1;
      continue;
    }
    const lineEnd = text.indexOf("\n", at);
    const alone = skip(text, lineStart) === at && (lineEnd < 0 || read.end <= lineEnd || !read.complete);
    const after = skip(text, read.end);
    const followed = read.complete && after < text.length && !text.slice(read.end, after).includes("\n");
    const spans = !read.complete && lineEnd >= 0;
    values.push({ ...read, oneLine: alone && !followed && !spans });
    at = read.end;
  }
  return values;
}

function skip(text: string, at: number): number {
  const space = /[\s,\u001e\ufeff]*/y;
  space.lastIndex = at;
  return at + (space.exec(text)?.[0].length ?? 0);
}

function isResponse(value: Document): boolean {
  for (const key of ["rawResponse", "response"]) {
    const inner = value[key];
    if (isDocument(inner) && isResponse(inner)) return true;
  }
  const responses = value["responses"];
  if (Array.isArray(responses)) return responses.some((item) => isDocument(item) && isResponse(item));
  const hits = value["hits"];
  if (!isDocument(hits)) return hits === undefined && ANSWER_KEYS.filter((key) => key in value).length >= 3;
  return ["hits", "events", "sequences", "total"].some((key) => key in hits);
}

function hitsOf(responses: readonly Document[]): Document[] {
  const found: Document[] = [];
  const visit = (value: unknown, depth: number): void => {
    if (found.length >= SAMPLE || depth > 8) return;
    if (Array.isArray(value))
      value.forEach((item) => {
        visit(item, depth + 1);
      });
    else if (isDocument(value)) {
      if ("_source" in value || "fields" in value) found.push(value);
      else
        for (const key of ["responses", "rawResponse", "response", "hits", "events", "sequences"])
          visit(value[key], depth + 1);
    }
  };
  visit(responses, 0);
  return unwrap(found);
}

function unwrap(values: readonly Document[]): Document[] {
  return values.map((value) => unwrapHit(value).document);
}
