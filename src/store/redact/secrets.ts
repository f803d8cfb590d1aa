/** What stands where a value was withheld. */
export const WITHHELD = "[withheld]";

/** Shorter texts are looked for as words only: as parts of others they say nothing. */
const MIN_PART = 4;
const BLOOM_BITS = 20;

/**
 * The values that a copy of a case withholds, and where in other texts they stand. Case does not matter. A value of four
 * characters or more is found anywhere in a text; a shorter one as a word; one that is only digits and short, or has no
 * letter and no digit, only where it is the whole text.
 */
export class Secrets {
  readonly #whole = new Set<string>();
  readonly #searched = new Set<string>();
  readonly #words = new Set<string>();
  /** First four characters -> length -> secrets. */
  readonly #parts = new Map<string, Map<number, Set<string>>>();
  readonly #bloom = new Uint8Array(1 << (BLOOM_BITS - 3));
  #wordPattern: RegExp | null = null;
  #longest = 0;

  /** How many there are. */
  get size(): number {
    return this.#whole.size;
  }

  /** Characters of the longest. */
  get longest(): number {
    return this.#longest;
  }

  add(value: string): void {
    const text = foldCase(value);
    if (text === "" || this.#searched.has(text)) return;
    this.#searched.add(text);
    this.#whole.add(text);
    this.#longest = Math.max(this.#longest, text.length);
    if (text.length >= MIN_PART) this.#addPart(text);
    else if (/\p{L}/u.test(text)) {
      this.#words.add(text);
      this.#wordPattern = null;
    }
  }

  /** A value that is one only where it is the whole text: a number. */
  addWhole(value: string): void {
    this.#whole.add(foldCase(value));
  }

  #addPart(text: string): void {
    if (!/[\p{L}\p{N}]/u.test(text)) return;
    const start = text.slice(0, MIN_PART);
    const lengths = this.#parts.get(start) ?? new Map<number, Set<string>>();
    this.#parts.set(start, lengths);
    const secrets = lengths.get(text.length) ?? new Set<string>();
    lengths.set(text.length, secrets);
    secrets.add(text);
    const bit = hashAt(text, 0);
    this.#bloom[bit >> 3] = (this.#bloom[bit >> 3] ?? 0) | (1 << (bit & 7));
  }

  /** Whether one of them is, or stands in, the text. */
  isIn(text: string): boolean {
    const folded = foldCase(text);
    return this.#whole.has(folded) || this.#findPart(folded, 0) !== null || this.#findWord(folded, 0) !== null;
  }

  /** The text with each of them replaced by `[withheld]`. */
  mask(text: string): string {
    const folded = foldCase(text);
    if (this.#whole.has(folded)) return WITHHELD;
    let masked = "";
    let at = 0;
    for (let found = this.#next(folded, 0); found !== null; found = this.#next(folded, at)) {
      masked += text.slice(at, found.start) + WITHHELD;
      at = found.end;
    }
    return masked + text.slice(at);
  }

  #next(folded: string, from: number): Span | null {
    const part = this.#findPart(folded, from);
    const word = this.#findWord(folded, from);
    if (part === null || word === null) return part ?? word;
    return word.start < part.start ? word : part;
  }

  /** The first of at least four characters, the longest that begins there. */
  #findPart(folded: string, from: number): Span | null {
    if (this.#parts.size === 0) return null;
    for (let start = from; start + MIN_PART <= folded.length; start++) {
      const bit = hashAt(folded, start);
      if (((this.#bloom[bit >> 3] ?? 0) & (1 << (bit & 7))) === 0) continue;
      const lengths = this.#parts.get(folded.slice(start, start + MIN_PART));
      if (lengths === undefined) continue;
      let longest = 0;
      for (const [length, secrets] of lengths) {
        if (length > longest && secrets.has(folded.slice(start, start + length))) longest = length;
      }
      if (longest > 0) return { start, end: start + longest };
    }
    return null;
  }

  #findWord(folded: string, from: number): Span | null {
    if (this.#words.size === 0) return null;
    this.#wordPattern ??= wordPattern([...this.#words]);
    this.#wordPattern.lastIndex = from;
    const match = this.#wordPattern.exec(folded);
    return match === null ? null : { start: match.index, end: match.index + match[0].length };
  }
}

function wordPattern(words: readonly string[]): RegExp {
  const longestFirst = [...words].sort((a, b) => b.length - a.length).map(escapePattern);
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${longestFirst.join("|")})(?![\\p{L}\\p{N}])`, "gu");
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Lower case, unit for unit: places in the folded text are places in the text. */
function foldCase(text: string): string {
  const lower = text.toLowerCase();
  if (lower.length === text.length) return lower;
  return text.replace(/\p{Lu}/gu, (letter) => {
    const small = letter.toLowerCase();
    return small.length === letter.length ? small : letter;
  });
}

function hashAt(text: string, at: number): number {
  const mixed =
    Math.imul(text.charCodeAt(at), 0x9e3779b1) ^
    Math.imul(text.charCodeAt(at + 1), 0x85ebca6b) ^
    Math.imul(text.charCodeAt(at + 2), 0xc2b2ae35) ^
    Math.imul(text.charCodeAt(at + 3), 0x27d4eb2f);
  return (mixed ^ (mixed >>> 15)) & ((1 << BLOOM_BITS) - 1);
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}
