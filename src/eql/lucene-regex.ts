/**
 * Regular expressions as Lucene writes them (semantics 6), read into a small tree. Differences from other dialects:
 * always anchored; `^` and `$` are ordinary; a backslash makes the next character ordinary, except in `\d \D \s \S \w
 * \W`; `"..."` is literal text; `@` is any text, `#` nothing at all, `<1-31>` a number in a range.
 */

/** Inclusive ranges of code points. */
export type CodePointRange = readonly [first: number, last: number];

export type RegexNode =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "class"; readonly ranges: readonly CodePointRange[]; readonly negated: boolean }
  | { readonly kind: "any" }
  | { readonly kind: "anyText" }
  | { readonly kind: "nothing" }
  | { readonly kind: "interval"; readonly first: number; readonly last: number; readonly digits: number }
  | { readonly kind: "repeat"; readonly inner: RegexNode; readonly least: number; readonly most: number | null }
  | { readonly kind: "sequence"; readonly parts: readonly RegexNode[] }
  | { readonly kind: "choice"; readonly options: readonly RegexNode[] };

/** Why an expression was refused; `offset` counts UTF-16 units of the expression. */
export interface RegexProblem {
  readonly reason: string;
  readonly offset: number;
  /** Right in Lucene, but not here. */
  readonly unsupported: boolean;
}

export type RegexResult =
  { readonly ok: true; readonly node: RegexNode } | { readonly ok: false; readonly problem: RegexProblem };

const DIGIT: readonly CodePointRange[] = [[0x30, 0x39]];
const SPACE: readonly CodePointRange[] = [
  [0x09, 0x0a],
  [0x0d, 0x0d],
  [0x20, 0x20],
];
const WORD: readonly CodePointRange[] = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
const SHORTHANDS: Readonly<Record<string, { readonly ranges: readonly CodePointRange[]; readonly negated: boolean }>> =
  {
    d: { ranges: DIGIT, negated: false },
    D: { ranges: DIGIT, negated: true },
    s: { ranges: SPACE, negated: false },
    S: { ranges: SPACE, negated: true },
    w: { ranges: WORD, negated: false },
    W: { ranges: WORD, negated: true },
  };

/** The largest count in `{n,m}`. */
export const MAX_REGEX_REPEAT = 1000;
/** Parentheses around one place. */
export const MAX_REGEX_NESTING = 200;
const MAX_CODE_POINT = 0x10ffff;

/** Reads an expression; never throws. */
export function parseLuceneRegex(text: string): RegexResult {
  const parser = new RegexParser(text);
  const node = parser.parse();
  return parser.problem === null ? { ok: true, node } : { ok: false, problem: parser.problem };
}

class RegexParser {
  private readonly text: string;
  private position = 0;
  private nesting = 0;
  problem: RegexProblem | null = null;

  constructor(text: string) {
    this.text = text;
  }

  parse(): RegexNode {
    if (this.text === "") return { kind: "text", text: "" };
    const node = this.choice();
    if (this.more()) this.fail("a closing parenthesis without an opening one");
    return node;
  }

  private choice(): RegexNode {
    const options = [this.sequence()];
    while (this.accept("|")) options.push(this.sequence());
    return options.length === 1 ? (options[0] ?? NOTHING) : { kind: "choice", options };
  }

  private sequence(): RegexNode {
    const parts: RegexNode[] = [];
    while (this.more() && !this.at("|") && !this.at(")")) {
      if (this.at("&")) {
        this.fail("the operator & (intersection) is not supported; write \\& for the character", true);
        break;
      }
      parts.push(this.repeat());
    }
    if (parts.length === 0) {
      const unclosed = this.nesting > 0 && this.position === this.text.length;
      this.fail(unclosed ? UNCLOSED : "an empty alternative; write () for empty text");
    }
    return parts.length === 1 ? (parts[0] ?? NOTHING) : { kind: "sequence", parts };
  }

  private repeat(): RegexNode {
    let inner = this.atom();
    for (;;) {
      if (this.accept("?")) inner = { kind: "repeat", inner, least: 0, most: 1 };
      else if (this.accept("*")) inner = { kind: "repeat", inner, least: 0, most: null };
      else if (this.accept("+")) inner = { kind: "repeat", inner, least: 1, most: null };
      else if (this.at("{")) inner = this.counted(inner);
      else return inner;
    }
  }

  private counted(inner: RegexNode): RegexNode {
    const match = /^\{(\d{1,9})(,?)(\d{0,9})\}/.exec(this.text.slice(this.position, this.position + 30));
    if (match === null) {
      this.fail("a repetition is written {n}, {n,} or {n,m}");
      return inner;
    }
    const [whole, lower = "", comma, upper = ""] = match;
    const least = Number(lower);
    const most = comma === "" ? least : upper === "" ? null : Number(upper);
    if ((comma === "" && upper !== "") || (most !== null && most < least))
      this.fail("a repetition whose end is before its start");
    if (Math.max(least, most ?? 0) > MAX_REGEX_REPEAT) {
      this.fail(`a repetition of more than MAX_REGEX_REPEAT (${MAX_REGEX_REPEAT})`);
    }
    this.position += whole.length;
    return { kind: "repeat", inner, least, most };
  }

  private atom(): RegexNode {
    if (this.at("~")) {
      this.fail("the operator ~ (complement) is not supported; write \\~ for the character", true);
      return NOTHING;
    }
    if (this.accept(".")) return { kind: "any" };
    if (this.accept("@")) return { kind: "anyText" };
    if (this.accept("#")) return { kind: "nothing" };
    if (this.at("[")) return this.characterClass();
    if (this.at("(")) return this.group();
    if (this.at('"')) return this.quoted();
    if (this.at("<")) return this.interval();
    if (this.at("\\")) {
      const shorthand = this.shorthand();
      if (shorthand !== null) return { kind: "class", ...shorthand };
    }
    return { kind: "text", text: String.fromCodePoint(this.character()) };
  }

  private group(): RegexNode {
    this.position += 1;
    if (this.accept(")")) return { kind: "text", text: "" };
    if (this.nesting >= MAX_REGEX_NESTING) {
      this.fail(`parentheses nested deeper than MAX_REGEX_NESTING (${MAX_REGEX_NESTING})`);
      return NOTHING;
    }
    this.nesting += 1;
    const inner = this.choice();
    this.nesting -= 1;
    if (!this.accept(")")) this.fail(UNCLOSED);
    return inner;
  }

  private quoted(): RegexNode {
    const close = this.text.indexOf('"', this.position + 1);
    if (close < 0) {
      this.fail('a quote that is not closed; write \\" for the character');
      return NOTHING;
    }
    const text = this.text.slice(this.position + 1, close);
    this.position = close + 1;
    return { kind: "text", text };
  }

  private interval(): RegexNode {
    const match = /^<(\d{1,15})-(\d{1,15})>/.exec(this.text.slice(this.position, this.position + 40));
    if (match === null) {
      this.fail("the operator < > takes a range of numbers such as <1-31>; write \\< for the character", true);
      return NOTHING;
    }
    const [whole, a = "", b = ""] = match;
    this.position += whole.length;
    const [first = 0, last = 0] = [Number(a), Number(b)].sort((x, y) => x - y);
    return { kind: "interval", first, last, digits: a.length === b.length ? a.length : 0 };
  }

  private characterClass(): RegexNode {
    this.position += 1;
    const negated = this.accept("^");
    const ranges: CodePointRange[] = [];
    do ranges.push(...this.classItem());
    while (this.more() && !this.at("]"));
    if (!this.accept("]")) this.fail("a bracket that is not closed");
    return { kind: "class", ranges, negated };
  }

  private classItem(): readonly CodePointRange[] {
    const shorthand = this.at("\\") ? this.shorthand() : null;
    if (shorthand !== null) return shorthand.negated ? complement(shorthand.ranges) : shorthand.ranges;
    const first = this.character();
    if (!this.at("-") || this.text.charAt(this.position + 1) === "]") return [[first, first]];
    this.position += 1;
    const last = this.character();
    if (last < first) this.fail("a range whose end is before its start");
    return [[first, last]];
  }

  private shorthand(): (typeof SHORTHANDS)[string] | null {
    const shorthand = SHORTHANDS[this.text.charAt(this.position + 1)];
    if (shorthand === undefined) return null;
    this.position += 2;
    return shorthand;
  }

  /** One character, taken as it is after a backslash. */
  private character(): number {
    this.accept("\\");
    const point = this.text.codePointAt(this.position);
    if (point === undefined) {
      this.fail("the expression ends too early");
      return 0;
    }
    this.position += point > 0xffff ? 2 : 1;
    return point;
  }

  private more(): boolean {
    return this.problem === null && this.position < this.text.length;
  }

  private at(character: string): boolean {
    return this.problem === null && this.text.charAt(this.position) === character;
  }

  private accept(character: string): boolean {
    if (!this.at(character)) return false;
    this.position += 1;
    return true;
  }

  private fail(reason: string, unsupported = false): void {
    this.problem ??= { reason, offset: this.position, unsupported };
  }
}

const UNCLOSED = "a parenthesis that is not closed";
const NOTHING: RegexNode = { kind: "nothing" };

/** The code points in none of the ranges. */
export function complement(ranges: readonly CodePointRange[]): readonly CodePointRange[] {
  const sorted = [...ranges].sort(([a], [b]) => a - b);
  const result: CodePointRange[] = [];
  let next = 0;
  for (const [first, last] of sorted) {
    if (first > next) result.push([next, first - 1]);
    next = Math.max(next, last + 1);
  }
  if (next <= MAX_CODE_POINT) result.push([next, MAX_CODE_POINT]);
  return result;
}
