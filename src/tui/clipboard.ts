/** The clipboard of the analyst's own machine, through the terminal: OSC 52. */
import { safeText } from "../base/safe-text.ts";

/** Bytes of text that a terminal may be asked to take; many refuse more than 100,000 characters of base64. */
export const CLIPBOARD_LIMIT = 74_000;

/**
 * The escape sequence that puts text on the clipboard, wrapped for tmux where that stands between; null when the text is too
 * long. The text is sanitised line by line: pasting it into a shell must not run what a control character hides.
 */
export function clipboardSequence(text: string, env: Readonly<Record<string, string | undefined>>): string | null {
  const safe = text.split(/\r?\n/).map(safeText).join("\n");
  const bytes = Buffer.from(safe, "utf8");
  if (bytes.length > CLIPBOARD_LIMIT) return null;
  const sequence = `\x1b]52;c;${bytes.toString("base64")}\x07`;
  if ((env["TMUX"] ?? "") !== "") return `\x1bPtmux;${sequence.replaceAll("\x1b", "\x1b\x1b")}\x1b\\`;
  return env["TERM"]?.startsWith("screen") === true ? `\x1bP${sequence}\x1b\\` : sequence;
}
