import { safeText } from "../base/safe-text.ts";

const ENTITY: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Any text as HTML text or attribute value: no markup, nothing hidden, on one line. */
export function htmlText(text: string): string {
  return safeText(text).replace(/[&<>"']/g, (character) => ENTITY[character] ?? character);
}
