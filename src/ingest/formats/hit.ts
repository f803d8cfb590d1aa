import { catalogueField } from "../../ecs/catalogue.ts";

/** A document out of the wrapper in which Elasticsearch, Kibana or a dump tool handed it over. */
export interface UnwrappedHit {
  readonly document: Record<string, unknown>;
  readonly index: string | null;
  readonly id: string | null;
}

/** What a hit says of itself, besides its content. */
const HIT_KEYS = new Set([
  "_index",
  "_id",
  "_type",
  "_version",
  "_score",
  "_source",
  "_seq_no",
  "_primary_term",
  "_routing",
  "_ignored",
  "_shard",
  "_node",
  "_explanation",
  "_nested",
  "fields",
  "highlight",
  "ignored_field_values",
  "inner_hits",
  "matched_queries",
  "sort",
]);

/** Names that Elastic's templates give to a second indexing of the same value. */
const MULTI_FIELD = /\.(?:text|caseless|keyword)$/;

/**
 * Takes the ECS document out of its wrapper, if it has one:
 * - a hit with `_source`, with `fields` only (every value a list, multi-fields beside their field), or with both: then
 *   `_source` is preferred, and what only `fields` has is added under its dotted name;
 * - es_archiver's `{"type":"doc","value":{"index","id","source"}}`;
 * - a document among whose own keys the hit's `_index`, `_id`, `_score`, `_type` were mixed.
 *
 * Anything else is the document itself. Keys are looked up as own properties only; the input is not changed.
 */
export function unwrapHit(value: Record<string, unknown>): UnwrappedHit {
  const archived = unwrapArchived(value);
  if (archived !== null) return archived;
  const index = text(own(value, "_index"));
  const id = text(own(value, "_id"));
  const source = own(value, "_source");
  const fields = own(value, "fields");
  if (isObject(source)) {
    const document = isObject(fields) ? addMissing(source, fieldsToDocument(fields)) : source;
    return { document, index, id };
  }
  if (isObject(fields) && Object.keys(value).every((key) => HIT_KEYS.has(key))) {
    return { document: fieldsToDocument(fields), index, id };
  }
  if (index !== null && id !== null) return { document: withoutHitKeys(value), index, id };
  return { document: value, index: null, id: null };
}

/**
 * Whether a hit stands for the missing event of a sequence, as `_eql/search` answers it: `missing` without index and id.
 * It is no document.
 */
export function isMissingEvent(value: Record<string, unknown>): boolean {
  return own(value, "missing") === true && own(value, "_index") === "" && own(value, "_id") === "";
}

function unwrapArchived(value: Record<string, unknown>): UnwrappedHit | null {
  const type = own(value, "type");
  if (type !== "doc" && type !== "data_stream") return null;
  const wrapped = own(value, "value");
  if (!isObject(wrapped)) return null;
  const source = own(wrapped, "source");
  if (!isObject(source)) return null;
  const index = text(own(wrapped, "index")) ?? text(own(wrapped, "data_stream"));
  return { document: source, index, id: text(own(wrapped, "id")) };
}

/**
 * The dotted document of a hit's `fields`: lists of one value become that value. A multi-field (`process.name.text`)
 * stands for its field where that is absent, and is dropped where it is there.
 */
function fieldsToDocument(fields: Record<string, unknown>): Record<string, unknown> {
  const document = emptyDocument();
  for (const [path, value] of Object.entries(fields)) {
    if (!isMultiField(path)) document[path] = single(value);
  }
  for (const [path, value] of Object.entries(fields)) {
    const field = path.replace(MULTI_FIELD, "");
    if (isMultiField(path) && !(field in document)) document[field] = single(value);
  }
  return document;
}

/** `process.name.text` is one, as `process.name` is a field with values; `process.io.text` is a field itself. */
function isMultiField(path: string): boolean {
  if (!MULTI_FIELD.test(path)) return false;
  return !path.endsWith(".text") || catalogueField(path.slice(0, -".text".length))?.object !== true;
}

function addMissing(source: Record<string, unknown>, more: Record<string, unknown>): Record<string, unknown> {
  const document: Record<string, unknown> = Object.assign(emptyDocument(), source);
  for (const [path, value] of Object.entries(more)) {
    if (!hasPath(source, path)) document[path] = value;
  }
  return document;
}

/** Whether a document has the dotted path, however its keys are split. */
function hasPath(value: unknown, path: string): boolean {
  if (Array.isArray(value)) return value.some((item) => hasPath(item, path));
  if (!isObject(value)) return false;
  if (Object.hasOwn(value, path)) return true;
  for (let dot = path.indexOf("."); dot > 0; dot = path.indexOf(".", dot + 1)) {
    const head = path.slice(0, dot);
    if (Object.hasOwn(value, head) && hasPath(value[head], path.slice(dot + 1))) return true;
  }
  return false;
}

function withoutHitKeys(value: Record<string, unknown>): Record<string, unknown> {
  const document = emptyDocument();
  for (const [key, item] of Object.entries(value)) {
    if (!key.startsWith("_") || !HIT_KEYS.has(key)) document[key] = item;
  }
  return document;
}

/** Without a prototype, so that a key named `__proto__` is a key. */
function emptyDocument(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>;
}

function single(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? (value[0] as unknown) : value;
}

function own(value: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
