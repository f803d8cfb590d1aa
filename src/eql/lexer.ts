import { safeText } from "../base/safe-text.ts";
import { diagnostic, type Diagnostic, type DiagnosticCode, type DiagnosticParameters } from "./diagnostics.ts";
import { LIMITS } from "./limits.ts";
import { KEYWORDS, OPERATORS, type Token, type TokenKind } from "./tokens.ts";

const SPACE = /[ \t\r\n]+/y;
const LINE_COMMENT = /\/\/[^\r\n]*/y;
const NUMBER = /\d+(?:\.\d*)?[eE][+-]?\d+|\.\d+[eE][+-]?\d+|\d+\.\d*|\.\d+|\d+/y;
const RAW_STRING = /"""[^\r\n]*?"""(?:"{0,2})/y;
const OLD_STRING = /\??'[^\r\n']*'?|\?"(?:\\[^\r\n]|[^\r\n"\\])*"?/y;
const WORD = /[A-Za-z_@][A-Za-z0-9_]*/y;
const VARIABLE = /\$[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*/y;

const ESCAPES: Readonly<Record<string, string>> = {
  b: "\b",
  t: "\t",
  n: "\n",
  f: "\f",
  r: "\r",
  '"': '"',
  "'": "'",
  "\\": "\\",
};

/**
 * Cuts a query text into tokens (semantics 1). The last token has kind `end`. Comments and blanks leave no token; what
 * cannot be read leaves a diagnostic and, where possible, the token that was probably meant.
 */
export function lex(text: string): { readonly tokens: readonly Token[]; readonly diagnostics: readonly Diagnostic[] } {
  if (text.length > LIMITS.maxQueryLength) {
    const span = { start: 0, end: 0 };
    return {
      tokens: [{ kind: "end", text: "", value: "", span }],
      diagnostics: [diagnostic("query-too-long", span, { length: text.length })],
    };
  }
  return new Lexer(text).run();
}

class Lexer {
  private readonly text: string;
  private position = 0;
  private readonly tokens: Token[] = [];
  private readonly diagnostics: Diagnostic[] = [];
  /** End of the comment that opens at a position; null where the nesting does not come out even. */
  private readonly commentEnds = new Map<number, number | null>();

  constructor(text: string) {
    this.text = text;
  }

  run(): { readonly tokens: readonly Token[]; readonly diagnostics: readonly Diagnostic[] } {
    while (this.position < this.text.length) this.next();
    this.push("end", this.text.length);
    return { tokens: this.tokens, diagnostics: this.diagnostics };
  }

  private next(): void {
    const character = this.text.charAt(this.position);
    if (this.skip(SPACE) || this.skip(LINE_COMMENT)) return;
    if (this.text.startsWith("/*", this.position)) return this.blockComment();
    if (character === '"') return this.text.startsWith('"""', this.position) ? this.rawString() : this.string();
    if (character === "`") return this.quotedIdentifier();
    const old = this.match(OLD_STRING);
    if (old !== null) return this.oldString(old);
    const number = this.match(NUMBER);
    if (number !== null) return this.push(/^\d+$/.test(number) ? "integer" : "decimal", this.position + number.length);
    const word = this.match(WORD);
    if (word !== null) return this.word(word);
    const variable = this.match(VARIABLE);
    if (variable !== null) return this.push("variable", this.position + variable.length);
    const operator = OPERATORS.find((candidate) => this.text.startsWith(candidate, this.position));
    if (operator !== undefined) return this.push("operator", this.position + operator.length);
    const point = String.fromCodePoint(this.text.codePointAt(this.position) ?? 0);
    this.report("unexpected-character", this.position, this.position + point.length, { text: visible(point) });
    this.position += point.length;
  }

  private word(word: string): void {
    const end = this.position + word.length;
    if (this.text.charAt(end) === "~" && /^[A-Za-z]/.test(word)) {
      return this.push(KEYWORDS.has(`${word}~`) ? "keyword" : "function", end + 1);
    }
    this.push(KEYWORDS.has(word) ? "keyword" : "identifier", end);
  }

  /** Comments nest; where the nesting does not come out even, the first end counts. */
  private blockComment(): void {
    if (!this.commentEnds.has(this.position)) this.pairComments(this.position);
    const paired = this.commentEnds.get(this.position);
    if (typeof paired === "number") {
      this.position = paired;
      return;
    }
    const first = this.text.indexOf("*/", this.position + 2);
    if (first >= 0) {
      this.position = first + 2;
      return;
    }
    this.report("unterminated-comment", this.position, this.position + 2, {});
    this.position = this.text.length;
  }

  /** One pass from `start` to its end (or the text's) that remembers the end of every comment opened on the way. */
  private pairComments(start: number): void {
    const open: number[] = [];
    const marks = /\/\*|\*\//g;
    marks.lastIndex = start;
    for (let mark = marks.exec(this.text); mark !== null; mark = marks.exec(this.text)) {
      if (mark[0] === "/*") {
        open.push(mark.index);
        this.commentEnds.set(mark.index, null);
        continue;
      }
      const opened = open.pop();
      if (opened !== undefined) this.commentEnds.set(opened, mark.index + 2);
      if (open.length === 0) return;
    }
  }

  private rawString(): void {
    const raw = this.match(RAW_STRING);
    if (raw !== null) return this.push("string", this.position + raw.length, raw.slice(3, -3));
    const end = this.endOfLine(this.position);
    this.report("unterminated-string", this.position, end, { what: "raw string" });
    this.push("string", end, this.text.slice(this.position + 3, end));
  }

  private string(): void {
    let value = "";
    let at = this.position + 1;
    for (;;) {
      const character = this.text.charAt(at);
      if (character === '"') return this.push("string", at + 1, value);
      if (character === "" || character === "\n" || character === "\r") break;
      if (character === "\\") {
        const [escaped, next] = this.escape(at);
        value += escaped;
        at = next;
      } else {
        value += character;
        at += 1;
      }
    }
    this.report("unterminated-string", this.position, at, { what: "string" });
    this.push("string", at, value);
  }

  /** The value of the escape sequence at `at` and the position behind it. */
  private escape(at: number): [string, number] {
    const letter = this.text.charAt(at + 1);
    const simple = ESCAPES[letter];
    if (simple !== undefined) return [simple, at + 2];
    const digits = /^u\{([0-9a-fA-F]+)\}/.exec(this.text.slice(at + 1, at + 200))?.[1];
    if (digits === undefined) {
      const end = letter === "" || letter === "\n" || letter === "\r" ? at + 1 : at + 2;
      this.report("invalid-escape", at, end, { escape: this.text.slice(at, end) });
      return [letter === "" || end === at + 1 ? "" : letter, end];
    }
    const end = at + digits.length + 4;
    const point = parseInt(digits, 16);
    const why =
      digits.length < 2 || digits.length > 8
        ? "length"
        : point > 0x10ffff
          ? "range"
          : point >= 0xd800 && point <= 0xdfff
            ? "surrogate"
            : null;
    if (why === null) return [String.fromCodePoint(point), end];
    this.report("invalid-code-point", at, end, { digits, why });
    return ["", end];
  }

  private quotedIdentifier(): void {
    let at = this.position + 1;
    for (;;) {
      const close = this.text.indexOf("`", at);
      if (close < 0) {
        const end = this.endOfLine(this.position);
        this.report("unterminated-string", this.position, end, { what: "quoted name" });
        return this.push("quotedIdentifier", end, this.text.slice(this.position + 1, end));
      }
      if (this.text.charAt(close + 1) !== "`") {
        if (close === this.position + 1) this.report("empty-identifier", this.position, close + 1, {});
        const value = this.text.slice(this.position + 1, close).replaceAll("``", "`");
        return this.push("quotedIdentifier", close + 1, value);
      }
      at = close + 2;
    }
  }

  private oldString(old: string): void {
    const prefix = old.startsWith("?") ? old.slice(0, 2) : "'";
    const quote = prefix.slice(-1);
    const content = old.slice(prefix.length, old.length > prefix.length && old.endsWith(quote) ? -1 : undefined);
    const end = this.position + old.length;
    if (prefix === "'") this.report("single-quotes", this.position, end, { text: visible(content) });
    else this.report("old-raw-string", this.position, end, { prefix });
    this.push("string", end, content);
  }

  private endOfLine(from: number): number {
    const offset = this.text.slice(from).search(/[\r\n]/);
    return offset < 0 ? this.text.length : from + offset;
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.position;
    return pattern.exec(this.text)?.[0] ?? null;
  }

  private skip(pattern: RegExp): boolean {
    const found = this.match(pattern);
    if (found !== null) this.position += found.length;
    return found !== null;
  }

  private push(kind: TokenKind, end: number, value?: string): void {
    const text = this.text.slice(this.position, end);
    this.tokens.push({ kind, text, value: value ?? text, span: { start: this.position, end } });
    this.position = end;
  }

  private report<C extends DiagnosticCode>(
    code: C,
    start: number,
    end: number,
    parameters: DiagnosticParameters[C],
  ): void {
    if (this.diagnostics.length < LIMITS.maxDiagnostics) {
      this.diagnostics.push(diagnostic(code, { start, end }, parameters));
    }
  }
}

/** Text as it may stand in a message. */
function visible(text: string): string {
  return safeText(text.length > 60 ? `${text.slice(0, 60)}...` : text);
}
