import { safeLines, safeText } from "../base/safe-text.ts";

const ANYWHERE = /[\\`*_{}[\]|~$!]/g;
/** What makes a list, heading, quote or rule of a line that begins with it. */
const AT_START = /^(\s*)([#+\-=:]|\d{1,9}(?=[.)]))/;

/**
 * Any text as plain Markdown text on one line: nothing in it becomes markup, HTML, a link (also none that a renderer
 * would make of a bare address) or hidden.
 */
export function markdownText(text: string): string {
  return safeText(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replace(ANYWHERE, "\\$&")
    .replace(AT_START, (_all, blank: string, mark: string) =>
      /^\d/.test(mark) ? `${blank}${mark}\\` : `${blank}\\${mark}`,
    )
    .replaceAll("@", "&#64;")
    .replaceAll("://", "&#58;//")
    .replace(/www\./gi, (www) => `${www.slice(0, 3)}&#46;`)
    .trim();
}

/** Any text as a code span on one line; also inside a table cell. */
export function markdownCode(text: string): string {
  const safe = safeText(text).replaceAll("|", "\u2502");
  if (safe === "") return "";
  const longest = Math.max(0, ...(safe.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  const pad = safe.startsWith("`") || safe.endsWith("`") || safe.trim() === "" ? " " : "";
  return fence + pad + safe + pad + fence;
}

/** Any text as lines of plain Markdown text; an empty line still parts paragraphs. */
export function markdownLines(text: string): string[] {
  return text.split(/\r?\n/).map(markdownText);
}

/** Any text as a block of code that keeps its lines; nothing in it ends the block. */
export function markdownBlock(text: string): string {
  const lines = safeLines(text);
  const longest = Math.max(2, ...lines.map((line) => /^ {0,3}(`*)/.exec(line)?.[1]?.length ?? 0));
  const fence = "`".repeat(longest + 1);
  return [fence, ...lines, fence, ""].join("\n");
}
