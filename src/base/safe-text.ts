/**
 * Text that an attacker may have written, made fit for a terminal. Everything that reaches a screen goes through
 * `safeText`: what could move the cursor, change colours, reorder, hide or smuggle text becomes visible instead.
 *
 * C0 controls and DEL become their one-cell pictures (`␛`, `␊`, `␀`); every other invisible or ill-formed code point
 * becomes its number (`<U+202E>`): C1 controls, bidirectional overrides and isolates, zero-width characters, line and
 * paragraph separators, tag characters, variation selectors, fillers, private and unassigned code points, lone surrogates.
 * A mark without a base gets one (`◌`), and a base keeps at most four marks.
 */
import { createRequire } from "node:module";
import type measure from "string-width";

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
// \p{C} is Cc, Cf, Cs, Co and Cn; U+2800 is a blank that counts as a symbol.
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;
const MARKS = /\p{M}+/gu;
const CONJOINING_JAMO = /[\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7fb]/g;
const JAMO_RUN = /[\u1100-\u11ff\ua960-\ua97c\uac00-\ud7a3\ud7b0-\ud7fb]*[\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7fb]+/g;
const MAX_MARKS = 4;
const DOTTED_CIRCLE = "\u25cc";
const ELLIPSIS = "…";
/** More UTF-16 units of raw text than this per cell cannot fill fewer cells (a base and four marks in pairs are ten). */
const UNITS_PER_CELL = 12;

/** `text` on one line with nothing hidden in it. Idempotent; printable ASCII comes back as it is. */
export function safeText(text: string): string {
  if (PRINTABLE_ASCII.test(text)) return text;
  return text.replace(UNSAFE, visible).replace(JAMO_RUN, composedJamo).replace(MARKS, cappedMarks);
}

/** The lines of `text` (separated by LF or CRLF), each safe; tabs become two spaces. */
export function safeLines(text: string): string[] {
  return text.split(/\r?\n/).map((line) => safeText(line.replaceAll("\t", "  ")));
}

/** Columns that safe text takes on a terminal: wide characters take two, marks none. */
export function textWidth(safe: string): number {
  return PRINTABLE_ASCII.test(safe) ? safe.length : stringWidth(safe);
}

/** Safe text of at most `width` columns; a cut is shown by `…`. Never cuts a wide character or its marks in two. */
export function truncateText(safe: string, width: number): string {
  if (width <= 0) return "";
  if (safe.length <= width && PRINTABLE_ASCII.test(safe)) return safe;
  if (PRINTABLE_ASCII.test(safe)) return safe.slice(0, width - 1) + ELLIPSIS;
  const candidate = safe.length > width * UNITS_PER_CELL ? undefined : textWidth(safe);
  return candidate !== undefined && candidate <= width ? safe : takeColumns(safe, width - 1).text + ELLIPSIS;
}

/** The longest prefix of safe text with at most `width` columns, and how many columns it has. */
export function takeColumns(safe: string, width: number): { readonly text: string; readonly width: number } {
  let text = "";
  let used = 0;
  for (const { segment } of graphemes().segment(safe.slice(0, Math.max(0, width) * UNITS_PER_CELL + UNITS_PER_CELL))) {
    const columns = textWidth(segment);
    if (used + columns > width) break;
    text += segment;
    used += columns;
  }
  return { text, width: used };
}

/** Any text as a table cell: safe, cut and padded to exactly `width` columns. A long value costs no more than a short one. */
export function safeCell(text: string, width: number, align: "left" | "right" = "left"): string {
  const fitted = truncateText(safeText(clipRaw(text, width)), width);
  const padding = " ".repeat(Math.max(0, width - textWidth(fitted)));
  return align === "left" ? fitted + padding : padding + fitted;
}

/** Raw text cut to what `width` columns can show at all, so that a megabyte is not sanitised to print ten columns. */
export function clipRaw(text: string, width: number): string {
  const limit = Math.max(1, width) * UNITS_PER_CELL + 64;
  return text.length <= limit ? text : text.slice(0, limit);
}

/**
 * Any text as lines of at most `width` columns, each safe, broken at spaces where possible. Line breaks of the text are
 * kept; leading spaces stay, trailing ones go. An empty text is one empty line.
 */
export function wrapText(text: string, width: number): string[] {
  const columns = Math.max(1, width);
  return safeLines(text).flatMap((line) => wrapLine(line, columns));
}

function wrapLine(line: string, width: number): string[] {
  if (textWidth(line) <= width) return [line];
  const lines: string[] = [];
  let current = "";
  let used = 0;
  const flush = (): void => {
    lines.push(current.trimEnd());
    current = "";
    used = 0;
  };
  for (const word of line.match(/ +|[^ ]+/g) ?? []) {
    let rest = word;
    let columns = textWidth(rest);
    if (used + columns > width && used > 0 && current.trim() !== "") {
      flush();
      if (rest.startsWith(" ")) continue;
    }
    while (used + columns > width) {
      const head = takeColumns(rest, width - used);
      // A cluster wider than the line is broken rather than never shown.
      const text = head.text === "" && used === 0 ? String.fromCodePoint(rest.codePointAt(0) ?? 0) : head.text;
      current += text;
      rest = rest.slice(text.length);
      columns = textWidth(rest);
      flush();
    }
    current += rest;
    used += columns;
  }
  if (current !== "" || lines.length === 0) flush();
  return lines;
}

function visible(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
}

function cappedMarks(marks: string, offset: number, text: string): string {
  const all = [...marks];
  const before = offset === 0 ? "" : (text[offset - 1] ?? "");
  // Without a base of its own a mark would join the cell before it, which may be ours.
  const lead = before === "" || before === " " || before === ">" ? DOTTED_CIRCLE : "";
  const surplus = all.length - MAX_MARKS;
  return lead + all.slice(0, MAX_MARKS).join("") + (surplus > 0 ? `<+${String(surplus)} marks>` : "");
}

/** Jamo of one syllable join in one cell whatever their number: composed where they can be, else numbered. */
function composedJamo(run: string): string {
  return run.normalize("NFC").replace(CONJOINING_JAMO, visible);
}

let width: typeof measure | undefined;
let segmenter: Intl.Segmenter | undefined;

/** Columns of any text. string-width and the segmenter cost 50 and 20 ms to make: only text beyond ASCII pays for them. */
function stringWidth(text: string): number {
  width ??= (createRequire(import.meta.url)("string-width") as { readonly default: typeof measure }).default;
  return width(text);
}

function graphemes(): Intl.Segmenter {
  return (segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" }));
}
