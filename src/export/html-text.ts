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

/** An element. `content` is HTML; attribute values are any text. */
export function element(name: string, attributes: Readonly<Record<string, string | number>>, content = ""): string {
  const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${htmlText(String(value))}"`);
  return `<${name}${list.join("")}>${content}</${name}>`;
}

/** A table; cells are HTML. */
export function htmlTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = titles.map((title) => `<th>${htmlText(title)}</th>`).join("");
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join("")}</tr>\n`).join("");
  return `<table><thead><tr>${head}</tr></thead><tbody>\n${body}</tbody></table>\n`;
}
