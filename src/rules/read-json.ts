import { isList, isRecord } from "../base/json.ts";
import { toElasticRule } from "./elastic-rule.ts";
import type { PackContent } from "./pack-content.ts";
import { readExceptionItem, readExceptionList } from "./read-exception.ts";
import { problemAt, sha256 } from "./rule-source.ts";
import type { RuleSource } from "./rule-source.ts";
import { toExportObject } from "./saved-object.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A JSON object of a file, with its own text. */
interface Found {
  readonly source: RuleSource;
  readonly value: unknown;
}

/**
 * Reads a file of JSON into `content`: one object, a list of objects, an answer of Kibana's API (`data`), or NDJSON as
 * Kibana exports it. False when it holds neither a rule nor an exception nor the summary of an export.
 */
export function readJsonFile(content: PackContent, path: string, bytes: Uint8Array): boolean {
  const text = new TextDecoder().decode(bytes);
  const whole = parseJson(text);
  if (whole !== undefined) return readObjects(content, findInDocument(path, text, bytes, whole));
  const found: Found[] = [];
  const broken: RuleSource[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const source = toSource(`${path}#${index + 1}`, line, sha256(line.replace(/\r$/, "")), index + 1);
    const value = parseJson(line);
    if (value === undefined) broken.push(source);
    else found.push({ source, value });
  }
  const known = found.length > 0 && readObjects(content, found);
  if (!known && path.endsWith(".json")) return reportSyntax(content, path, text);
  if (known) for (const source of broken) content.problems.push(brokenLine(source));
  return known;
}

function findInDocument(path: string, text: string, bytes: Uint8Array, value: unknown): readonly Found[] {
  const items = isList(value) ? value : listInside(value);
  if (items === null) return [{ source: toSource(path, text, sha256(bytes), 1), value }];
  return items.map((item, index) => {
    const own = JSON.stringify(item) ?? "null";
    return { source: toSource(`${path}#${index + 1}`, own, sha256(own), 1), value: item };
  });
}

function listInside(value: unknown): readonly unknown[] | null {
  if (!isRecord(value)) return null;
  const data = value["data"] ?? value["objects"];
  return isList(data) ? data : null;
}

/** Counts what the summary of an export announced. */
interface Counted {
  rules: number;
  summary: { readonly source: RuleSource; readonly record: Fields } | null;
}

function readObjects(content: PackContent, found: readonly Found[]): boolean {
  const counted: Counted = { rules: 0, summary: null };
  let known = false;
  for (const { source, value } of found) {
    if (isRecord(value) && readObject(content, source, value, counted)) known = true;
  }
  checkSummary(content, counted);
  return known;
}

/** True when the object is of a kind that belongs to a pack, sound or not. */
function readObject(content: PackContent, source: RuleSource, value: Fields, counted: Counted): boolean {
  const object = toExportObject(value);
  switch (object.kind) {
    case "rule": {
      const around = { transform: null, upstream: null, extra: {} };
      const reading = toElasticRule(source, object.record, "", around);
      counted.rules++;
      content.problems.push(...reading.problems);
      if (reading.rule !== null) content.rules.push(reading.rule);
      if (reading.rule !== null && object.asset) content.assets.add(reading.rule);
      return true;
    }
    case "exceptionList": {
      const reading = readExceptionList(source, object.record);
      content.problems.push(...reading.problems);
      if (reading.list !== null) content.exceptionLists.push(reading.list);
      return true;
    }
    case "exceptionItem": {
      const reading = readExceptionItem(source, object.record);
      content.problems.push(...reading.problems);
      if (reading.item !== null) content.exceptionItems.push(reading.item);
      return true;
    }
    case "summary":
      counted.summary = { source, record: object.record };
      return true;
    case "other":
      return false;
  }
}

/** An export says at its end how many rules it has; fewer means that it was cut. */
function checkSummary(content: PackContent, counted: Counted): void {
  if (counted.summary === null) return;
  const { source, record } = counted.summary;
  const announced = record["exported_rules_count"] ?? 0;
  const missing = isList(record["missing_rules"]) ? record["missing_rules"].length : 0;
  if (typeof announced === "number" && announced !== counted.rules) {
    const message = `the export says it has ${announced} rules, the file has ${counted.rules}`;
    content.problems.push(problemAt(source, "warning", "rule-export-incomplete", message));
  }
  if (missing > 0) {
    const message = `the export says that ${missing} rules could not be exported`;
    content.problems.push(problemAt(source, "warning", "rule-export-incomplete", message));
  }
}

function brokenLine(source: RuleSource): ReturnType<typeof problemAt> {
  return problemAt(source, "error", "rule-json-syntax", "the line is not JSON");
}

function reportSyntax(content: PackContent, path: string, text: string): true {
  if (isTooDeep(text)) {
    const message = `the JSON is nested deeper than ${MAX_DEPTH} levels`;
    content.problems.push(problemAt(toSource(path, text, "", 1), "error", "rule-json-syntax", message));
    return true;
  }
  try {
    JSON.parse(text);
  } catch (error) {
    const message = error instanceof SyntaxError ? error.message : String(error);
    const position = Number(/position (\d+)/.exec(message)?.[1] ?? 0);
    const before = text.slice(0, position).split("\n");
    const place = { line: before.length, column: (before.at(-1) ?? "").length + 1 };
    const source = toSource(path, text, "", 1);
    content.problems.push(problemAt(source, "error", "rule-json-syntax", message, { place }));
  }
  return true;
}

function toSource(path: string, text: string, hash: string, line: number): RuleSource {
  return { path, format: "kibana-json", text, hash, line };
}

/** The value, or undefined where the text is not JSON, or is nested so deeply that it was made to exhaust the stack. */
function parseJson(text: string): unknown {
  if (isTooDeep(text)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const MAX_DEPTH = 200;

function isTooDeep(text: string): boolean {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (quoted) {
      if (unit === 0x5c) i++;
      else if (unit === 0x22) quoted = false;
    } else if (unit === 0x22) quoted = true;
    else if (unit === 0x7b || unit === 0x5b) {
      if (++depth > MAX_DEPTH) return true;
    } else if (unit === 0x7d || unit === 0x5d) depth--;
  }
  return false;
}
