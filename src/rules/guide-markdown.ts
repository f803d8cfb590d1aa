/** A headed part of a Markdown text; the part before the first heading has level 0 and no title. */
export interface MarkdownSection {
  readonly title: string;
  /** 1 to 6; 7 for a paragraph that is one bold phrase, which guides use as a heading. */
  readonly level: number;
  readonly blocks: readonly MarkdownBlock[];
}

/**
 * A part of a section. Indents are columns of leading blanks (a tab counts four). `lines` have no indentation, an item's
 * first line no marker; a code block's lines keep their own relative indentation.
 */
export interface MarkdownBlock {
  readonly kind: "item" | "text" | "quote" | "code";
  readonly indent: number;
  readonly lines: readonly string[];
}

interface OpenBlock {
  readonly kind: MarkdownBlock["kind"];
  readonly indent: number;
  readonly lines: string[];
}

const HEADING = /^ {0,3}(#{1,6})(?:\s+(.*?))?\s*#*\s*$/;
const BOLD_LINE = /^\*\*([^*]+)\*\*:?\s*$/;
const ITEM = /^(\s*)(?:[-*+•]|\d{1,3}[.)])(?:\s+(.*))?$/;
const FENCE = /^(\s*)(`{3,}|~{3,})/;

/** Takes Markdown apart into headed sections of blocks. Total: any text gives sections, none is lost. */
export function parseMarkdown(text: string): readonly MarkdownSection[] {
  const sections: { title: string; level: number; blocks: OpenBlock[] }[] = [{ title: "", level: 0, blocks: [] }];
  let open: OpenBlock | null = null;
  let fence: { readonly mark: string; readonly indent: number } | null = null;

  const start = (block: OpenBlock): OpenBlock => {
    sections.at(-1)?.blocks.push(block);
    return block;
  };
  const lines = text.replaceAll(/\r\n?/g, "\n").split("\n");
  for (const [index, line] of lines.entries()) {
    const current = open;
    if (fence !== null && current !== null) {
      if (line.trim().startsWith(fence.mark)) {
        fence = null;
        open = null;
      } else current.lines.push(stripIndent(line, fence.indent));
      continue;
    }
    if (line.trim() === "") {
      open = null;
      continue;
    }
    const fenceMatch = FENCE.exec(line);
    if (fenceMatch !== null) {
      const indent = columns(fenceMatch[1] ?? "");
      fence = { mark: fenceMatch[2] ?? "```", indent };
      open = start({ kind: "code", indent, lines: [] });
      continue;
    }
    const heading = HEADING.exec(line);
    const bold = current === null && isAlone(lines, index) ? BOLD_LINE.exec(line) : null;
    if (heading !== null || bold !== null) {
      const title = (heading === null ? bold?.[1] : heading[2]) ?? "";
      sections.push({ title: title.trim(), level: heading?.[1]?.length ?? 7, blocks: [] });
      open = null;
      continue;
    }
    const item = ITEM.exec(line);
    if (item !== null) {
      open = start({ kind: "item", indent: columns(item[1] ?? ""), lines: [(item[2] ?? "").trim()] });
    } else if (line.trimStart().startsWith(">")) {
      const quoted = line.trimStart().slice(1).trim();
      if (current?.kind === "quote") current.lines.push(quoted);
      else open = start({ kind: "quote", indent: indentOf(line), lines: [quoted] });
    } else if (current !== null && current.kind !== "code") {
      current.lines.push(line.trim());
    } else open = start({ kind: "text", indent: indentOf(line), lines: [line.trim()] });
  }
  return sections;
}

/** A bold line is a heading when a list, or nothing but a blank line, follows it: not the first line of a paragraph. */
function isAlone(lines: readonly string[], index: number): boolean {
  const next = lines[index + 1];
  return next === undefined || next.trim() === "" || ITEM.test(next);
}

function indentOf(line: string): number {
  return columns(/^\s*/.exec(line)?.[0] ?? "");
}

function columns(blanks: string): number {
  let count = 0;
  for (const character of blanks) count += character === "\t" ? 4 : 1;
  return count;
}

function stripIndent(line: string, indent: number): string {
  let start = 0;
  while (start < indent && (line[start] === " " || line[start] === "\t")) start++;
  return line.slice(start);
}

/** Markdown of a block again, at an indentation of its own. */
export function printBlock(block: MarkdownBlock, indent: number): string {
  const blanks = " ".repeat(indent);
  switch (block.kind) {
    case "item":
      return block.lines.map((line, i) => `${blanks}${i === 0 ? "- " : "  "}${line}`).join("\n");
    case "text":
      return block.lines.map((line) => blanks + line).join("\n");
    case "quote":
      return block.lines.map((line) => `${blanks}> ${line}`).join("\n");
    case "code":
      return [`${blanks}\`\`\``, ...block.lines.map((line) => blanks + line), `${blanks}\`\`\``].join("\n");
  }
}
