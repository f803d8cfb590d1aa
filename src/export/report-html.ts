/** The report as one HTML file: no script, no network, readable where both are forbidden. */
import { HTML_STYLE } from "./html-style.ts";
import { htmlText as text } from "./html-text.ts";
import { processesHtml } from "./process-svg.ts";
import type { Block, Inline, Line, TreeItem } from "./report-model.ts";
import { sequenceSvg, timelineSvg } from "./timeline-svg.ts";

/** The report in pieces. */
export function* htmlReport(blocks: Iterable<Block>): Generator<string> {
  yield HEAD;
  for (const block of blocks) yield* blockHtml(block);
  yield "</body></html>\n";
}

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const HEAD =
  '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n' +
  `<meta http-equiv="Content-Security-Policy" content="${POLICY}">\n` +
  '<meta name="viewport" content="width=device-width, initial-scale=1">\n' +
  `<title>Findings report</title>\n<style>${HTML_STYLE}</style></head>\n<body>\n`;

function* blockHtml(block: Block): Generator<string> {
  switch (block.kind) {
    case "heading":
      yield `<h${block.level}${block.anchor === undefined ? "" : ` id="${text(block.anchor)}"`}>${lineHtml(block.content)}</h${block.level}>\n`;
      return;
    case "paragraph":
      yield `<p${block.quiet === true ? ' class="quiet"' : ""}>${lineHtml(block.content)}</p>\n`;
      return;
    case "facts":
      yield `<table class="facts"><tbody>\n`;
      for (const { name, content } of block.rows)
        yield `<tr><th>${text(name)}</th><td>${lineHtml(content)}</td></tr>\n`;
      yield "</tbody></table>\n";
      return;
    case "list":
      yield listHtml(block.items);
      return;
    case "table":
      yield* tableHtml(block.columns, block.rows);
      return;
    case "code":
      yield `<h4>${text(block.title)}</h4>\n<pre>${linesHtml(block.text, "\n")}</pre>\n`;
      return;
    case "finding":
      yield `<section class="finding" id="finding-${block.id}">\n`;
      for (const inner of block.blocks) yield* blockHtml(inner);
      yield "</section>\n";
      return;
    case "timeline":
      yield timelineSvg(block.chart);
      return;
    case "sequence":
      yield sequenceSvg(block.events);
      return;
    case "processes":
      yield processesHtml(block.picture);
      return;
  }
}

function* tableHtml(columns: readonly string[], rows: Iterable<readonly Line[]>): Generator<string> {
  yield `<table><thead><tr>${columns.map((title) => `<th>${text(title)}</th>`).join("")}</tr></thead><tbody>\n`;
  for (const row of rows) yield `<tr>${row.map((cell) => `<td>${lineHtml(cell)}</td>`).join("")}</tr>\n`;
  yield "</tbody></table>\n";
}

function listHtml(items: readonly TreeItem[]): string {
  const list = items.map(({ content, children }) => {
    return `<li>${lineHtml(content)}${children.length === 0 ? "" : listHtml(children)}</li>\n`;
  });
  return `<ul>${list.join("")}</ul>\n`;
}

function lineHtml(line: Line): string {
  return line.map(inlineHtml).join("");
}

function inlineHtml(inline: Inline): string {
  if (typeof inline === "string") return linesHtml(inline, "<br>");
  switch (inline.kind) {
    case "code":
      return `<code${inline.strong === true ? ' class="matched"' : ""}>${linesHtml(inline.text, "<br>")}</code>`;
    case "strong":
      return `<b>${linesHtml(inline.text, "<br>")}</b>`;
    case "name":
      // A name that is too long for a cell has to be broken.
      return inline.text.length > 32 ? text(inline.text) : `<span class="whole">${text(inline.text)}</span>`;
    case "severity":
      return `<b class="badge ${inline.severity}">${inline.severity}</b>`;
    case "rule":
      return `<a href="#${text(inline.anchor)}">${linesHtml(inline.text, "<br>")}</a>`;
    case "finding":
      return `<a href="#finding-${inline.id}">${inline.id}</a>`;
    case "break":
      return "<br>";
  }
}

/** Lines of a text, each safe. */
function linesHtml(value: string, separator: string): string {
  return value.split(/\r?\n/).map(text).join(separator);
}
