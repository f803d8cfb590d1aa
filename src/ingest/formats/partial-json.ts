/** The first JSON value of a text that may be cut off anywhere. */
export interface PartialJson {
  /** What was there of it: unfinished containers closed, an unfinished string or number as far as it goes. */
  readonly value: unknown;
  /** The value ends within the text. */
  readonly complete: boolean;
  /** Position after it, or the text's length. */
  readonly end: number;
}

/** Deeper values read as null. */
const MAX_DEPTH = 64;

/** Reads the value that begins at `at`, as far as the text goes. Null when what is there is no JSON. */
export function parsePartialJson(text: string, at = 0): PartialJson | null {
  const reader = new Reader(text, at);
  let value: unknown;
  try {
    reader.read(0, (read) => (value = read));
    return { value, complete: true, end: reader.at };
  } catch (stop) {
    if (stop instanceof CutOff) return { value, complete: false, end: text.length };
    if (stop instanceof Broken) return null;
    throw stop;
  }
}

class CutOff extends Error {}
class Broken extends Error {}

class Reader {
  readonly #text: string;
  at: number;

  constructor(text: string, at: number) {
    this.#text = text;
    this.at = at;
  }

  /** Containers are handed to `attach` before they are filled, so that what there is of them is kept. */
  read(depth: number, attach: (value: unknown) => void): void {
    if (depth > MAX_DEPTH) throw new CutOff();
    const sign = this.#next();
    if (sign === "{") this.#object(depth, attach);
    else if (sign === "[") this.#list(depth, attach);
    else attach(sign === '"' ? this.#string() : this.#scalar());
  }

  #object(depth: number, attach: (value: unknown) => void): void {
    const object = Object.create(null) as Record<string, unknown>;
    attach(object);
    this.at += 1;
    for (let first = true; ; first = false) {
      if (first && this.#next() === "}") break;
      if (this.#next() !== '"') throw new Broken();
      const key = this.#string();
      if (this.#next() !== ":") throw new Broken();
      this.at += 1;
      this.read(depth + 1, (value) => (object[key] = value));
      const after = this.#next();
      if (after === "}") break;
      if (after !== ",") throw new Broken();
      this.at += 1;
    }
    this.at += 1;
  }

  #list(depth: number, attach: (value: unknown) => void): void {
    const list: unknown[] = [];
    attach(list);
    this.at += 1;
    for (let first = true; ; first = false) {
      if (first && this.#next() === "]") break;
      this.read(depth + 1, (value) => list.push(value));
      const after = this.#next();
      if (after === "]") break;
      if (after !== ",") throw new Broken();
      this.at += 1;
    }
    this.at += 1;
  }

  #string(): string {
    const start = this.at;
    for (let at = start + 1; at < this.#text.length; at += 1) {
      const sign = this.#text[at];
      if (sign === "\\") at += 1;
      else if (sign === "\n") throw new Broken();
      else if (sign === '"') {
        this.at = at + 1;
        return unquote(this.#text.slice(start, this.at));
      }
    }
    throw new CutOff();
  }

  #scalar(): unknown {
    const word = /[-+\w.]+/y;
    word.lastIndex = this.at;
    const found = word.exec(this.#text)?.[0];
    if (found === undefined) throw new Broken();
    this.at += found.length;
    if (this.at === this.#text.length) throw new CutOff();
    return parse(found);
  }

  /** The next sign that is no white space. */
  #next(): string {
    const space = /\s*/y;
    space.lastIndex = this.at;
    this.at += space.exec(this.#text)?.[0].length ?? 0;
    const sign = this.#text[this.at];
    if (sign === undefined) throw new CutOff();
    return sign;
  }
}

/** The text of a quoted string; one that JSON forbids (a raw NUL) is taken as it stands. */
function unquote(quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch (error) {
    if (error instanceof SyntaxError) return quoted.slice(1, -1);
    throw error;
  }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    if (error instanceof SyntaxError) throw new Broken();
    throw error;
  }
}
