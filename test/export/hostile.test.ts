import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { htmlText } from "../../src/export/html-text.ts";
import { safeCellText } from "../../src/export/spreadsheet-text.ts";
import { finishHunt, recordRule, startHunt } from "../../src/store/hunts.ts";
import { CaseBook } from "../../src/triage/case-book.ts";
import { HOSTILE } from "../hostile.ts";
import { smallCase } from "../store/small-case.ts";
import { ACTOR, ruleOf } from "../triage/sample-case.ts";
import { exported } from "./export-case.ts";
import { OFFICE, openedInOffice, sheetTexts } from "./office.ts";
import { readCsv } from "./read-csv.ts";

/** Texts an event, a rule, a note, a verdict's reason and an analyst's name carry: one finding each. */
let folder: string;
let book: CaseBook;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "eqlite-"));
  const file = await smallCase(
    path.join(folder, "a.case"),
    HOSTILE.map(({ text }, n) => ({
      "@timestamp": new Date(Date.UTC(2025, 0, 1, 0, 0, n)).toISOString(),
      "host.name": text,
      "process.name": text,
      "process.command_line": text,
      "user.name": text,
      "process.entity_id": `e${String(n)}`,
      "process.parent.entity_id": `e${String(n - 1)}`,
    })),
  );
  const rule = ruleOf(
    "r.toml",
    '[rule]\nname = "Rule"\nrule_id = "r"\ntype = "eql"\nlanguage = "eql"\nquery = "any where true"\nrisk_score = 1\nseverity = "low"\ndescription = "d"\n',
  );
  const hunt = startHunt(file, { actor: ACTOR, from: null, to: null, options: {} });
  HOSTILE.forEach(({ text }, n) => {
    const named = {
      ...rule,
      id: `r${String(n)}`,
      name: text,
      description: text,
      query: text,
      references: [text],
      license: text,
    };
    recordRule(
      file,
      hunt,
      { id: named.id, path: `r${String(n)}.toml`, hash: "h", name: text, document: named },
      {
        outcome: "hit",
        reason: text,
        ms: 1,
        sqlHash: null,
        details: {},
        matches: [{ events: [BigInt(n + 1)], joinKeys: [{ field: "host.name", value: text }], total: 1 }],
      },
    );
  });
  finishHunt(file, hunt, ACTOR);
  HOSTILE.forEach(({ text }, n) => {
    const act = new CaseBook(file, { readonly: false, analyst: text, now: () => new Date(0) });
    act.setVerdict([n + 1], "true_positive", text);
    if (text.trim() !== "") act.addNote(n + 1, text);
  });
  book = new CaseBook(file, { readonly: false, analyst: "ann", now: () => new Date(0) });
}, 120_000);
afterAll(() => {
  book.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A line of Markdown without its code spans, as CommonMark finds them; an escaped backtick opens none. */
function outsideCode(line: string): string {
  let rest = "";
  for (let at = 0; at < line.length;) {
    if (line[at] === "\\") {
      rest += line.slice(at, at + 2);
      at += 2;
      continue;
    }
    const fence = /^`+/.exec(line.slice(at))?.[0];
    const close =
      fence === undefined
        ? null
        : new RegExp("(?<!\\x60)\\x60{" + String(fence.length) + "}(?!\\x60)").exec(line.slice(at + fence.length));
    if (fence !== undefined && close !== null) at += fence.length + close.index + fence.length;
    else {
      rest += fence ?? line[at] ?? "";
      at += fence?.length ?? 1;
    }
  }
  return rest;
}

/** Long texts make a browser and a spreadsheet slow, and prove nothing more. */
const SHORT = { ids: HOSTILE.flatMap(({ text }, n) => (text.length < 500 ? [n + 1] : [])) };

describe("hostile texts in exports", () => {
  it("stay in their CSV cells, and none begins as a formula", async () => {
    const [titles = [], ...records] = readCsv(await exported(book, "csv"));
    expect(records.length).toBe(HOSTILE.length);
    records.forEach((record, n) => {
      expect(record.length).toBe(titles.length);
      expect(record[titles.indexOf("rule")]).toBe(safeCellText(HOSTILE[n]?.text ?? ""));
      for (const cell of record) expect(cell).not.toMatch(/^[\s\p{C}"]*[=+\-@]/u);
    });
  });

  it("are told exactly by JSON", async () => {
    const alerts = (await exported(book, "ndjson"))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(alerts.map((alert) => alert["kibana.alert.rule.name"])).toEqual(HOSTILE.map(({ text }) => text));
    expect(Object.prototype).not.toHaveProperty("polluted");
  });

  it("become no markup in HTML: only the report's own elements and attributes", async () => {
    const html = await exported(book, "html");
    const elements = new Set([...html.matchAll(/<\/?([a-z][a-z0-9]*)/gi)].map((match) => match[1]));
    const own =
      "html head meta title style body h1 h2 h3 h4 p table thead tbody tr th td code pre svg line path rect text g circle a b br section ul li span";
    expect([...elements].filter((name) => !own.split(" ").includes(name ?? ""))).toEqual([]);
    const attributes = new Set(
      [...html.replace(/<style>[\s\S]*?<\/style>/, "").matchAll(/<[a-z][^<>]*?>/gi)].flatMap(([tag]) =>
        [...tag.matchAll(/\s([a-zA-Z-]+)="[^"]*"/g)].map((match) => match[1]),
      ),
    );
    expect([...attributes].filter((name) => /^on|src/.test(name ?? ""))).toEqual([]);
    expect(
      [...html.matchAll(/href="([^"]*)"/g)].every((match) =>
        /^#(?:finding-\d+|rule-[0-9a-f]{16})$/.test(match[1] ?? ""),
      ),
    ).toBe(true);
    for (const { text } of HOSTILE) {
      const lines = text.split(/\r?\n/).map(htmlText);
      expect(html).toContain(`. ${lines.join("<br>")}</h3>`);
    }
    expect(html).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b-\u200f\u0000-\u0008\u001b]/);
  });

  it("become no markup in Markdown", async () => {
    const markdown = await exported(book, "markdown");
    const plain = markdown
      .replaceAll(/^(`{3,})(mermaid)?\n[\s\S]*?\n\1\n/gm, "")
      .split("\n")
      .map(outsideCode)
      .join("\n");
    expect(plain).not.toMatch(/<[a-z/!]/i);
    expect(plain).not.toMatch(/(?<!\\)\]\(/);
    expect(plain).not.toMatch(/:\/\//);
    expect(markdown).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b-\u200f\u0000-\u0008\u001b]/);
    expect([...markdown.matchAll(/^### (\d+)\\\./gm)].length).toBe(HOSTILE.length);
  });

  it("cannot leave their labels and citations in graphs", async () => {
    for (const line of (await exported(book, "dot")).split("\n").slice(4, -2)) {
      expect(line).toMatch(
        /^ {2}\w+ (\[shape=\w+(, label="[^"\\<>]*")?(, comment="[^"\\<>]*")?\];|-> \w+ \[[a-z]+=("[a-z]+"|dotted)\];)$/u,
      );
    }
    for (const line of (await exported(book, "mermaid")).split("\n").slice(1, -1)) {
      expect(line).toMatch(
        /^( {2}n\d+(\{\{"[^"]*"\}\}|\["[^"]*"\]|\(\["[^"]*"\]\)| -\.-> n\d+| -->\|[a-z]+\| n\d+)| {2}left\["[\w :,-]+"\]|%% [^"%{}<>]*)$/u,
      );
    }
  });

  it("stay in their Timesketch cells", async () => {
    const lines = (await exported(book, "timesketch-jsonl")).trimEnd().split("\n");
    expect(lines.length).toBe(HOSTILE.length);
    expect((JSON.parse(lines[0] ?? "") as { rule: string }).rule).toBe(HOSTILE[0]?.text);
  });
});

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((name) =>
  existsSync(name),
);

describe.skipIf(CHROMIUM === undefined)("the HTML report in a browser (needs chromium)", () => {
  it("runs nothing and shows every text", async () => {
    const page = path.join(folder, "report.html");
    writeFileSync(page, await exported(book, "html", { filter: SHORT }));
    const dom = execFileSync(
      CHROMIUM ?? "",
      [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        `--user-data-dir=${path.join(folder, "chromium")}`,
        "--dump-dom",
        `file://${page}`,
      ],
      { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], maxBuffer: 1 << 28, timeout: 240_000 },
    );
    expect(dom).not.toMatch(/<(script|img|iframe|object|embed|link|form|input)\b/i);
    expect([...dom.matchAll(/<section class="finding"/g)].length).toBe(SHORT.ids.length);
  }, 300_000);
});

describe.skipIf(OFFICE === undefined)("the CSV in a spreadsheet (needs LibreOffice)", () => {
  const variants = [
    ["with commas", {}, "44,34,UTF8,1"],
    ["with semicolons and a byte order mark", { delimiter: ";", bom: true }, "59,34,UTF8,1"],
    ["with tabs, a row per event", { delimiter: "\t", rows: "event" }, "9,34,UTF8,1"],
  ] as const;
  it.each(variants)(
    "%s has every cell, row and text exactly, and no formula",
    async (name, options, filter) => {
      const csv = await exported(book, "csv", { filter: SHORT, csv: options });
      const delimiter = "delimiter" in options ? options.delimiter : ",";
      const written = readCsv(csv.replace(/^\ufeff/, ""), delimiter);
      const columns = written[0]?.length ?? 0;
      const asText = Array.from({ length: columns }, (_, n) => `${String(n + 1)}/2`).join("/");
      const sheet = openedInOffice(path.join(folder, name.replaceAll(/[^a-z]/g, "-")), csv, `${filter},${asText}`);
      expect(sheet).not.toContain("table:formula=");
      const shown = sheetTexts(sheet);
      expect(shown.length).toBe(SHORT.ids.length + 1);
      written.forEach((record, row) => {
        record.forEach((cell, column) => {
          expect(shown[row]?.[column] ?? "", `${written[0]?.[column] ?? ""} of row ${String(row)}`).toBe(inXml(cell));
        });
      });
    },
    120_000,
  );

  it("runs nothing when it guesses the kinds of cells itself", async () => {
    const csv = await exported(book, "csv", { filter: SHORT });
    const sheet = openedInOffice(path.join(folder, "guessed"), csv, "44,34,UTF8,1");
    expect(sheet).not.toContain("table:formula=");
    expect(sheetTexts(sheet).length).toBe(SHORT.ids.length + 1);
  }, 120_000);

  it("would run what is in a raw one: the test can fail", async () => {
    const csv = await exported(book, "csv", { filter: SHORT, csv: { raw: true } });
    expect(openedInOffice(path.join(folder, "raw"), csv, "44,34,UTF8,1")).toContain("table:formula=");
  }, 120_000);
});

/** What the spreadsheet's XML holds of a text: no non-characters, and no tab at the end of a line. */
function inXml(text: string): string {
  return text.replaceAll(/[\ufffe\uffff]|\t(?=\n)/g, "");
}
