import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sha256Hex } from "../../src/base/sha256.ts";
import { exportToFile } from "../../src/export/run-export.ts";
import { CSV_DEFAULTS } from "../../src/export/csv.ts";
import { CaseBook } from "../../src/triage/case-book.ts";
import type { Rule } from "../../src/rules/rule.ts";
import { journalHead } from "../../src/store/journal.ts";
import { EGRESS_RULE, EVENTS, sampleCase, TOOL_RULE } from "../triage/sample-case.ts";
import { exported } from "./export-case.ts";
import { schemaProblems } from "./json-schema.ts";
import { readCsv } from "./read-csv.ts";

const NOW = new Date("2026-02-03T04:05:06.789Z");
let folder: string;
let book: CaseBook;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "eqlite-"));
  const file = await sampleCase(path.join(folder, "a.case"));
  book = new CaseBook(file, { readonly: false, analyst: "ann", now: () => NOW });
});
afterEach(() => {
  book.close();
  rmSync(folder, { recursive: true, force: true });
});

const DUMP_SHA256 = sha256Hex(EVENTS.map((event) => `${JSON.stringify(event)}\n`).join(""));
/** Of the first byte of each event in the dump. */
const OFFSETS = EVENTS.map((_, index) =>
  EVENTS.slice(0, index).reduce((sum, event) => sum + Buffer.byteLength(JSON.stringify(event)) + 1, 0),
);

/** What proves a finding: its rule, and line and byte of each event, null for a missing one. */
function citationLinesOf(finding: number, rule: Rule, places: readonly (readonly [number, number] | null)[]): string[] {
  const of = `finding ${String(finding)}: rule ${rule.id}, ${rule.path}, sha256 ${rule.hash}; SQL sha256 ${"f".repeat(64)}; eqlite 0.1.0`;
  const events = places.map((place, index) => {
    if (place === null) return `event ${String(index + 1)}: missing, none matched here`;
    const [line, byte] = place;
    const original = sha256Hex(JSON.stringify(EVENTS[line - 1]));
    return `event ${String(index + 1)}: dump.ndjson, source sha256 ${DUMP_SHA256}, line ${String(line)}, byte ${String(byte)}, original sha256 ${original}`;
  });
  return [of, ...events];
}

function citationOf(...args: Parameters<typeof citationLinesOf>): string {
  return citationLinesOf(...args).join("; ");
}

async function csvRecords(...args: Parameters<typeof exported> extends [unknown, unknown, ...infer R] ? R : never) {
  const [titles = [], ...records] = readCsv(await exported(book, "csv", ...args));
  return records.map((record) => Object.fromEntries(titles.map((title, index) => [title, record[index]])));
}

describe("the CSV export", () => {
  it("has a row per finding with everything that is known of it", async () => {
    book.setVerdict([1], "true_positive", "a shell");
    book.addNote(1, "first\nsecond");
    book.setStep(1, "step", 1, "done", "root");
    const line = `${JSON.stringify(EVENTS[0])}\n`;
    const rows = await csvRecords();
    expect(rows.map((row) => row["finding"])).toEqual(["1", "3", "2"]);
    const dump = EVENTS.map((event) => `${JSON.stringify(event)}\n`).join("");
    expect(rows[0]).toEqual({
      finding: "1",
      rule: "Network tool <b>started</b>",
      severity: "medium",
      risk_score: "47",
      tactics: "TA0007 Discovery",
      techniques: "T1046 Network Service Discovery",
      time: "2026-01-01T10:00:00.000Z",
      end_time: "2026-01-01T10:00:00.000Z",
      events: "1",
      host: "web-1",
      container: "shop",
      user: "root",
      process: "nc",
      command_line: '\'=cmd|" /C calc"!A0',
      destination: "",
      verdict: "true_positive",
      verdict_by: "ann",
      verdict_at: "2026-02-03T04:05:06.789Z",
      verdict_why: "a shell",
      notes: "2026-02-03T04:05:06.789Z ann: first\nsecond",
      steps_done: "1 done (ann, 2026-02-03T04:05:06.789Z): Look at process.args and user.name. -- root",
      steps_open: "1",
      incident: "1",
      state: "new",
      marked: "no",
      suppressed_by: "",
      evidence_file: "dump.ndjson",
      evidence_sha256: sha256Hex(dump),
      evidence_lines: "1",
      evidence_offsets: "0",
      original_sha256: sha256Hex(line.trimEnd()),
      rule_id: "11111111-1111-4111-8111-111111111111",
      rule_sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      rule_file: "pack/tool.toml",
      rule_license: "Apache-2.0",
      sql_sha256: "f".repeat(64),
      tool_version: "0.1.0",
      export: "3 findings, no filter, none left out",
    });
    expect(rows[1]).toMatchObject({
      destination: "203.0.113.9:4444",
      evidence_lines: "1\n2",
      techniques: "T1059 Command and Scripting Interpreter\nT1059.004 Unix Shell",
    });
    expect(rows[2]).toMatchObject({ user: "'@SUM(1+1)", command_line: "nc -z db\n\u202e␇<script>alert(1)</script>" });
  });

  it("gives a row per event, and further columns of fields and stages", async () => {
    const rows = await csvRecords({
      filter: { ids: [3] },
      csv: { rows: "event", columns: ["process.args", "3.destination.port", "1.destination.port"] },
    });
    expect(
      rows.map((row) => [
        row["position"],
        row["missing"],
        row["event_time"],
        row["process.args"],
        row["3.destination.port"],
        row["1.destination.port"],
        row["evidence_lines"],
      ]),
    ).toEqual([
      ["1", "no", "2026-01-01T10:00:00.000Z", "'nc\n-e\n/bin/sh".slice(1), "", "", "1"],
      ["2", "yes", "", "", "", "", ""],
      ["3", "no", "2026-01-01T10:00:02.900Z", "", "4444", "", "2"],
    ]);
  });

  it("takes another delimiter, a byte order mark, and raw cells", async () => {
    const text = await exported(book, "csv", { filter: { ids: [1] }, csv: { delimiter: ";", bom: true, raw: true } });
    expect(text.startsWith("\ufefffinding;rule;")).toBe(true);
    expect(readCsv(text, ";")[1]?.[13]).toBe('=cmd|" /C calc"!A0');
  });
});

describe("JSON and NDJSON", () => {
  it("fit the published schema and hold the original events", async () => {
    book.addNote(1, "n");
    book.setVerdict([3], "false_positive");
    const schema = JSON.parse(
      readFileSync(new URL("../../docs/schemas/alert.schema.json", import.meta.url), "utf8"),
    ) as Record<string, unknown>;
    const lines = (await exported(book, "ndjson")).trimEnd().split("\n");
    const alerts = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(alerts.flatMap((alert) => schemaProblems(schema, alert))).toEqual([]);
    const document = JSON.parse(await exported(book, "json")) as { export: { findings: number }; alerts: unknown[] };
    expect(document.alerts).toEqual(alerts);
    expect(document.export.findings).toBe(3);
    const egress = alerts[1] as { eqlite: { events: { missing: boolean; document?: unknown }[] } };
    expect(egress.eqlite.events.map((event) => event.document ?? event.missing)).toEqual([EVENTS[0], true, EVENTS[1]]);
    expect(alerts[1]).toMatchObject({
      "@timestamp": "2026-01-01T10:00:00.000Z",
      "kibana.alert.workflow_status": "closed",
      "kibana.alert.reason":
        "3 events with process nc, destination 203.0.113.9:4444, by root, on web-1, in container shop created high alert Connection out.",
    });
  });

  it("are refused by the schema when something is amiss: the validator can fail", () => {
    const schema = JSON.parse(
      readFileSync(new URL("../../docs/schemas/alert.schema.json", import.meta.url), "utf8"),
    ) as Record<string, unknown>;
    expect(schemaProblems(schema, { "@timestamp": "yesterday", extra: 1 })).toContain("$: has extra");
  });
});

describe("the Navigator layers", () => {
  it("score techniques by findings", async () => {
    const layer = JSON.parse(await exported(book, "navigator")) as {
      techniques: object[];
      versions: object;
      metadata: object[];
    };
    expect(layer.versions).toEqual({ attack: "17", navigator: "5.1.0", layer: "4.5" });
    const egress = [
      {
        name: `rule ${EGRESS_RULE.id}`,
        value: `Connection out, pack/egress.toml, sha256 ${EGRESS_RULE.hash}, SQL sha256 ${"f".repeat(64)}, eqlite 0.1.0`,
      },
      { name: "finding 3", value: citationOf(3, EGRESS_RULE, [[1, 0], null, [2, OFFSETS[1] ?? 0]]) },
    ];
    expect(layer.metadata).toEqual([
      { name: "made by", value: "eqlite 0.1.0, ann, 2026-02-03T04:05:06.789Z" },
      { name: "findings", value: "3 findings, no filter, none left out" },
      { name: "journal", value: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
      { name: "evidence dump.ndjson", value: `sha256 ${DUMP_SHA256}` },
    ]);
    expect(layer.techniques).toEqual([
      {
        techniqueID: "T1046",
        tactic: "discovery",
        score: 2,
        comment: "Network tool <b>started</b>",
        enabled: true,
        showSubtechniques: false,
        metadata: [
          {
            name: `rule ${TOOL_RULE.id}`,
            value: `Network tool <b>started</b>, pack/tool.toml, sha256 ${TOOL_RULE.hash}, SQL sha256 ${"f".repeat(64)}, eqlite 0.1.0`,
          },
          { name: "finding 1", value: citationOf(1, TOOL_RULE, [[1, 0]]) },
          { name: "finding 2", value: citationOf(2, TOOL_RULE, [[4, OFFSETS[3] ?? 0]]) },
        ],
      },
      {
        techniqueID: "T1059",
        tactic: "execution",
        score: 1,
        comment: "Connection out",
        enabled: true,
        showSubtechniques: false,
        metadata: egress,
      },
      {
        techniqueID: "T1059.004",
        tactic: "execution",
        score: 1,
        comment: "Connection out",
        enabled: true,
        showSubtechniques: true,
        metadata: egress,
      },
    ]);
  });

  it("score techniques by rules that could look", async () => {
    const layer = JSON.parse(await exported(book, "navigator-coverage")) as {
      techniques: { techniqueID: string; score: number }[];
    };
    expect(layer.techniques.map(({ techniqueID, score }) => [techniqueID, score])).toEqual([
      ["T1046", 1],
      ["T1059", 1],
      ["T1059.004", 1],
    ]);
  });
});

describe("Timesketch", () => {
  it("gets message, datetime and timestamp_desc for every event that has a time", async () => {
    const [titles, ...records] = readCsv(await exported(book, "timesketch"));
    expect(titles?.slice(0, 3)).toEqual(["message", "datetime", "timestamp_desc"]);
    expect(records.length).toBe(4);
    const lines = (await exported(book, "timesketch-jsonl")).trimEnd().split("\n");
    expect(JSON.parse(lines[2] ?? "")).toMatchObject({
      message: "Connection out: nc -> 203.0.113.9",
      datetime: "2026-01-01T10:00:02.900Z",
      timestamp_desc: "Event Logged",
      evidence_file: "dump.ndjson",
      evidence_sha256: DUMP_SHA256,
      evidence_line: "2",
      evidence_offset: String(OFFSETS[1]),
      original_sha256: sha256Hex(JSON.stringify(EVENTS[1])),
      rule_id: EGRESS_RULE.id,
      rule_sha256: EGRESS_RULE.hash,
      rule_file: "pack/egress.toml",
      sql_sha256: "f".repeat(64),
      tool_version: "0.1.0",
      export: "3 findings, no filter, none left out",
    });
  });
});

describe("the reports", () => {
  it("begin with what a manager asks, and tell what was recorded", async () => {
    book.setVerdict([1], "true_positive", "a shell");
    const markdown = await exported(book, "markdown");
    const summary =
      "3 findings of 2 rules in 2 incidents on 2 hosts, from 2026-01-01T10:00:00.000Z to 2026-01-02T00:00:00.000Z. " +
      "The worst severity is high: Connection out. 1 judged true positive, 2 not judged yet. " +
      "Every rule of the last hunt could be answered.";
    expect(markdown.split("\n")[9]).toBe(summary);
    expect(/## What was recorded\n[\s\S]*?\n\n(\|[\s\S]*?)\n\n/.exec(markdown)?.[1]).toBe(
      `| host | events | first and last | longest silences | event.sequence missing |
| --- | --- | --- | --- | --- |
| web-1 | 3 | 2026-01-01T09:59:59.000Z; 2026-01-01T10:00:02.900Z | none | not numbered |
| db-1 | 1 | 2026-01-02T00:00:00.000Z | none | not numbered |`,
    );
    const html = await exported(book, "html");
    expect(html).toContain(`<p>${summary}</p>`);
  });

  it("cite of each finding the rule, the SQL, the version, and where its events stand", async () => {
    const dump = EVENTS.map((event) => `${JSON.stringify(event)}\n`).join("");
    const original = sha256Hex(JSON.stringify(EVENTS[1]));
    const markdown = await exported(book, "markdown", { filter: { ids: [3] } });
    expect(markdown).toContain(`, sha256 \`${EGRESS_RULE.hash}\`, Apache-2.0\n`);
    expect(markdown).toContain(`- Found by: eqlite 0.1.0, SQL sha256 \`${"f".repeat(64)}\`\n`);
    expect(markdown).toContain(
      [
        "#### Event 3: 2026-01-01T10:00:02.900Z",
        "",
        `\`dump.ndjson\` line 2, byte ${JSON.stringify(EVENTS[0]).length + 1}\\`,
        `sha256 of the source \`${sha256Hex(dump)}\`\\`,
        `of the original \`${original}\``,
        "",
      ].join("\n"),
    );
    const html = await exported(book, "html", { filter: { ids: [3] } });
    for (const hash of [EGRESS_RULE.hash, "f".repeat(64), sha256Hex(dump), original])
      expect(html).toContain(`<code>${hash}</code>`);
  });

  it("say which findings they have, and by what filter", async () => {
    const filter = { severities: ["high", "critical"], hosts: ["web-1"], from: 0n } as const;
    const line =
      "1 finding, filter: severity high or critical; host web-1; from 1970-01-01T00:00:00.000Z on, 2 others of the case left out";
    expect(await exported(book, "markdown", { filter })).toContain(`\n- Findings: ${line}\n`);
    expect(await exported(book, "html", { filter })).toContain(`<tr><th>Findings</th><td>${line}</td></tr>`);
  });

  it("tell few findings in full, those of most weight, the others in a line, and say so", async () => {
    book.setVerdict([2], "true_positive");
    for (const format of ["markdown", "html"] as const) {
      const report = await exported(book, format, { details: 1 });
      expect(report).toContain(
        "Of 3 findings, 1 are told in full here and 2 in a line each further down; 0 are only counted, by rule, above: " +
          "those judged true positive or marked come first, then by severity, risk score and time; they stand in order of time. " +
          "Option --details tells more in full, the filters choose others, and the csv and ndjson exports have all.",
      );
      expect([...report.matchAll(/^### (\d+)\\\.|id="finding-(\d+)"/gm)].map((match) => match[1] ?? match[2])).toEqual([
        "2",
      ]);
    }
    const rows = /## More findings\n\n([\s\S]*?)\n\n/.exec(await exported(book, "markdown", { details: 1 }))?.[1];
    expect(
      rows
        ?.split("\n")
        .slice(2)
        .map((line) => line.split(" | ").slice(0, 5).join(" | ")),
    ).toEqual([
      "| 1 | 2026-01-01T10:00:00.000Z | medium | undetermined | Network tool &lt;b&gt;started&lt;/b&gt;",
      "| 3 | 2026-01-01T10:00:00.000Z | high | undetermined | Connection out",
    ]);
    expect(await exported(book, "markdown", { details: 0 })).not.toContain("told in full");
  });
});

describe("the graphs", () => {
  it("show who started what and what connected where", async () => {
    const citations = citationLinesOf(3, EGRESS_RULE, [[1, 0], null, [2, OFFSETS[1] ?? 0]]).map((line) =>
      line.replaceAll(";", "#59;"),
    );
    const name = (key: string) => `n${sha256Hex(key).slice(0, 16)}`;
    const [process, parent, destination] = [
      name("process h1 e1"),
      name("process h1 e0"),
      name("destination 203.0.113.9 port 4444"),
    ];
    const cited = citations.map((line) => line.replaceAll("#59;", "&#59;")).join("&#10;");
    const about = `eqlite 0.1.0, journal ${journalHead(book.file)}: 1 finding, filter: finding 3, 2 others of the case left out`;
    expect(await exported(book, "dot", { filter: { ids: [3] } })).toBe(
      [
        "strict digraph incident {",
        `  comment="${about}";`,
        "  rankdir=LR;",
        '  node [label="&#63;"];',
        `  finding_3 [shape=hexagon, label="&#35;3 Connection out &#40;high, undetermined&#41;", comment="${cited}"];`,
        `  ${process} [shape=box, label="=cmd&#124;&#34; /C calc&#34;&#33;A0"];`,
        `  ${parent} [shape=box];`,
        `  ${destination} [shape=ellipse, label="203.0.113.9 port 4444"];`,
        `  finding_3 -> ${process} [style=dotted];`,
        `  ${parent} -> ${process} [label="starts"];`,
        `  ${process} -> ${destination} [label="connects"];`,
        "}",
        "",
      ].join("\n"),
    );
    const head = journalHead(book.file);
    const mermaid = await exported(book, "mermaid", { filter: { ids: [3] } });
    expect(mermaid).toContain('  n4(["203.0.113.9 port 4444"])\n');
    expect(mermaid.split("\n").slice(-6, -1)).toEqual(
      [about.replace(/journal [0-9a-f]{64}/, `journal ${head}`), ...citations].map((line) => `%% ${line}`),
    );
  });
});

describe("every export", () => {
  it("is journalled with the hash of what was written, and appears only when complete", async () => {
    const target = path.join(folder, "out.csv");
    const result = await exportToFile(
      book,
      { format: "csv", filter: { ids: [1] }, csv: CSV_DEFAULTS, details: 0 },
      target,
    );
    expect(result.sha256).toBe(sha256Hex(readFileSync(target)));
    expect(book.journal(1)[0]).toMatchObject({
      action: "export",
      detail: { format: "csv", file: target, filter: { ids: [1] }, findings: 1, sha256: result.sha256 },
    });
    await expect(
      exportToFile(
        book,
        { format: "csv", filter: {}, csv: CSV_DEFAULTS, details: 0 },
        path.join(folder, "no", "out.csv"),
      ),
    ).rejects.toMatchObject({ code: "output-failed" });
  });

  it("that was killed leaves one partial file, which the next one of that name replaces", async () => {
    const target = path.join(folder, "out.csv");
    const killed = `
      import { writeWholeFile } from ${JSON.stringify(new URL("../../src/base/whole-file.ts", import.meta.url).href)};
      await writeWholeFile(${JSON.stringify(target)}, { replace: true }, async (write) => {
        write(Buffer.from("half of a table"));
        process.kill(process.pid, "SIGKILL");
        await new Promise(() => setInterval(() => undefined, 1000));
      });`;
    const run = () => spawnSync(process.execPath, ["--input-type=module", "-e", killed], { stdio: "ignore" });
    expect([run().signal, run().signal]).toEqual(["SIGKILL", "SIGKILL"]);
    const written = () => readdirSync(folder).filter((name) => name.startsWith("out"));
    expect(written()).toEqual(["out.csv.partial"]);
    const request = { format: "csv", filter: {}, csv: CSV_DEFAULTS, details: 0 } as const;
    const { sha256 } = await exportToFile(book, request, target);
    expect(written()).toEqual(["out.csv"]);
    expect(sha256Hex(readFileSync(target))).toBe(sha256);
  });

  it("gives the same text for the same case", async () => {
    for (const format of ["csv", "ndjson", "html", "markdown", "dot", "timesketch"] as const) {
      const strip = (text: string) => text.replaceAll(/[0-9a-f]{64}/g, "");
      expect(strip(await exported(book, format))).toBe(strip(await exported(book, format)));
    }
  });
});
