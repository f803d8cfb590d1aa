/** The report as Markdown. */
import { safeText, textWidth } from "../base/safe-text.ts";
import { isoTime } from "../base/time-text.ts";
import { markdownBlock, markdownCode, markdownText } from "./markdown-text.ts";
import {
  type Block,
  type Inline,
  type Line,
  type ProcessNode,
  type ProcessPicture,
  type SequenceMark,
  TIMELINE_PLACES,
  type TimelineChart,
  type TreeItem,
} from "./report-model.ts";
import { SEVERITY_LETTER } from "./severity-letter.ts";

/** The report in pieces. */
export function* markdownReport(blocks: Iterable<Block>): Generator<string> {
  for (const block of blocks) yield* blockText(block);
}

function* blockText(block: Block): Generator<string> {
  switch (block.kind) {
    case "heading":
      yield `${"#".repeat(block.level)} ${lineText(block.content, " ")}\n\n`;
      return;
    case "paragraph":
      yield `${lineText(block.content, hardBreak(0))}\n\n`;
      return;
    case "facts":
      yield `${block.rows.map(({ name, content }) => `- ${markdownText(name)}: ${lineText(content, hardBreak(2))}\n`).join("")}\n`;
      return;
    case "list":
      yield `${listText(block.items, 0)}\n`;
      return;
    case "table":
      yield row(block.columns) + row(block.columns.map(() => "---"));
      for (const cells of block.rows) yield row(cells.map((cell) => lineText(cell, IN_TABLE)));
      yield "\n";
      return;
    case "code":
      yield `#### ${markdownText(block.title)}\n\n${markdownBlock(block.text)}\n`;
      return;
    case "finding":
      for (const inner of block.blocks) yield* blockText(inner);
      return;
    case "timeline":
      yield timelineText(block.chart);
      return;
    case "sequence":
      yield `${block.events.map(markText).join(" → ")}\n\n`;
      return;
    case "processes":
      yield processesText(block.picture);
      return;
  }
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |\n`;
}

function listText(items: readonly TreeItem[], depth: number): string {
  return items
    .map(
      ({ content, children }) =>
        `${"  ".repeat(depth)}- ${lineText(content, hardBreak(2 * depth + 2))}\n${listText(children, depth + 1)}`,
    )
    .join("");
}

/** A cell of a table is one line. */
const IN_TABLE = "; ";

/** Goes on in a new line of the same paragraph, so far to the right. */
function hardBreak(indent: number): string {
  return `\\\n${" ".repeat(indent)}`;
}

/** @param separator what stands for the end of a line */
function lineText(line: Line, separator: string): string {
  return line
    .map((inline) => inlineText(inline, separator))
    .join("")
    .trim();
}

function inlineText(inline: Inline, separator: string): string {
  if (typeof inline === "string") return plainText(inline, separator);
  switch (inline.kind) {
    case "code":
      return inline.strong === true ? `**${markdownCode(inline.text)}**` : markdownCode(inline.text);
    case "strong":
      return `**${markdownText(inline.text)}**`;
    case "name":
    case "rule":
      return markdownText(inline.text);
    case "severity":
      return inline.severity;
    case "finding":
      return String(inline.id);
    case "break":
      return separator;
  }
}

/** Text of several lines keeps them where there can be any; blanks at its ends part it from what is beside it. */
function plainText(text: string, separator: string): string {
  const lines = separator === IN_TABLE ? [text] : text.split(/\r?\n/);
  const before = text.startsWith(" ") ? " " : "";
  const after = text.endsWith(" ") && text.length > 1 ? " " : "";
  return before + lines.map(markdownText).join(separator) + after;
}

const MAX_NAME = 24;

/** The chart in characters: the letter of the worst severity where findings are. */
function timelineText({ from, to, lanes, hiddenHosts }: TimelineChart): string {
  const names = lanes.map(({ host }) => [...safeText(host)].slice(0, MAX_NAME).join(""));
  const width = Math.max(0, ...names.map(textWidth));
  const lines = lanes.map(({ marks }, index) => {
    const places = Array.from({ length: TIMELINE_PLACES }, (_, place) => {
      const mark = marks.find((each) => each.place === place);
      return mark === undefined ? "·" : SEVERITY_LETTER[mark.severity];
    });
    const name = names[index] ?? "";
    return `${name}${" ".repeat(width - textWidth(name))} ${places.join("")}`;
  });
  const more = hiddenHosts === 0 ? "" : `${hiddenHosts} more hosts are not drawn.\n\n`;
  return `${markdownBlock(lines.join("\n"))}\n${isoTime(from)} to ${isoTime(to)}\n\n${more}`;
}

function markText({ position, name, after }: SequenceMark): string {
  return `${after === null ? "" : `${after} → `}${position} ${markdownCode(name)}`;
}

/** Larger graphs are trees of text: a picture of them cannot be read. */
const MAX_PICTURE = 60;

function processesText(picture: ProcessPicture): string {
  if (picture.rows <= MAX_PICTURE) return `\`\`\`mermaid\n${picture.mermaid}\`\`\`\n\n`;
  return `${listText(picture.roots.map(toItem), 0)}\n`;
}

function toItem({ kind, label, findings, children }: ProcessNode): TreeItem {
  const named = findings.map(({ id, label: rule }): Inline => ` (${id} ${rule})`);
  return {
    content: [...(kind === "connection" ? ["connects to "] : []), { kind: "code", text: label }, ...named],
    children: children.map(toItem),
  };
}
