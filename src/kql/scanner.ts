import type { Span } from "../eql/ast.ts";
import type { KqlText } from "./ast.ts";
import { kqlDiagnostic } from "./diagnostics.ts";
import type { KqlDiagnostic } from "./diagnostics.ts";

type Keyword = "or" | "and" | "not";

const SPECIAL = '\\():<>"*{}';
const CONTROL: Readonly<Record<string, string>> = { t: "\t", r: "\r", n: "\n" };
const KEYWORD = /[ \t\r\n\u00a0]+(?:or|and|not)(?=[ \t\r\n\u00a0("{]|$)/iy;

/** Reads KQL character by character: its values may hold blanks, so that there are no tokens without their context. */
export class KqlScanner {
  readonly #text: string;
  #position = 0;
  #problem: KqlDiagnostic | null = null;

  constructor(text: string) {
    this.#text = text;
  }

  get position(): number {
    return this.#position;
  }

  /** The first mistake. */
  get problem(): KqlDiagnostic | null {
    return this.#problem;
  }

  atEnd(): boolean {
    return this.#position >= this.#text.length;
  }

  spanFrom(start: number): Span {
    return { start, end: this.#position };
  }

  skipSpace(): void {
    while (isSpace(this.#text[this.#position])) this.#position++;
  }

  ahead(mark: string): boolean {
    return this.#text.startsWith(mark, this.#position);
  }

  take(mark: string): boolean {
    if (!this.ahead(mark)) return false;
    this.#position += mark.length;
    return true;
  }

  /** Takes a keyword, with blanks before it, when something that can follow a keyword comes behind it. */
  takeKeyword(keyword: Keyword): boolean {
    let at = this.#position;
    while (isSpace(this.#text[at])) at++;
    if (this.#text.slice(at, at + keyword.length).toLowerCase() !== keyword) return false;
    const next = this.#text[at + keyword.length];
    if (next !== undefined && !isSpace(next) && next !== "(" && next !== '"') return false;
    this.#position = at + keyword.length;
    return true;
  }

  /** A quoted or bare text; null (and a problem) when there is none. */
  text(expected: string): KqlText | null {
    if (this.ahead('"')) return this.#quoted();
    if (this.#keywordHere()) return this.expected(expected);
    const start = this.#position;
    const bare = this.#bare();
    return bare === null || this.#position > start ? bare : this.expected(expected);
  }

  expected(expected: string): null {
    const found = this.atEnd()
      ? "the end of the query"
      : `\`${this.#text.slice(this.#position).match(/^\S{1,20}/u)?.[0] ?? " "}\``;
    const span = { start: this.#position, end: Math.min(this.#position + 1, this.#text.length) };
    return this.#fail(kqlDiagnostic("kql-expected", span, { expected, found }));
  }

  tooDeep(limit: number): null {
    return this.#fail(kqlDiagnostic("kql-too-deep", this.spanFrom(this.#position), { limit }));
  }

  #fail(problem: KqlDiagnostic): null {
    this.#problem ??= problem;
    return null;
  }

  /** In quotes: `\\`, `\"`, `\t`, `\r`, `\n`, `\uXXXX`; any other backslash is itself. No wildcards. */
  #quoted(): KqlText | null {
    const start = this.#position++;
    let value = "";
    for (;;) {
      const character = this.#text[this.#position];
      if (character === undefined) {
        return this.#fail(kqlDiagnostic("kql-unterminated-string", { start, end: this.#position }, {}));
      }
      this.#position++;
      if (character === '"') return { parts: [value], quoted: true, span: this.spanFrom(start) };
      value += character === "\\" ? (this.#escape('\\"') ?? "\\") : character;
    }
  }

  /** Outside quotes: a backslash takes the next special character, keyword or control letter; `*` is a wildcard. */
  #bare(): KqlText | null {
    const start = this.#position;
    const parts = [""];
    const append = (piece: string): void => {
      parts[parts.length - 1] += piece;
    };
    while (!this.atEnd()) {
      const character = this.#text[this.#position] ?? "";
      if (character === "*") {
        parts.push("");
        this.#position++;
      } else if (character === "\\") {
        const span = { start: this.#position, end: ++this.#position };
        const piece = this.#escape(SPECIAL) ?? this.#escapedKeyword();
        if (piece === null) {
          const next = this.atEnd() ? "the end" : `\`${this.#text[this.#position]}\``;
          return this.#fail(kqlDiagnostic("kql-stray-backslash", span, { next }));
        }
        append(piece);
      } else if (SPECIAL.includes(character) || this.#keywordAhead()) break;
      else {
        append(character);
        this.#position++;
      }
    }
    return trimmed(parts, start, this.#text, this.#position);
  }

  /** Behind a backslash: takes what it escapes; null, and nothing taken, where it escapes nothing. */
  #escape(allowed: string): string | null {
    const next = this.#text[this.#position];
    if (next === undefined) return null;
    const hex = next === "u" ? /^[0-9a-fA-F]{4}/.exec(this.#text.slice(this.#position + 1, this.#position + 5)) : null;
    if (hex !== null) {
      this.#position += 5;
      return String.fromCharCode(Number.parseInt(hex[0], 16));
    }
    const character = CONTROL[next] ?? (allowed.includes(next) ? next : null);
    if (character !== null) this.#position++;
    return character;
  }

  /** `\or`, `\and`; `\not` is a line break and `ot`, as in Kibana. */
  #escapedKeyword(): string | null {
    const keyword = /^(?:or|and|not)/i.exec(this.#text.slice(this.#position, this.#position + 3))?.[0] ?? null;
    this.#position += keyword?.length ?? 0;
    return keyword;
  }

  #keywordAhead(): boolean {
    if (!isSpace(this.#text[this.#position])) return false;
    KEYWORD.lastIndex = this.#position;
    return KEYWORD.test(this.#text);
  }

  #keywordHere(): boolean {
    return /^(?:or|and|not)(?:[ \t\r\n\u00a0("]|$)/i.test(this.#text.slice(this.#position, this.#position + 4));
  }
}

/** Blanks at the ends belong to the query, not to the value. */
function trimmed(parts: string[], start: number, text: string, end: number): KqlText {
  parts[0] = (parts[0] ?? "").replace(/^[ \t\r\n\u00a0]+/, "");
  parts[parts.length - 1] = (parts.at(-1) ?? "").replace(/[ \t\r\n\u00a0]+$/, "");
  let last = end;
  while (last > start && isSpace(text[last - 1])) last--;
  return { parts, quoted: false, span: { start, end: last } };
}

function isSpace(character: string | undefined): boolean {
  return character === " " || character === "\t" || character === "\r" || character === "\n" || character === "\u00a0";
}
