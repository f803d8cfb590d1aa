import type { Span } from "./ast.ts";
import { diagnostic, type Diagnostic, type DiagnosticCode, type DiagnosticParameters } from "./diagnostics.ts";
import { LIMITS } from "./limits.ts";
import { suggest } from "./suggest.ts";
import { describeToken, type Token, type TokenKind } from "./tokens.ts";

const CLOSING: ReadonlySet<string> = new Set([")", "]"]);
const OPENING: ReadonlySet<string> = new Set(["(", "[", "!["]);

/**
 * A place in the token list, and the recovery from mistakes: after `fail` the cursor is in panic and reports nothing more
 * until `recover` has skipped to a token from which the grammar can go on. So one mistake gives one message, and a
 * text several.
 */
export class TokenCursor {
  private readonly tokens: readonly Token[];
  private readonly diagnostics: Diagnostic[];
  private index = 0;
  private panic = false;
  private failures = false;
  private aborted = false;
  private nesting = 0;
  private arithmeticOperators = 0;

  constructor(tokens: readonly Token[], diagnostics: readonly Diagnostic[]) {
    this.tokens = tokens;
    this.diagnostics = [...diagnostics];
  }

  /** Everything reported so far, in order of place. */
  report(): readonly Diagnostic[] {
    return [...this.diagnostics].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
  }

  /** The token `ahead` of the place; the end token beyond the end. */
  peek(ahead = 0): Token {
    const token = this.tokens[Math.min(this.index + ahead, this.tokens.length - 1)];
    if (token === undefined) throw new Error("internal error: a token list without an end token");
    return token;
  }

  /** Where the last taken token ended. */
  get lastEnd(): number {
    return this.tokens[this.index - 1]?.span.end ?? 0;
  }

  /** From `start` to the end of the last taken token. */
  spanFrom(start: number): Span {
    return { start, end: Math.max(start, this.lastEnd) };
  }

  /** Whether the next token is that operator or keyword. */
  at(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.text === text && (token.kind === "operator" || token.kind === "keyword");
  }

  /** Whether the next token is the identifier `text`: a word with a meaning only in its place (`runs`, `as`). */
  atWord(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === "identifier" && token.text === text;
  }

  atKind(kind: TokenKind, ahead = 0): boolean {
    return this.peek(ahead).kind === kind;
  }

  take(): Token {
    const token = this.peek();
    if (token.kind !== "end") this.index += 1;
    return token;
  }

  /** Takes the operator or keyword `text` if it is next. */
  accept(text: string): boolean {
    if (!this.at(text)) return false;
    this.index += 1;
    return true;
  }

  /** Takes the operator or keyword `text`, or fails with "expected ...". */
  expect(text: string): boolean {
    if (this.accept(text)) return true;
    const found = this.peek();
    const misspelt = found.kind === "identifier" ? suggest(found.text, [text], 1) : [];
    this.failExpected(`\`${text}\``, misspelt);
    return false;
  }

  /** Fails at the next token with "expected X, found Y". */
  failExpected(expected: string, suggestions: readonly string[] = []): void {
    const found = this.peek();
    if (found.kind === "variable") return this.fail("unexpected-variable", found.span, { name: found.text });
    if (found.text === "=" && found.kind === "operator") return this.fail("single-equals", found.span, {});
    this.fail("expected", found.span, { expected, found: describeToken(found), suggestions });
  }

  /** Reports, and panics. In panic already: silent. */
  fail<C extends DiagnosticCode>(code: C, span: Span, parameters: DiagnosticParameters[C]): void {
    this.remark(code, span, parameters);
    this.panic = true;
    this.failures = true;
  }

  /** Reports and goes on as if nothing were wrong. Silent in panic, and where something was reported already. */
  remark<C extends DiagnosticCode>(code: C, span: Span, parameters: DiagnosticParameters[C]): void {
    if (this.panic || this.diagnostics.length >= LIMITS.maxDiagnostics) return;
    if (this.diagnostics.some((earlier) => earlier.span.start === span.start)) return;
    this.diagnostics.push(diagnostic(code, span, parameters));
  }

  get panicking(): boolean {
    return this.panic;
  }

  /** Whether anything could not be read, so that the tree has holes. */
  get failed(): boolean {
    return this.failures;
  }

  /** In panic: skips to one of `stops` (or a closing bracket of an open one, or the end), and calms down. */
  recover(stops: readonly string[]): void {
    if (!this.panic || this.aborted) return;
    let depth = 0;
    for (let token = this.peek(); token.kind !== "end"; token = this.peek()) {
      const mark = token.kind === "operator" || token.kind === "keyword" ? token.text : "";
      if (depth === 0 && (stops.includes(mark) || CLOSING.has(mark))) break;
      if (OPENING.has(mark)) depth += 1;
      if (CLOSING.has(mark)) depth -= 1;
      this.index += 1;
    }
    this.panic = false;
  }

  /** Runs `inner` one level deeper; beyond `maxNesting` the rest of the text is given up and `fallback` returned. */
  nested<T>(inner: () => T, fallback: () => T): T {
    if (this.nesting >= LIMITS.maxNesting) {
      this.giveUp("nesting-too-deep");
      return fallback();
    }
    this.nesting += 1;
    const result = inner();
    this.nesting -= 1;
    return result;
  }

  /** Counts an arithmetic operator; beyond `maxArithmeticOperators` the rest of the text is given up. */
  countArithmeticOperator(): void {
    this.arithmeticOperators += 1;
    if (this.arithmeticOperators > LIMITS.maxArithmeticOperators) this.giveUp("too-many-operators");
  }

  private giveUp(code: "nesting-too-deep" | "too-many-operators"): void {
    this.fail(code, this.peek().span, {});
    this.aborted = true;
    this.index = this.tokens.length - 1;
  }
}
