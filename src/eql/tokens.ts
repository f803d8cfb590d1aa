import { safeText } from "../base/safe-text.ts";
import type { Span } from "./ast.ts";

/**
 * A piece of the query text. `end` is the one after the last character. Strings and quoted identifiers carry their
 * unquoted value; `function` is an identifier with a `~` directly behind it (`startsWith~`); `variable` is `$name`,
 * which only other dialects have.
 */
export interface Token {
  readonly kind: TokenKind;
  /** As written. */
  readonly text: string;
  /** Of a string, a quoted identifier: the value; else the same as `text`. */
  readonly value: string;
  readonly span: Span;
}

export type TokenKind =
  | "identifier"
  | "quotedIdentifier"
  | "function"
  | "keyword"
  | "string"
  | "integer"
  | "decimal"
  | "operator"
  | "variable"
  | "end";

/** Lower case only (semantics 1). `in~`, `like~` and `regex~` are keywords of their own. */
export const KEYWORDS: ReadonlySet<string> = new Set([
  ...["and", "any", "by", "false", "in", "in~", "join", "like", "like~", "maxspan", "not", "null", "of", "or", "regex"],
  ...["regex~", "sample", "sequence", "true", "until", "where", "with"],
]);

/** Longest first: the first that fits is the token. */
export const OPERATORS = [
  ...["![", "==", "!=", "<=", ">="],
  ...["<", ">", "=", ":", "+", "-", "*", "/", "%", ".", ",", "[", "]", "(", ")", "|", "?"],
] as const;

/** Whether `text` can stand as a name without quotes. */
export function isPlainName(text: string): boolean {
  return /^[A-Za-z_@][A-Za-z0-9_]*$/.test(text) && !KEYWORDS.has(text);
}

/** How a diagnostic names a token: `and`, `"text"`, end of the query. Long text is cut. */
export function describeToken(token: Token): string {
  if (token.kind === "end") return "the end of the query";
  const text = safeText(token.text.length > 40 ? `${token.text.slice(0, 40)}...` : token.text);
  return token.kind === "string" ? text : `\`${text}\``;
}
