import { quoteRegex } from "./wildcard.ts";

/**
 * Fields that Elasticsearch analyses: a value matches word by word, whatever the case. The words are those of its
 * standard analyser, with every letter beyond ASCII counted as a letter. EQL knows no such fields, so that a condition
 * on them becomes a regular expression.
 */
const TEXT_FIELDS: ReadonlySet<string> = new Set(["message", "error.message", "powershell.file.script_block_text"]);

export function isTextField(name: string): boolean {
  return TEXT_FIELDS.has(name);
}

/** Letters, digits and `_`; what joins two letters, and two digits, into one word. */
const WORD = "A-Za-z0-9_\u0080-\u{10ffff}";
const LETTER = "A-Za-z\u0080-\u{10ffff}";
const LETTER_JOINERS = ".':";
const DIGIT_JOINERS = ".,;'";

const WORD_PATTERN = new RegExp(
  `[${WORD}](?:[${WORD}]|(?<=[${LETTER}])[${LETTER_JOINERS}](?=[${LETTER}])|(?<=[0-9])[${DIGIT_JOINERS}](?=[0-9]))*`,
  "gu",
);

/** The words of a text, in order. */
export function wordsOf(text: string): readonly string[] {
  return text.match(WORD_PATTERN) ?? [];
}

/** A regular expression (for `regex~`) for texts that hold these words one after the other. At least one. */
export function phrasePattern(words: readonly string[]): string {
  const pieces = words.map((word, i) => {
    const next = words[i + 1];
    return quoteRegex(word) + (next === undefined ? "" : between(word, next));
  });
  return before(words[0] ?? "") + pieces.join("") + after(words.at(-1) ?? "");
}

/**
 * A regular expression for texts with a word that fits: an open end of the pattern is free, a closed one is the end of
 * a word. Marks inside the pattern, which no word can hold, must stand in the text as they are.
 */
export function wordPattern(parts: readonly string[]): string {
  const first = parts[0] ?? "";
  const last = parts.at(-1) ?? "";
  const body = parts.map(quoteRegex).join(`[${WORD}]*`);
  return (first === "" ? ".*" : before(first)) + body + (last === "" ? ".*" : after(last));
}

/** What may precede the first word. */
function before(word: string): string {
  const kind = kindOf(word[0]);
  if (kind === null) return `(.*[^${WORD}])?`;
  const { joiners, same } = kind;
  return `((.*[^${WORD}${joiners}])?|(.*[^${same}])?[${joiners}])`;
}

function after(word: string): string {
  const kind = kindOf(word.at(-1));
  if (kind === null) return `([^${WORD}].*)?`;
  const { joiners, same } = kind;
  return `(([^${WORD}${joiners}].*)?|[${joiners}]([^${same}].*)?)`;
}

/** What may part two words: anything without a word in it, but not a single mark that would join them. */
function between(left: string, right: string): string {
  const kind = kindOf(left.at(-1));
  const joins = kind !== null && kind === kindOf(right[0]) ? kind.joiners : "";
  return `([^${WORD}][^${WORD}]+|[^${WORD}${joins}])`;
}

interface CharacterKind {
  readonly joiners: string;
  /** The class of characters it joins with. */
  readonly same: string;
}

const LETTERS: CharacterKind = { joiners: LETTER_JOINERS, same: LETTER };
const DIGITS: CharacterKind = { joiners: DIGIT_JOINERS, same: "0-9" };

function kindOf(character: string | undefined): CharacterKind | null {
  if (character === undefined || character === "_") return null;
  if (/[0-9]/.test(character)) return DIGITS;
  return /[A-Za-z\u0080-\uffff]/.test(character) ? LETTERS : null;
}
