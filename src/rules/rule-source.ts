import { createHash } from "node:crypto";
import type { RuleProblem } from "./problem.ts";
import type { Place, RuleFormat } from "./rule.ts";

/** The text of one rule and where it stands. */
export interface RuleSource {
  /** As in `Rule.path`. */
  readonly path: string;
  readonly format: RuleFormat;
  /** The rule's own text. */
  readonly text: string;
  /** sha256 of the bytes of that text, hex. */
  readonly hash: string;
  /** 1-based line of the file on which the text begins. */
  readonly line: number;
}

/** sha256 of a text's UTF-8 bytes or of bytes, lower-case hex. */
export function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** A problem somewhere in `source`. Without a key the place is where the text begins. */
export function problemAt(
  source: RuleSource,
  severity: RuleProblem["severity"],
  code: string,
  message: string,
  options: { readonly rule?: string | null; readonly place?: Place | null; readonly hint?: string } = {},
): RuleProblem {
  return {
    severity,
    code,
    path: source.path,
    rule: options.rule ?? null,
    message,
    line: options.place?.line ?? source.line,
    column: options.place?.column ?? 1,
    hint: options.hint ?? null,
  };
}

/** Place of the first line of a TOML text that sets `key`, or null. */
export function placeOfKey(source: RuleSource, key: string): Place | null {
  if (source.format === "kibana-json") return null;
  const lines = source.text.split("\n");
  const pattern = new RegExp(`^\\s*(?:\\[+[\\w.]*\\b)?${key.replaceAll(/[^\w]/g, "\\$&")}(?:\\s*=|\\]+)`);
  const index = lines.findIndex((line) => pattern.test(line));
  if (index < 0) return null;
  return { line: source.line + index, column: (lines[index] ?? "").search(/\S/) + 1 };
}

/** Place of the first occurrence of `part` in the text, or null. */
export function placeOfText(source: RuleSource, part: string): Place | null {
  const offset = source.text.indexOf(part);
  return offset < 0 || source.format === "kibana-json" ? null : placeAt(source.text, offset, source.line);
}

/** Place where `query` begins inside the text; null for JSON, and where there is no `query` key. */
export function placeOfQuery(source: RuleSource, query: string): Place | null {
  if (source.format === "kibana-json") return null;
  const normalised = source.text.replaceAll("\r\n", "\n");
  const offset = normalised.indexOf(query.replaceAll("\r\n", "\n"));
  return offset >= 0 ? placeAt(normalised, offset, source.line) : placeAfterQueryKey(source);
}

/** Escapes hide the query's text, but not its opening quote: a line break right after that is no part of the value. */
function placeAfterQueryKey(source: RuleSource): Place | null {
  const key = placeOfKey(source, "query");
  if (key === null) return null;
  const line = source.text.split("\n")[key.line - source.line] ?? "";
  const [opening] = /^\s*query\s*=\s*(?:"""|'''|"|')?/.exec(line) ?? [""];
  const rest = line.slice(opening.length).trim();
  return rest === "" ? { line: key.line + 1, column: 1 } : { line: key.line, column: opening.length + 1 };
}

function placeAt(text: string, offset: number, firstLine: number): Place {
  const before = text.slice(0, offset);
  return { line: firstLine + before.split("\n").length - 1, column: offset - (before.lastIndexOf("\n") + 1) + 1 };
}
