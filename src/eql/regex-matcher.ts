import { RE2JS } from "re2js";
import { assertNever, errorMessage } from "../base/errors.ts";
import { type CodePointRange, parseLuceneRegex, type RegexNode, type RegexProblem } from "./lucene-regex.ts";
import { numberRangePattern } from "./number-range.ts";
import type { TextMatcher } from "./wildcard.ts";

export interface RegexOptions {
  /** A-Z and a-z are the same (`regex~`); nothing else is folded. */
  readonly caseInsensitive: boolean;
}

export type RegexMatcherResult =
  { readonly ok: true; readonly matches: TextMatcher } | { readonly ok: false; readonly problem: RegexProblem };

/** Why `pattern` is no expression that can be used here, or null. Compiles it. */
export function regexProblem(pattern: string): RegexProblem | null {
  const result = regexMatcher([pattern], { caseInsensitive: false });
  return result.ok ? null : result.problem;
}

/**
 * A test whether a whole text fits any of the Lucene expressions, in time linear in the text (RE2). `.` is any code
 * point, line breaks and NUL included. Never throws.
 */
export function regexMatcher(patterns: readonly string[], options: RegexOptions): RegexMatcherResult {
  const translated: string[] = [];
  for (const pattern of patterns) {
    const parsed = parseLuceneRegex(pattern);
    if (!parsed.ok) return parsed;
    translated.push(`(?:${toRe2(parsed.node, options.caseInsensitive)})`);
  }
  try {
    const compiled = RE2JS.compile(translated.join("|"), RE2JS.DOTALL);
    return { ok: true, matches: (text) => compiled.testExact(text) };
  } catch (error) {
    return { ok: false, problem: { reason: errorMessage(error), offset: 0, unsupported: true } };
  }
}

/** The tree as an RE2 expression without captures. */
function toRe2(node: RegexNode, fold: boolean): string {
  switch (node.kind) {
    case "text":
      return node.text === "" ? "(?:)" : [...node.text].map((character) => literal(character, fold)).join("");
    case "class": {
      const ranges = fold ? node.ranges.flatMap(withOtherCase) : node.ranges;
      return `[${node.negated ? "^" : ""}${ranges.map(([a, b]) => `${escaped(a)}-${escaped(b)}`).join("")}]`;
    }
    case "any":
      return ".";
    case "anyText":
      return ".*";
    case "nothing":
      return "[^\\x{0}-\\x{10FFFF}]";
    case "interval":
      return `(?:${numberRangePattern(node.first, node.last, node.digits)})`;
    case "repeat": {
      const inner = `(?:${toRe2(node.inner, fold)})`;
      if (node.most === null)
        return node.least < 2 ? inner + (node.least === 0 ? "*" : "+") : `${inner}{${node.least},}`;
      return node.least === 0 && node.most === 1 ? `${inner}?` : `${inner}{${node.least},${node.most}}`;
    }
    case "sequence":
      return node.parts.map((part) => group(part, fold)).join("");
    case "choice":
      return node.options.map((option) => toRe2(option, fold)).join("|");
    default:
      return assertNever(node);
  }
}

function group(node: RegexNode, fold: boolean): string {
  const text = toRe2(node, fold);
  return node.kind === "choice" ? `(?:${text})` : text;
}

function literal(character: string, fold: boolean): string {
  if (fold && /^[A-Za-z]$/.test(character)) return `[${character.toUpperCase()}${character.toLowerCase()}]`;
  return escaped(character.codePointAt(0) ?? 0);
}

function escaped(point: number): string {
  return `\\x{${point.toString(16)}}`;
}

/** A range, and the part of it that lies in A-Z or a-z in the other case. */
function withOtherCase([first, last]: CodePointRange): readonly CodePointRange[] {
  const ranges: CodePointRange[] = [[first, last]];
  const upper: CodePointRange = [Math.max(first, 0x41), Math.min(last, 0x5a)];
  const lower: CodePointRange = [Math.max(first, 0x61), Math.min(last, 0x7a)];
  if (upper[0] <= upper[1]) ranges.push([upper[0] + 0x20, upper[1] + 0x20]);
  if (lower[0] <= lower[1]) ranges.push([lower[0] - 0x20, lower[1] - 0x20]);
  return ranges;
}
