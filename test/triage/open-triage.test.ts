import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exportForTriage } from "../../src/export/export-for-triage.ts";
import { openTriage } from "../../src/triage/open-triage.ts";
import type { PagePlace, Pivot, TreeNode, TriageService } from "../../src/triage/types.ts";
import { EVENTS, sampleCase } from "./sample-case.ts";

let folder: string;
let service: TriageService;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "eqlite-"));
  (await sampleCase(path.join(folder, "a.case"))).close();
  service = await openTriage(path.join(folder, "a.case"), {
    readonly: false,
    analyst: "ann",
    now: () => new Date("2026-02-03T04:05:06.789Z"),
    exporter: (book, format) => exportForTriage(book, format, null, {}),
  });
});
afterAll(async () => {
  await service.close();
  rmSync(folder, { recursive: true, force: true });
});

const shortPivot = ({ label, query, unavailable }: Pivot) => [label, query ?? unavailable];

describe("a finding in detail", () => {
  it("tells its events, and why each matched", async () => {
    const detail = await service.finding(1);
    expect(detail.events).toEqual([
      {
        position: 1,
        stage: 1,
        missing: false,
        event: expect.objectContaining({ id: 1, source: "dump.ndjson", line: 1 }) as unknown,
        matched: [{ text: 'process.name : "nc"', field: "process.name", values: ["nc"] }],
      },
    ]);
    expect(detail.events[0]?.event?.values["process.args"]).toEqual(["nc", "-e", "/bin/sh"]);
    expect(detail.rule).toMatchObject({ name: "Network tool <b>started</b>", language: "eql" });
    expect(detail.falsePositives).toEqual(["Health checks."]);
    const egress = await service.finding(3);
    expect(egress.events.map(({ missing, event }) => [missing, event?.id])).toEqual([
      [false, 1],
      [true, undefined],
      [false, 2],
    ]);
    expect(egress.joinKeys).toEqual([{ field: "host.id", value: "h1" }]);
  });

  it("offers pivots with the finding's values filled in, or says why one cannot be asked", async () => {
    const { pivots, steps } = await service.finding(1);
    expect(pivots.map(shortPivot)).toEqual([
      ["Ancestors and descendants", 'any where process.entity_id == "e1"'],
      ["Children of the process", 'process where process.parent.entity_id == "e1"'],
      ["Connections of the process", 'network where process.entity_id == "e1"'],
      ["Files the process wrote", 'file where process.entity_id == "e1"'],
      ["Same user on the host, 15 minutes around", 'any where host.id == "h1" and user.name == "root"'],
      ["Same host, 15 minutes around", 'any where host.id == "h1"'],
      ["Same container, 15 minutes around", "no event has container.id"],
      [
        'Everywhere: process.command_line =cmd|" /C calc"!A0',
        'any where process.command_line == "=cmd|\\" /C calc\\"!A0"',
      ],
      ["Everywhere: process.executable /usr/bin/nc", 'any where process.executable == "/usr/bin/nc"'],
    ]);
    expect(steps.map((step) => step.pivots.map(shortPivot))).toEqual([
      [
        ["Same process.args", 'any where process.args in ("nc", "-e", "/bin/sh")'],
        ["Same user.name", 'any where user.name == "root"'],
      ],
      [["Same process.entity_id", 'any where process.entity_id == "e1"']],
    ]);
    const counts = await Promise.all(pivots.map((pivot) => service.countPivot(pivot)));
    expect(counts.map(({ count }) => count)).toEqual([2, 0, 1, 0, 1, 3, 0, 1, 1]);
    expect(counts.some(({ capped }) => capped)).toBe(false);
  });

  it("is refused in words when there is none", async () => {
    await expect(service.finding(99)).rejects.toMatchObject({ code: "unknown-finding" });
  });
});

describe("queries", () => {
  it("page by key, with a total", async () => {
    const columns = ["process.name", "destination.port"];
    const first = await service.query("any where true", { limit: 3, columns, at: { kind: "first" } });
    if (!first.ok) throw new Error("refused");
    expect(first.page.rows.map(({ id, values }) => [id, values["process.name"], values["destination.port"]])).toEqual([
      [3, ["sh"], []],
      [1, ["nc"], []],
      [2, ["nc"], ["4444"]],
    ]);
    expect(first.page).toMatchObject({ start: 0, total: 4, columns: ["process.name", "destination.port"] });
    const idsAt = async (at: PagePlace) => {
      const result = await service.query("any where true", { limit: 3, at });
      return result.ok ? [result.page.start, result.page.rows.map(({ id }) => id), result.place] : null;
    };
    expect(await idsAt({ kind: "after", event: 2, start: 3 })).toEqual([3, [4], 3]);
    expect(await idsAt({ kind: "before", event: 4, start: 0 })).toEqual([0, [3, 1, 2], 0]);
    expect(await idsAt({ kind: "last" })).toEqual([3, [4], 3]);
    expect(await service.countAll("any where true", { limit: 3 })).toBe(4);
  });

  it("answer in a window of time", async () => {
    const from = BigInt(Date.parse("2026-01-01T10:00:00Z")) * 1_000_000n;
    const result = await service.query("any where true", {
      limit: 9,
      from,
      to: from + 3_000_000_000n,
      at: { kind: "first" },
    });
    expect(result.ok && result.page.rows.map(({ id }) => id)).toEqual([1, 2]);
  });

  it("say what is wrong with a text, and where", async () => {
    expect(await service.query("process wher true", { limit: 1, at: { kind: "first" } })).toEqual({
      ok: false,
      problems: [{ message: "expected `where`, found `wher`", hint: "did you mean `where`?", start: 8, end: 12 }],
    });
  });

  it("count the values of a field, and list events around one", async () => {
    expect(await service.facet("process where true", "process.name", { limit: 5 })).toEqual([
      { value: "nc", count: 2 },
      { value: "sh", count: 1 },
    ]);
    expect(await service.facet("any where true", "destination.port", { limit: 5 })).toEqual([
      { value: "4444", count: 1 },
    ]);
    const around = await service.around(1, 1_000_000_000n);
    expect(around.rows.map(({ id }) => id)).toEqual([3, 1]);
  });

  it("are cancelled: the promise rejects, what was asked beside them is answered, and the next one works", async () => {
    const abort = new AbortController();
    const stopped = service.query("any where true", { limit: 1, at: { kind: "first" } }, abort.signal);
    const other = service.query("network where true", { limit: 5, at: { kind: "first" } });
    abort.abort();
    await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
    const answered = await other;
    expect(answered.ok && answered.page.total).toBe(1);
  });

  it("are completed: categories, fields, values", async () => {
    const complete = (text: string) => service.complete(text, text.length);
    expect(await complete("pro")).toEqual(["process"]);
    expect(await complete("process where process.na")).toEqual(["process.name"]);
    expect(await complete('process where process.name == "n')).toEqual(['"nc"']);
    expect(await complete("process where host.name : ")).toEqual(['"db-1"', '"web-1"']);
  });
});

describe("the process tree", () => {
  it("has ancestors, the process, what it did, and the findings on it, of one host", async () => {
    const short = (node: TreeNode): unknown => [
      node.entity,
      node.name,
      node.network,
      node.findings,
      node.focus,
      node.children.map(short),
    ];
    const tree = await service.tree("e1");
    expect(tree === null ? null : short(tree)).toEqual(["e0", "sh", 0, [], false, [["e1", "nc", 1, [1, 3], true, []]]]);
    expect(await service.tree("nobody")).toBeNull();
  });
});

describe("the timeline", () => {
  it("puts events and findings in order and shows silences", async () => {
    const entries = await service.timeline({ host: "web-1" });
    expect(entries.map(({ kind, text }) => [kind, text])).toEqual([
      ["event", "process sh -c nc (www-data)"],
      ["finding", "Network tool <b>started</b>"],
      ["finding", "Connection out"],
      ["event", 'process =cmd|" /C calc"!A0 (root)'],
      ["event", "network nc -> 203.0.113.9 port 4444"],
    ]);
    const incident = await service.timeline({ incident: 1 });
    expect(incident.map(({ kind }) => kind)).toEqual(["finding", "finding", "event", "event"]);
  });
});

describe("the overview", () => {
  it("sums up evidence, hunt and triage, and is the same when it is kept", async () => {
    const overview = await service.overview();
    expect(overview).toMatchObject({
      events: 4,
      findings: 3,
      hosts: [
        { name: "web-1", events: 3, findings: 2 },
        { name: "db-1", events: 1, findings: 1 },
      ],
      tactics: [
        { id: "TA0002", name: "Execution", findings: 1 },
        { id: "TA0007", name: "Discovery", findings: 2 },
      ],
      steps: 4,
    });
    expect(overview.histogram?.counts.reduce((sum, count) => sum + count, 0)).toBe(4);
    expect(await service.overview()).toEqual(overview);
  });
});

describe("exceptions", () => {
  it("are suggested, say what they would hide, hide it, and can be taken back", async () => {
    const [suggested] = (await service.suggestExceptions(2)).slice(-1);
    expect(suggested).toEqual({
      name: "Network tool <b>started</b>: @SUM(1+1), db-1",
      condition: 'user.name == "@SUM(1+1)" and host.name == "db-1"',
      rules: ["11111111-1111-4111-8111-111111111111"],
    });
    await service.setVerdict([2], "true_positive");
    expect(await service.blastRadius('process.name == "nc"', [])).toEqual({
      ...{ findings: 3, rules: 2, truePositives: 1, undecided: 0 },
    });
    await service.saveException("db checks", suggested?.condition ?? "", suggested?.rules ?? [], null);
    expect((await service.findings()).map(({ id }) => id)).toEqual([1, 3]);
    expect((await service.findings({ suppressed: true })).map(({ id, suppressedBy }) => [id, suppressedBy])).toEqual([
      [1, null],
      [3, null],
      [2, "db checks"],
    ]);
    expect(await service.exceptions()).toMatchObject([{ id: 1, name: "db checks", hides: 1, analyst: "ann" }]);
    expect(await service.undo()).toBe("took back: exception.add of exception 1");
    expect((await service.findings()).length).toBe(3);
    expect(await service.redo()).toBe("did again: exception.add of exception 1");
    await service.deleteException(1);
    expect((await service.findings()).length).toBe(3);
    await expect(service.blastRadius("process.name ==", [])).rejects.toMatchObject({ code: "bad-condition" });
  });
});

describe("the rest", () => {
  it("shows original documents, keeps settings, exports beside the case", async () => {
    expect(JSON.parse(await service.document(2))).toEqual(EVENTS[1]);
    await service.setSetting("screen", "findings");
    expect(await service.getSetting("screen")).toBe("findings");
    const { path: written, findings } = await service.export("ndjson", "");
    expect(written).toBe(path.join(folder, "a-findings.ndjson"));
    expect(readFileSync(written, "utf8").trimEnd().split("\n").length).toBe(findings);
    await expect(service.export("pdf", "")).rejects.toMatchObject({ code: "unknown-format" });
  });
});
