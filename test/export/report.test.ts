import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { safeText } from "../../src/base/safe-text.ts";
import { exportedFindings } from "../../src/export/exported-finding.ts";
import { exportHeader } from "../../src/export/export-header.ts";
import { htmlText } from "../../src/export/html-text.ts";
import { markdownCode, markdownText } from "../../src/export/markdown-text.ts";
import { Best } from "../../src/export/report-choice.ts";
import { reportBlocks } from "../../src/export/report-content.ts";
import { reportFacts } from "../../src/export/report-facts.ts";
import { htmlReport } from "../../src/export/report-html.ts";
import { markdownReport } from "../../src/export/report-markdown.ts";
import type { Block, Inline, TreeItem } from "../../src/export/report-model.ts";
import { CaseBook } from "../../src/triage/case-book.ts";
import { selectFindings } from "../../src/triage/select-findings.ts";
import { sampleCase } from "../triage/sample-case.ts";

let folder: string;
let book: CaseBook;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "eqlite-"));
  const file = await sampleCase(path.join(folder, "a.case"));
  book = new CaseBook(file, { readonly: false, analyst: "ann", now: () => new Date(0) });
});
afterEach(() => {
  book.close();
  rmSync(folder, { recursive: true, force: true });
});

function blocksOf(details: number): Block[] {
  const selection = selectFindings(book, {});
  const facts = reportFacts(book, selection, exportHeader(book, selection, {}), details);
  return [...reportBlocks(facts, (ids) => exportedFindings(book, ids))].map((block) =>
    block.kind === "table" ? { ...block, rows: [...block.rows] } : block,
  );
}

/** Every piece of text of a block, but of pictures. */
function inlinesOf(block: Block): Inline[] {
  const ofItems = (items: readonly TreeItem[]): Inline[] =>
    items.flatMap(({ content, children }) => [...content, ...ofItems(children)]);
  switch (block.kind) {
    case "heading":
    case "paragraph":
      return [...block.content];
    case "facts":
      return block.rows.flatMap(({ name, content }) => [name, ...content]);
    case "list":
      return ofItems(block.items);
    case "table":
      return [...block.columns, ...[...block.rows].flat(2)];
    case "code":
      return [block.title, ...block.text.split("\n")];
    case "finding":
      return block.blocks.flatMap(inlinesOf);
    case "timeline":
      return block.chart.lanes.map(({ host }) => host);
    case "sequence":
      return block.events.map(({ name }) => name);
    case "processes":
      return [];
  }
}

describe("a report", () => {
  it("says the same in Markdown and in HTML, in the same order", () => {
    book.setVerdict([1], "true_positive", "a\nshell <b>");
    book.addNote(1, "first\nsecond *note*");
    book.setStep(1, "step", 1, "done", "root");
    const blocks = blocksOf(2);
    const html = [...htmlReport(blocks)].join("");
    const markdown = [...markdownReport(blocks)].join("");
    let [atHtml, atMarkdown] = [0, 0];
    for (const inline of blocks.flatMap(inlinesOf)) {
      const text =
        typeof inline === "string" || inline.kind === "break"
          ? inline
          : inline.kind === "severity"
            ? inline.severity
            : inline.kind === "finding"
              ? String(inline.id)
              : inline.text;
      if (typeof text !== "string") continue;
      for (const line of text.split("\n").map((part) => part.trim())) {
        if (line === "") continue;
        const inHtml = html.indexOf(htmlText(line), atHtml);
        const found = [line, markdownText(line), markdownCode(line), safeText(line)].map((form) =>
          markdown.indexOf(form, atMarkdown),
        );
        const inMarkdown = Math.min(...found.filter((place) => place >= 0));
        expect(inHtml, `${line} in HTML`).toBeGreaterThanOrEqual(0);
        expect(inMarkdown, `${line} in Markdown`).toBeLessThan(Infinity);
        [atHtml, atMarkdown] = [inHtml, inMarkdown];
      }
    }
    expect(atHtml).toBeGreaterThan(html.length * 0.9);
    expect(atMarkdown).toBeGreaterThan(markdown.length * 0.9);
  });

  it("has its parts in the order in which they are read", () => {
    const headings = blocksOf(0).flatMap((block) =>
      block.kind === "heading" && block.level < 3
        ? [block.content.flatMap((inline) => (typeof inline === "string" ? [inline] : [])).join("")]
        : [],
    );
    expect(headings).toEqual([
      "Findings report",
      "Summary",
      "Rules that found something",
      "Incidents",
      "ATT&CK",
      "Findings",
      "About the rules",
      "What was looked for",
      "What was recorded",
      "Evidence",
    ]);
  });

  it("draws who started whom, as SVG and as Mermaid", () => {
    const blocks = blocksOf(0).filter(({ kind }) => kind === "processes");
    const html = [...htmlReport(blocks)].join("");
    expect(html).toContain('<svg class="processes" viewBox="0 0 960 78" role="img" aria-label="Processes">');
    expect(html).toContain('<path class="branch" d="M16 23V38H28"/>');
    expect(html).toContain(">203.0.113.9 port 4444</text>");
    expect([...markdownReport(blocks)].join("")).toContain("```mermaid\nflowchart LR\n");
  });

  it("shows findings over time in both", () => {
    const blocks = blocksOf(0).filter(({ kind }) => kind === "timeline");
    expect([...markdownReport(blocks)].join("")).toBe(
      "```\n" +
        `db-1  ${"·".repeat(39)}M\n` +
        `web-1 H${"·".repeat(39)}\n` +
        "```\n\n2026-01-01T10:00:00.000Z to 2026-01-02T00:00:00.000Z\n\n",
    );
    const html = [...htmlReport(blocks)].join("");
    expect(html).toContain(
      '<g class="high"><title>2026-01-01T10:00:00.000Z Connection out (high) and 1 more</title><circle cx="180" cy="55" r="9"/>' +
        '<text x="180" y="59" text-anchor="middle">H</text></g>',
    );
  });
});

describe("the choice of the best", () => {
  it("keeps the best of many in order, and no more than twice as many as it has to", () => {
    const best = new Best<number>(3, (a, b) => b - a);
    for (let n = 0; n < 10_000; n += 1) best.add((n * 7919) % 10_007);
    expect(best.list()).toEqual(
      Array.from({ length: 10_000 }, (_, n) => (n * 7919) % 10_007)
        .sort((a, b) => b - a)
        .slice(0, 3),
    );
  });
});
