import { readInline } from "./guide-inline.ts";
import type { GuideReport, InlineText } from "./guide-inline.ts";
import { printBlock } from "./guide-markdown.ts";
import type { MarkdownBlock } from "./guide-markdown.ts";
import type { GuidePivot, Step, StepDetail, Transform } from "./rule.ts";

/** A list of steps being read, and the prose that belongs to none of them. */
export interface StepList {
  readonly steps: Step[];
  readonly prose: MarkdownBlock[];
}

export interface StepContext {
  readonly group: string | null;
  readonly transform: Transform;
  readonly report: GuideReport;
}

/** Blanks by which an item must be further in than another to stand below it. */
const MIN_INDENT = 2;

/**
 * Reads the items of one section into steps, by relative indentation: the outermost items are steps, those further in
 * their children. A paragraph after a step that leads to nothing further is a step, too (a closing decision); other
 * prose is set aside.
 */
export function readSteps(list: StepList, blocks: readonly MarkdownBlock[], context: StepContext): void {
  const indents: number[] = [];
  let open: OpenStep | null = null;
  const close = (): void => {
    if (open !== null) list.steps.push(toStep(open, list.steps.length + 1, context.group));
    open = null;
  };
  for (const block of blocks) {
    const current: OpenStep | null = open;
    if (block.kind === "item") {
      while (indents.length > 0 && block.indent < (indents.at(-1) ?? 0) + MIN_INDENT) indents.pop();
      const level = indents.length;
      indents.push(block.indent);
      const inline = readInline(block.lines, context.transform, context.report);
      if (level === 0 || current === null) {
        close();
        open = { inline, blocks: [block], details: [] };
      } else addDetail(current, block, { level, inline, code: false });
    } else if (current !== null && block.indent >= MIN_INDENT) {
      const code = block.kind === "code";
      const inline = code ? toCode(block) : readInline(block.lines, context.transform, context.report);
      addDetail(current, block, { level: Math.max(1, indents.length), inline, code });
    } else if (current !== null && block.kind === "code") {
      addDetail(current, block, { level: 1, inline: toCode(block), code: true });
    } else {
      const closing = block.kind === "text" && (current !== null || list.steps.length > 0) && !leadsOn(block);
      close();
      indents.length = 0;
      if (closing)
        open = { inline: readInline(block.lines, context.transform, context.report), blocks: [block], details: [] };
      else list.prose.push(block);
    }
  }
  close();
}

interface OpenStep {
  readonly inline: InlineText;
  readonly blocks: MarkdownBlock[];
  readonly details: Detail[];
}

interface Detail {
  readonly level: number;
  readonly inline: InlineText;
  readonly code: boolean;
}

function addDetail(step: OpenStep, block: MarkdownBlock, detail: Detail): void {
  step.blocks.push(block);
  step.details.push(detail);
}

function toCode(block: MarkdownBlock): InlineText {
  return { text: block.lines.join("\n"), fields: [], pivots: [], onlyPivots: false };
}

function leadsOn(block: MarkdownBlock): boolean {
  return block.lines.at(-1)?.trimEnd().endsWith(":") ?? false;
}

function toStep(open: OpenStep, number: number, group: string | null): Step {
  const base = open.blocks[0]?.indent ?? 0;
  const inlines = [open.inline, ...open.details.map((detail) => detail.inline)];
  return {
    number,
    group,
    text: open.inline.text,
    markdown: open.blocks.map((block) => printBlock(block, Math.max(0, block.indent - base))).join("\n"),
    fields: [...new Set(inlines.flatMap((inline) => inline.fields))],
    pivots: uniquePivots(inlines.flatMap((inline) => inline.pivots)),
    children: open.details.flatMap(toDetail),
  };
}

/** A child that only names pivots is no text of its own: they are among the step's pivots. */
function toDetail({ level, inline, code }: Detail): readonly StepDetail[] {
  const { text, fields, pivots } = inline;
  return inline.onlyPivots ? [] : [{ level, text, code, fields, pivots }];
}

function uniquePivots(pivots: readonly GuidePivot[]): readonly GuidePivot[] {
  const seen = new Set<string>();
  return pivots.filter((pivot) => {
    const key = JSON.stringify(pivot);
    return !seen.has(key) && seen.add(key);
  });
}
