import { foldAscii } from "../base/fold-ascii.ts";

export type TextMatcher = (text: string) => boolean;

export interface WildcardOptions {
  /** A-Z and a-z are the same (`:`, `like~`). */
  readonly caseInsensitive: boolean;
  /** The texts given to the matcher are folded already; only with `caseInsensitive`. */
  readonly folded?: boolean;
}

/** Whether a pattern has a `*` or `?`; one without is plain equality. */
export function hasWildcard(pattern: string): boolean {
  return pattern.includes("*") || pattern.includes("?");
}

/**
 * A test whether a whole text fits any of the patterns (semantics 6). `*` is any number of characters, `?` exactly one
 * code point (an unpaired surrogate counts as one); both match line breaks and NUL. There is no escape: a backslash is a
 * backslash. Without backtracking: the work is bounded by text length times pattern length, and mostly the text length.
 */
export function wildcardMatcher(patterns: readonly string[], options: WildcardOptions): TextMatcher {
  const wanted = options.caseInsensitive ? patterns.map(foldAscii) : patterns;
  const exact = new Set(wanted.filter((pattern) => !hasWildcard(pattern)));
  const wild = [...new Set(wanted.filter(hasWildcard))].map(singleMatcher);
  const test = combine(exact, wild);
  return options.caseInsensitive && options.folded !== true ? (text) => test(foldAscii(text)) : test;
}

function combine(exact: ReadonlySet<string>, wild: readonly TextMatcher[]): TextMatcher {
  const [first] = wild;
  if (first === undefined) return (text) => exact.has(text);
  if (exact.size === 0 && wild.length === 1) return first;
  return (text) => {
    if (exact.has(text)) return true;
    for (const matches of wild) if (matches(text)) return true;
    return false;
  };
}

/** What stands between two `*`: literal pieces, with one `?` between each piece and the next (so n pieces, n - 1 `?`). */
type Segment = readonly string[];

function singleMatcher(pattern: string): TextMatcher {
  const segments = pattern.split(/\*+/).map((segment): Segment => segment.split("?"));
  const first = segments[0] ?? [""];
  if (segments.length === 1) return (text) => endOfSegment(first, text, 0) === text.length;
  const last = segments.at(-1) ?? [""];
  const middle = segments.slice(1, -1);
  return (text) => {
    let position = endOfSegment(first, text, 0);
    if (position < 0) return false;
    for (const segment of middle) {
      position = findSegment(segment, text, position);
      if (position < 0) return false;
    }
    return startOfSegment(last, text, text.length) >= position;
  };
}

/** Where the segment that starts at `start` ends, or -1. */
function endOfSegment(segment: Segment, text: string, start: number): number {
  let position = start;
  for (let index = 0; index < segment.length; index += 1) {
    if (index > 0) {
      if (position >= text.length) return -1;
      position += isPairAt(text, position) ? 2 : 1;
    }
    const piece = segment[index] ?? "";
    if (!text.startsWith(piece, position)) return -1;
    position += piece.length;
  }
  return position;
}

/** Where the segment that ends at `end` starts, or -1. */
function startOfSegment(segment: Segment, text: string, end: number): number {
  let position = end;
  for (let index = segment.length - 1; index >= 0; index -= 1) {
    const piece = segment[index] ?? "";
    if (!text.endsWith(piece, position) || piece.length > position) return -1;
    position -= piece.length;
    if (index > 0) {
      if (position === 0) return -1;
      position -= isPairAt(text, position - 2) ? 2 : 1;
    }
  }
  return position;
}

/** Where the first occurrence of the segment at or after `from` ends, or -1. */
function findSegment(segment: Segment, text: string, from: number): number {
  const head = segment[0] ?? "";
  if (segment.length === 1) {
    const found = text.indexOf(head, from);
    return found < 0 ? -1 : found + head.length;
  }
  for (let start = text.indexOf(head, from); start >= 0; start = text.indexOf(head, start + 1)) {
    const end = isPairAt(text, start - 1) ? -1 : endOfSegment(segment, text, start);
    if (end >= 0) return end;
    if (start >= text.length) return -1;
  }
  return -1;
}

/** Whether a surrogate pair starts at `index`. */
function isPairAt(text: string, index: number): boolean {
  const high = text.charCodeAt(index);
  if (!(high >= 0xd800 && high <= 0xdbff)) return false;
  const low = text.charCodeAt(index + 1);
  return low >= 0xdc00 && low <= 0xdfff;
}
