/**
 * How text is kept in the case. SQLite's GLOB, LIKE and length() stop at a NUL, and ill-formed UTF-16 (a lone surrogate)
 * has no UTF-8: such `odd` values are kept as JSON escapes, marked, and evaluated in the program instead of in SQL.
 */

/** Text as a column holds it. */
export interface StoredText {
  readonly text: string;
  readonly odd: boolean;
}

/** To what the case holds. */
export function encodeText(text: string): StoredText {
  if (!isOdd(text)) return { text, odd: false };
  return { text: JSON.stringify(text).slice(1, -1), odd: true };
}

/** Back to the text as the evidence has it. */
export function decodeText(stored: string, odd: boolean): string {
  return odd ? (JSON.parse(`"${stored}"`) as string) : stored;
}

/** Whether SQL functions cannot be trusted with it. */
export function isOdd(text: string): boolean {
  return text.includes("\0") || !text.isWellFormed();
}
