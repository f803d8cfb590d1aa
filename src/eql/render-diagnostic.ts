import { safeText, textWidth } from "../base/safe-text.ts";
import type { Span } from "./ast.ts";
import type { Diagnostic } from "./diagnostics.ts";

/** 1-based; a column counts UTF-16 units, as editors that count from a file do. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

const LINE_BREAK = /\r\n|\r|\n/g;
/** UTF-16 units shown on either side of the place, where a line is long. */
const CONTEXT = 60;

/** Line and column of an offset into `text`; beyond the end, the end. */
export function positionOf(text: string, offset: number): Position {
  let line = 1;
  let lineStart = 0;
  for (const { index, 0: lineBreak } of text.slice(0, offset).matchAll(LINE_BREAK)) {
    line += 1;
    lineStart = index + lineBreak.length;
  }
  return { line, column: Math.min(offset, text.length) - lineStart + 1 };
}

/**
 * A diagnostic for people, several lines, without colour:
 *
 *     error[expected] 1:14: expected an expression, found the end of the query
 *       1 | process where
 *         |              ^
 *       hint: ...
 *
 * The text is made fit for a terminal.
 */
export function renderDiagnostic(text: string, diagnostic: Diagnostic): string {
  const { code, severity, message, span, hint } = diagnostic;
  const { line, column } = positionOf(text, span.start);
  const lines = [`${severity}[${code}] ${line}:${column}: ${safeText(message)}`, ...excerpt(text, span, line, column)];
  if (hint !== null) lines.push(`  hint: ${safeText(hint)}`);
  return lines.join("\n");
}

/** The line of the place with carets under it, cut around the place when it is long. */
function excerpt(text: string, span: Span, line: number, column: number): string[] {
  const lineStart = Math.min(span.start, text.length) - (column - 1);
  const rest = text.slice(lineStart).search(/[\r\n]/);
  const lineEnd = rest < 0 ? text.length : lineStart + rest;
  const from = Math.max(lineStart, span.start - CONTEXT);
  const to = Math.min(lineEnd, Math.max(span.start + CONTEXT, Math.min(span.end, span.start + 2 * CONTEXT)));
  const before = (from > lineStart ? "…" : "") + visible(text.slice(from, span.start));
  const marked = visible(text.slice(span.start, Math.max(span.start, Math.min(span.end, to))));
  const after = visible(text.slice(span.start, to)).slice(marked.length) + (to < lineEnd ? "…" : "");
  const gutter = ` ${line} `.padStart(5);
  const carets = "^".repeat(Math.max(1, textWidth(marked)));
  return [
    `${gutter}| ${before}${marked}${after}`,
    `${" ".repeat(gutter.length)}| ${" ".repeat(textWidth(before))}${carets}`,
  ];
}

function visible(text: string): string {
  return safeText(text.replaceAll("\t", " "));
}
