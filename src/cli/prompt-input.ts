import { safeText } from "../base/safe-text.ts";
import { lex } from "../eql/lexer.ts";
import { parseQuery } from "../eql/parser.ts";
import { printQuery } from "../eql/printer.ts";

/** What a line at the prompt asks for. */
export type PromptInput =
  | { readonly kind: "nothing" | "help" | "quit" }
  /** The last query again, with why it matched or how it ran. */
  | { readonly kind: "again"; readonly flag: "--why" | "--explain" }
  | { readonly kind: "limit"; readonly limit: number }
  | { readonly kind: "unknown"; readonly text: string }
  | { readonly kind: "query"; readonly text: string }
  /** The query is not at its end: more lines follow. */
  | { readonly kind: "more" };

/** Reads what was entered so far, lines joined by line feeds. */
export function readPromptInput(entered: string): PromptInput {
  const text = entered.trim();
  if (text === "" || text === ";") return { kind: "nothing" };
  if (["help", ".help", "?"].includes(text)) return { kind: "help" };
  if (["quit", "exit", ".quit", ".exit"].includes(text)) return { kind: "quit" };
  if (text === ".why") return { kind: "again", flag: "--why" };
  if (text === ".explain") return { kind: "again", flag: "--explain" };
  const limit = /^\.limit\s+([1-9]\d{0,8})$/.exec(text)?.[1];
  if (limit !== undefined) return { kind: "limit", limit: Number(limit) };
  if (text.startsWith(".")) return { kind: "unknown", text };
  const ended = text.endsWith(";");
  const query = ended ? text.slice(0, -1).trimEnd() : text;
  return ended || isWhole(query, entered) ? { kind: "query", text: query } : { kind: "more" };
}

/** Words and signs that something has to follow. */
const OPEN_ENDED: ReadonlySet<string> = new Set([
  ...[
    "and",
    "or",
    "not",
    "where",
    "with",
    "by",
    "in",
    "in~",
    "like",
    "like~",
    "regex",
    "regex~",
    "of",
    "until",
    "=",
    "|",
  ],
  ...["==", "!=", "<", "<=", ">", ">=", ":", "+", "-", "*", "/", "%", ",", ".", "![", "[", "("],
]);

/** A sequence or sample may always go on: it ends with an empty line or `;`. */
function isWhole(query: string, entered: string): boolean {
  const { tokens } = lex(query);
  let depth = 0;
  for (const token of tokens) {
    if (token.kind !== "operator") continue;
    if (["(", "[", "!["].includes(token.text)) depth++;
    else if ([")", "]"].includes(token.text)) depth--;
  }
  const last = tokens.findLast((token) => token.kind !== "end");
  const isOpen =
    last !== undefined && (last.kind === "operator" || last.kind === "keyword") && OPEN_ENDED.has(last.text);
  const [first] = tokens;
  const maySpan = first?.text === "sequence" || first?.text === "sample";
  if (/\n\s*$/.test(entered)) return true;
  return depth <= 0 && !isOpen && !maySpan;
}

/** A query on one line, as the history keeps it. */
export function toOneLine(query: string): string {
  const parsed = parseQuery(query).query;
  return parsed === null || !query.includes("\n") ? query.replace(/\s*\n\s*/g, " ") : printQuery(parsed);
}

/**
 * What the terminal shows for a completion: the words that go on from what stands before the caret, and that part.
 * Values that a terminal would take for more than text are left out.
 * @param words as `completions` gives them: names, or values with their quotes
 */
export function toCompletions(before: string, words: readonly string[]): [string[], string] {
  const isValue = words[0]?.startsWith('"') === true;
  const part = (isValue ? /"(?:[^"\\]|\\.)*$/ : /[\w.@`-]*$/).exec(before)?.[0] ?? "";
  return [words.filter((word) => word.startsWith(part) && safeText(word) === word), part];
}
