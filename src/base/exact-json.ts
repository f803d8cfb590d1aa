/**
 * A JSON reader that loses nothing: integers of any size are exact, keys named `__proto__` are keys, and of a repeated
 * key both values stay. It is strict where JSON is (RFC 8259), and has a nesting limit.
 */

/** A number whose value no JS number can hold (`1e400`); its text is kept. */
export class HugeNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/**
 * Objects have no prototype. Integers beyond 2^53 are bigint. A repeated key holds the list of its values (a list of
 * lists where a value was one), which flattens to the same fields as the repetition.
 */
export type ExactJson =
  null | boolean | number | bigint | HugeNumber | string | ExactJson[] | { [key: string]: ExactJson };

export type ParsedJson =
  | { readonly ok: true; readonly value: ExactJson }
  /** `position` counts UTF-16 units. */
  | {
      readonly ok: false;
      readonly code: "bad-json" | "nested-too-deep";
      readonly reason: string;
      readonly position: number;
    };

/** Deepest nesting that is read. */
export const MAX_NESTING = 1000;

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const CONTROL = /[\u0000-\u001f]/;

class Failure extends Error {
  readonly code: "bad-json" | "nested-too-deep";
  readonly position: number;
  constructor(code: "bad-json" | "nested-too-deep", reason: string, position: number) {
    super(reason);
    this.code = code;
    this.position = position;
  }
}

/** Reads one JSON text. Never throws on content. */
export function parseExactJson(text: string): ParsedJson {
  const reader = new Reader(text);
  try {
    return { ok: true, value: reader.document() };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { ok: false, code: error.code, reason: error.message, position: error.position };
  }
}

class Reader {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): ExactJson {
    this.#blank();
    const value = this.#value();
    this.#blank();
    if (this.#at < this.#text.length) this.#fail("text after the end of the document");
    return value;
  }

  #value(): ExactJson {
    const c = this.#text[this.#at];
    if (c === '"') return this.#string();
    if (c === "{") return this.#object();
    if (c === "[") return this.#array();
    if (c === "t") return this.#word("true", true);
    if (c === "f") return this.#word("false", false);
    if (c === "n") return this.#word("null", null);
    return this.#number();
  }

  #object(): ExactJson {
    const object = Object.create(null) as { [key: string]: ExactJson };
    const repeated = new Set<string>();
    this.#enter();
    if (this.#text[this.#at] !== "}") {
      for (;;) {
        if (this.#text[this.#at] !== '"') this.#fail("a key in double quotes was expected");
        const key = this.#string();
        this.#blank();
        this.#expect(":");
        const value = this.#value();
        const before = object[key];
        if (before === undefined) object[key] = value;
        else if (repeated.has(key) && Array.isArray(before)) before.push(value);
        else {
          repeated.add(key);
          object[key] = [before, value];
        }
        this.#blank();
        if (this.#text[this.#at] !== ",") break;
        this.#expect(",");
      }
    }
    this.#leave("}");
    return object;
  }

  #array(): ExactJson {
    const items: ExactJson[] = [];
    this.#enter();
    if (this.#text[this.#at] !== "]") {
      for (;;) {
        items.push(this.#value());
        this.#blank();
        if (this.#text[this.#at] !== ",") break;
        this.#expect(",");
      }
    }
    this.#leave("]");
    return items;
  }

  #enter(): void {
    if (++this.#depth > MAX_NESTING) {
      throw new Failure("nested-too-deep", `nested deeper than ${MAX_NESTING} levels`, this.#at);
    }
    this.#at += 1;
    this.#blank();
  }

  #leave(close: string): void {
    if (this.#text[this.#at] !== close) this.#fail(`a comma or ${close} was expected`);
    this.#at += 1;
    this.#depth -= 1;
  }

  #expect(mark: string): void {
    if (this.#text[this.#at] !== mark) this.#fail(`${mark} was expected`);
    this.#at += 1;
    this.#blank();
  }

  #string(): string {
    const start = this.#at;
    let end = start;
    let escaped = false;
    for (;;) {
      end = this.#text.indexOf('"', end + 1);
      if (end < 0) this.#fail("a string without an end");
      let slashes = 0;
      while (this.#text[end - 1 - slashes] === "\\") slashes += 1;
      if (slashes > 0) escaped = true;
      if (slashes % 2 === 0) break;
    }
    const raw = this.#text.slice(start + 1, end);
    if (CONTROL.test(raw)) this.#fail("a control character within a string");
    this.#at = end + 1;
    if (!escaped && !raw.includes("\\")) return raw;
    try {
      return JSON.parse(this.#text.slice(start, end + 1)) as string;
    } catch {
      throw new Failure("bad-json", "an unknown escape within a string", start);
    }
  }

  #number(): number | bigint | HugeNumber {
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.#text);
    if (match === null) this.#fail(this.#at < this.#text.length ? "a value was expected" : "the document is cut off");
    const text = match[0];
    this.#at += text.length;
    return readNumber(text, match[1] !== undefined || match[2] !== undefined);
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) this.#fail("a value was expected");
    this.#at += word.length;
    return value;
  }

  #blank(): void {
    for (;;) {
      const c = this.#text.charCodeAt(this.#at);
      if (c !== 32 && c !== 10 && c !== 13 && c !== 9) return;
      this.#at += 1;
    }
  }

  #fail(reason: string): never {
    const cut = this.#at >= this.#text.length ? "the document is cut off" : reason;
    throw new Failure("bad-json", cut, this.#at);
  }
}

/** The value of a JSON number's text. */
export function readNumber(text: string, fractional: boolean): number | bigint | HugeNumber {
  const value = Number(text);
  if (!fractional && !Number.isSafeInteger(value)) return BigInt(text);
  if (!Number.isFinite(value)) return new HugeNumber(text);
  return value;
}

/**
 * A number's text as the dictionary holds it: integers in full digits, everything else as JavaScript prints it; `-0` is
 * `0`. Equal numbers have equal texts.
 */
export function numberText(value: number | bigint | HugeNumber): string {
  if (value instanceof HugeNumber) return value.text;
  if (typeof value === "bigint") return value.toString();
  if (Number.isInteger(value) && Math.abs(value) >= 1e21) return BigInt(value).toString();
  return String(value);
}

/** The compact JSON text of a value; bigints and huge numbers keep their digits. `undefined` counts as null. */
export function exactJsonText(value: unknown): string {
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (value instanceof HugeNumber) return value.text;
  if (Array.isArray(value)) return `[${value.map(exactJsonText).join(",")}]`;
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${exactJsonText(item)}`);
  return `{${entries.join(",")}}`;
}

/**
 * A JSON text without the white space between its tokens, otherwise letter for letter: numbers and escapes stay as they
 * were written. The text must be valid.
 */
export function compactJson(text: string): string {
  return text.replace(/("(?:[^"\\]|\\.)*")|[ \t\r\n]+/gs, (_all, string: string | undefined) => string ?? "");
}

/** The text of the value that a key has at the top of a JSON object; the last one, if it has several. Null: no such key. */
export function topLevelText(text: string, key: string): string | null {
  const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gs;
  let depth = 0;
  let start = -1;
  let found: string | null = null;
  let expectKey = false;
  let name: string | null = null;
  for (let match = tokens.exec(text); match !== null; match = tokens.exec(text)) {
    const token = match[0];
    if (start >= 0 && depth === 1 && (token === "," || token === "}")) {
      found = text.slice(start, match.index).trim();
      start = -1;
    }
    if (token === "{" || token === "[") depth += 1;
    else if (token === "}" || token === "]") depth -= 1;
    else if (depth === 1 && token === ":" && name === key) start = tokens.lastIndex;
    if (depth === 1 && expectKey && token.startsWith('"')) name = JSON.parse(token) as string;
    else if (token !== ":" || depth !== 1) name = null;
    expectKey = depth === 1 && (token === "{" || token === ",");
  }
  return found;
}
