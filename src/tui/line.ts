/**
 * What the screen is made of: lines of spans. A span is raw text and the name of a style; `paintLine` is the only place
 * where text becomes terminal output, and it makes every span safe. Nothing else under `tui/` writes text to the screen.
 */
import { clipRaw, safeText, takeColumns, textWidth } from "../base/safe-text.ts";
import type { Style, Theme } from "./theme.ts";

export interface Span {
  /** May be anything an attacker wrote. */
  readonly text: string;
  readonly style: Style;
}

export type Line = readonly Span[];

/** One styled piece of a line. */
export function span(text: string, style: Style = "plain"): Span {
  return { text, style };
}

/** The text of a line without styles, safe: for searching and copying. */
export function lineText(line: Line): string {
  return line.map((part) => safeText(part.text)).join("");
}

export interface PaintOptions {
  /** Spaces up to the full width; true unless said otherwise. */
  readonly pad?: boolean;
  /** Reverse video over the whole width: the line under the cursor of the focused pane. */
  readonly reverse?: boolean;
  /** Occurrences of this text (any case) stand out. */
  readonly find?: string | null;
}

const ELLIPSIS = "…";

/** A line as ANSI text of exactly `width` columns (at most, without `pad`): cut with `…`, every span made safe. */
export function paintLine(line: Line, width: number, theme: Theme, options: PaintOptions = {}): string {
  if (width <= 0) return "";
  const base = options.reverse === true ? "7" : "";
  let output = "";
  let used = 0;
  let cut = false;
  for (const part of line) {
    if (part.text === "") continue;
    const safe = safeText(clipRaw(part.text, width));
    const columns = textWidth(safe);
    if (used + columns <= width) {
      output += paint(safe, join(base, theme[part.style]), theme, options.find);
      used += columns;
      continue;
    }
    const head = takeColumns(safe, width - used - 1);
    output += paint(head.text + (width > used ? ELLIPSIS : ""), join(base, theme[part.style]), theme, options.find);
    used += head.width + (width > used ? 1 : 0);
    cut = true;
    break;
  }
  return options.pad === false || (cut && used >= width)
    ? output
    : output + paint(" ".repeat(width - used), base, theme, null);
}

function join(base: string, own: string): string {
  return base === "" ? own : own === "" ? base : `${own};${base}`;
}

function paint(safe: string, codes: string, theme: Theme, find: string | null | undefined): string {
  if (safe === "") return "";
  if (find === undefined || find === null || find === "") return styled(safe, codes);
  const lower = safe.toLowerCase();
  const wanted = find.toLowerCase();
  // Lower-casing changes the length of a few characters: then nothing is marked rather than the wrong place.
  if (lower.length !== safe.length) return styled(safe, codes);
  let output = "";
  let from = 0;
  for (let at = lower.indexOf(wanted); at !== -1; at = lower.indexOf(wanted, from)) {
    output += styled(safe.slice(from, at), codes) + styled(safe.slice(at, at + wanted.length), theme.found);
    from = at + wanted.length;
  }
  return output + styled(safe.slice(from), codes);
}

function styled(text: string, codes: string): string {
  return text === "" || codes === "" ? text : `\x1b[${codes}m${text}\x1b[0m`;
}
