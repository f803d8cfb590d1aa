import { partOfHeading } from "./guide-headings.ts";
import type { GuidePart } from "./guide-headings.ts";
import { readInline } from "./guide-inline.ts";
import type { GuideReport } from "./guide-inline.ts";
import { parseMarkdown, printBlock } from "./guide-markdown.ts";
import type { MarkdownBlock, MarkdownSection } from "./guide-markdown.ts";
import { readSteps } from "./guide-steps.ts";
import type { StepList } from "./guide-steps.ts";
import type { Guide, GuideSection, RelatedRule, Step, Transform } from "./rule.ts";

/** Where a guide is found in a rule. */
export interface GuideSource {
  readonly note: string | null;
  readonly setup: string | null;
  readonly falsePositives: readonly string[];
  readonly transform: Transform;
}

export const EMPTY_GUIDE: Guide = {
  overview: null,
  triage: [],
  falsePositives: [],
  response: [],
  setup: null,
  related: [],
  sections: [],
};

/** Longest note that is taken apart; a longer one is kept as a single section. The longest of Elastic's has 10,000. */
const MAX_NOTE = 500_000;

/** A section with what it is about, by its own heading or the nearest one above it that tells. */
interface Part {
  readonly section: MarkdownSection;
  readonly part: GuidePart;
  /** Title of a heading inside a list of steps. */
  readonly group: string | null;
}

/** Takes a rule's guide apart into steps and sections. Never fails: what fits nowhere is among `sections`. */
export function toGuide(source: GuideSource, report: GuideReport): Guide {
  if ((source.note?.length ?? 0) > MAX_NOTE) {
    report("the guide is too long to be taken apart", "");
    return { ...EMPTY_GUIDE, setup: source.setup, sections: [{ title: "", markdown: source.note ?? "" }] };
  }
  const parts = toParts(parseMarkdown(source.note ?? ""));
  const sections: GuideSection[] = [];
  const triage = toList(parts, "triage", source.transform, report, sections);
  if (triage.length === 0) triage.push(...stepsOfOverview(parts, source.transform, report));
  const falsePositives = toList(parts, "falsePositives", source.transform, report, sections);
  for (const text of source.falsePositives) addText(falsePositives, text, source.transform, report);
  const response = toList(parts, "response", source.transform, report, sections);
  const overview: string[] = [];
  const setup: string[] = [];
  const related: RelatedRule[] = [];
  for (const { section, part } of parts) {
    const markdown = printBlocks(section.blocks);
    if (markdown === "") continue;
    if (part === "overview") overview.push(markdown);
    else if (part === "setup") setup.push(withHeading(section, markdown));
    else if (part === "related") related.push(...section.blocks.flatMap(toRelated));
    else if (part === "other") sections.push({ title: section.title, markdown });
  }
  if (source.setup !== null) setup.push(withoutSetupHeading(source.setup));
  return {
    overview: overview.length === 0 ? null : overview.join("\n\n"),
    triage,
    falsePositives,
    response,
    setup: setup.length === 0 ? null : setup.join("\n\n"),
    related,
    sections,
  };
}

function toParts(sections: readonly MarkdownSection[]): readonly Part[] {
  const above: { readonly level: number; readonly part: GuidePart }[] = [];
  return sections.map((section) => {
    while ((above.at(-1)?.level ?? -1) >= section.level) above.pop();
    const own = partOfHeading(section.title);
    const outer = above.at(-1)?.part ?? "other";
    const inherits = own === "other" && outer !== "overview" && outer !== "other";
    const part = inherits ? outer : own;
    above.push({ level: section.level, part });
    return { section, part, group: inherits ? section.title : null };
  });
}

function toList(
  parts: readonly Part[],
  wanted: "triage" | "falsePositives" | "response",
  transform: Transform,
  report: GuideReport,
  sections: GuideSection[],
): Step[] {
  const list: StepList = { steps: [], prose: [] };
  for (const { section, part, group } of parts) {
    if (part !== wanted) continue;
    list.prose.length = 0;
    readSteps(list, section.blocks, { group, transform, report });
    if (list.prose.length > 0) sections.push({ title: section.title, markdown: printBlocks(list.prose) });
  }
  return list.steps;
}

/** Guides without a headed list of steps: the items of their general parts, else the paragraphs of the untitled one. */
function stepsOfOverview(parts: readonly Part[], transform: Transform, report: GuideReport): readonly Step[] {
  const general = parts.filter(({ part }) => part === "overview");
  const list: StepList = { steps: [], prose: [] };
  for (const { section } of general) {
    const items = section.blocks.filter((block) => block.kind !== "text" || block.indent > 0);
    readSteps(list, items, { group: null, transform, report });
  }
  if (list.steps.length > 0) return list.steps;
  for (const { section } of general) {
    if (/^investigating\b/i.test(section.title)) continue;
    for (const block of section.blocks) {
      if (block.kind === "text") addText(list.steps, block.lines.join(" "), transform, report);
    }
  }
  return list.steps;
}

/** A paragraph as a step of its own, unless it only repeats one. */
function addText(steps: Step[], markdown: string, transform: Transform, report: GuideReport): void {
  const { text, fields, pivots } = readInline(markdown.split("\n"), transform, report);
  if (text === "" || steps.some((step) => step.text === text)) return;
  steps.push({ number: steps.length + 1, group: null, text, markdown: markdown.trim(), fields, pivots, children: [] });
}

/** `Name - id`, one an item. */
function toRelated(block: MarkdownBlock): readonly RelatedRule[] {
  if (block.kind !== "item") return [];
  const { text } = readInline(block.lines, { investigate: [], osquery: [] }, () => undefined);
  const match = /^(.*?)\s*[-–(:]\s*([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\)?\.?$/i.exec(text);
  const [, name, id] = match ?? [];
  return [name === undefined || id === undefined ? { name: text, id: null } : { name, id }];
}

function printBlocks(blocks: readonly MarkdownBlock[]): string {
  return blocks
    .map((block) => printBlock(block, block.indent))
    .join("\n\n")
    .replaceAll(/\n\n(?=\s*- )/g, "\n");
}

function withHeading(section: MarkdownSection, markdown: string): string {
  return /^set ?up:?$/i.test(section.title) || section.title === "" ? markdown : `### ${section.title}\n\n${markdown}`;
}

function withoutSetupHeading(setup: string): string {
  return setup.replace(/^\s*##\s+Setup\s*\n/i, "").trim();
}
