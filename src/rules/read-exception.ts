import type { JsonValue } from "../base/json.ts";
import { EXCEPTION_OPERATORS } from "./exception.ts";
import type {
  ExceptionComment,
  ExceptionEntry,
  ExceptionItem,
  ExceptionList,
  ExistsEntry,
  MatchAnyEntry,
  MatchEntry,
  Namespace,
} from "./exception.ts";
import { FieldReader } from "./field-reader.ts";
import type { FieldReport } from "./field-reader.ts";
import type { RuleProblem } from "./problem.ts";
import { problemAt } from "./rule-source.ts";
import type { RuleSource } from "./rule-source.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The exception list of a Kibana export; null with an error among the problems when it cannot be one. */
export function readExceptionList(
  source: RuleSource,
  record: Fields,
): { readonly list: ExceptionList | null; readonly problems: readonly RuleProblem[] } {
  const problems: RuleProblem[] = [];
  const reader = new FieldReader(record, warnInto(source, problems));
  const listId = reader.text("list_id");
  if (listId === null) {
    problems.push(problemAt(source, "error", "exception-no-list", "the exception list has no `list_id`"));
    return { list: null, problems };
  }
  const extra: Record<string, JsonValue> = {};
  const list: ExceptionList = {
    listId,
    name: reader.text("name") ?? listId,
    description: reader.text("description") ?? "",
    type: reader.text("type") ?? "detection",
    namespace: readNamespace(reader),
    osTypes: reader.texts("os_types"),
    tags: reader.texts("tags"),
    path: source.path,
    extra,
  };
  reader.rest("", extra);
  return { list, problems };
}

/** An exception item; null with errors among the problems when any entry is wrong: half an item would hide too much. */
export function readExceptionItem(
  source: RuleSource,
  record: Fields,
): { readonly item: ExceptionItem | null; readonly problems: readonly RuleProblem[] } {
  const problems: RuleProblem[] = [];
  const warn = warnInto(source, problems);
  const reader = new FieldReader(record, warn);
  const fail = (message: string): void => {
    problems.push(problemAt(source, "error", "exception-entry", message));
  };
  const itemId = reader.text("item_id") ?? reader.text("id");
  const listId = reader.text("list_id");
  const records = reader.records("entries");
  const entries = records.map((entry) => readEntry(entry, warn, fail));
  if (records.length === 0) fail("the exception item has no entries");
  const expireTime = reader.text("expire_time");
  if (expireTime !== null && Number.isNaN(Date.parse(expireTime))) {
    fail(`\`expire_time\` is not a time: ${expireTime}`);
  }
  if (itemId === null || listId === null) fail("the exception item has no `item_id` or no `list_id`");
  if (itemId === null || listId === null || problems.some((problem) => problem.severity === "error")) {
    return { item: null, problems };
  }
  const extra: Record<string, JsonValue> = {};
  const item: ExceptionItem = {
    itemId,
    listId,
    name: reader.text("name") ?? itemId,
    description: reader.text("description") ?? "",
    namespace: readNamespace(reader),
    osTypes: reader.texts("os_types"),
    tags: reader.texts("tags"),
    entries: entries.filter((entry) => entry !== null),
    expireTime,
    comments: reader.records("comments").map((comment) => readComment(comment, warn)),
    path: source.path,
    extra,
  };
  reader.rest("", extra);
  return { item, problems };
}

function readNamespace(reader: FieldReader): Namespace {
  return reader.text("namespace_type") === "agnostic" ? "agnostic" : "single";
}

function readComment(record: Fields, warn: FieldReport): ExceptionComment {
  const reader = new FieldReader(record, warn);
  return {
    comment: reader.text("comment") ?? "",
    createdBy: reader.text("created_by"),
    createdAt: reader.text("created_at"),
  };
}

function readEntry(record: Fields, warn: FieldReport, fail: (message: string) => void): ExceptionEntry | null {
  const reader = new FieldReader(record, warn);
  const type = reader.text("type");
  const field = reader.text("field");
  if (field === null) {
    fail("an entry of the exception item has no `field`");
    return null;
  }
  if (type === "nested") {
    const records = reader.records("entries");
    if (records.length === 0) fail(`the nested entry of ${field} has no entries`);
    const inner = records.map((entry) => readEntry(entry, warn, fail));
    const allowed = inner.filter(isMember);
    if (allowed.length < inner.filter((entry) => entry !== null).length) {
      fail(`the nested entry of ${field} may hold match, match_any and exists only`);
    }
    return { type, field, entries: allowed };
  }
  const operatorText = reader.text("operator") ?? "included";
  const operator = EXCEPTION_OPERATORS.find((known) => known === operatorText);
  if (operator === undefined) {
    fail(`the entry of ${field} has the unknown operator \`${operatorText}\``);
    return null;
  }
  switch (type) {
    case "exists":
      return { type, field, operator };
    case "match":
    case "wildcard": {
      const value = typeof record["value"] === "boolean" ? String(record["value"]) : rawText(record["value"]);
      if (value === null) fail(`the entry of ${field} has no value`);
      return value === null ? null : { type, field, operator, value };
    }
    case "match_any": {
      const value = reader.texts("value");
      if (value.length === 0) fail(`the entry of ${field} has no values`);
      return { type, field, operator, value };
    }
    case "list": {
      const list = new FieldReader(reader.record("list") ?? {}, warn);
      const id = list.text("id");
      if (id === null) fail(`the entry of ${field} names no value list`);
      return id === null ? null : { type, field, operator, list: { id, type: list.text("type") ?? "keyword" } };
    }
    case null:
    default:
      fail(`the entry of ${field} has the unknown type \`${type ?? ""}\``);
      return null;
  }
}

/** A text as it stands: blanks count in an exception, and the empty text is a value. */
function rawText(value: unknown): string | null {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "bigint" ? String(value) : null;
}

function isMember(entry: ExceptionEntry | null): entry is MatchEntry | MatchAnyEntry | ExistsEntry {
  return entry !== null && (entry.type === "match" || entry.type === "match_any" || entry.type === "exists");
}

function warnInto(source: RuleSource, problems: RuleProblem[]): FieldReport {
  return (_key, message) => problems.push(problemAt(source, "warning", "exception-field-type", message));
}
