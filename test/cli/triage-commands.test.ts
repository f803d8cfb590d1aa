import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli } from "../../src/cli/program.ts";
import { sampleCase } from "../triage/sample-case.ts";
import { memoryIo } from "./memory-io.ts";

let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "eqlite-"));
  (await sampleCase(path.join(folder, "a.case"))).close();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function run(...argv: string[]) {
  const io = memoryIo({ env: { EQLITE_CASE: path.join(folder, "a.case"), EQLITE_ANALYST: "ann" } });
  const code = await runCli(argv, io);
  return { code, out: io.out(), err: io.err() };
}

describe("eqlite findings", () => {
  it("prints a table in which nothing is hidden", async () => {
    const { code, out, err } = await run("findings");
    expect(code).toBe(0);
    expect(out.split("\n").map((line) => line.trim().split(/ {2,}/))).toEqual([
      ["#", "time", "severity", "verdict", "rule", "host", "container", "what", "steps"],
      [
        "1",
        "2026-01-01T10:00:00.000Z",
        "medium",
        "undetermined",
        "Network tool <b>started</b>",
        "web-1",
        "shop",
        '=cmd|" /C calc"!A0',
        "0/2",
      ],
      [
        "3",
        "2026-01-01T10:00:00.000Z",
        "high",
        "undetermined",
        "Connection out",
        "web-1",
        "shop",
        '=cmd|" /C calc"!A0 -> 203.0.113.9:4444',
        "0/0",
      ],
      [
        "2",
        "2026-01-02T00:00:00.000Z",
        "medium",
        "undetermined",
        "Network tool <b>started</b>",
        "db-1",
        "nc -z db␊<U+202E>␇<script>alert(1)</script>",
        "0/2",
      ],
      [""],
    ]);
    expect(err).toBe("3 of 3 findings\n");
  });

  it("filters, and prints JSON with every field", async () => {
    const { out } = await run("findings", "--severity", "high", "--json");
    const [row] = JSON.parse(out) as Record<string, unknown>[];
    expect(row).toMatchObject({
      id: 3,
      ruleName: "Connection out",
      time: "2026-01-01T10:00:00.000Z",
      events: 3,
      incident: 1,
    });
    expect((await run("findings", "--host", "DB-1", "--from", "2026-01-02", "--to", "2026-01-03")).err).toBe(
      "1 of 3 findings\n",
    );
    expect((await run("findings", "--rule", "network TOOL", "--marked")).err).toBe("0 of 3 findings\n");
  });
});

describe("eqlite verdict, note, step, mark, undo, redo", () => {
  it("do their work and tell it on stderr", async () => {
    expect(await run("verdict", "1-2", "False-Positive", "--why", "tests")).toEqual({
      code: 0,
      out: "",
      err: "2 findings: false_positive\n",
    });
    expect((await run("note", "1", "hello")).err).toBe("finding 1: noted\n");
    expect((await run("step", "1", "2", "done", "--note", "n")).err).toBe("finding 1, step 2: done\n");
    expect((await run("mark", "3")).err).toBe("finding 3: marked\n");
    expect((await run("undo")).err).toBe("took back: mark of finding 3\n");
    expect((await run("redo")).err).toBe("did again: mark of finding 3\n");
    expect((await run("undo", "--analyst", "bob")).err).toBe("nothing to undo\n");
    const rows = JSON.parse((await run("journal", "--json")).out) as { action: string }[];
    expect(rows.map((row) => row.action)).toEqual([
      "redo",
      "undo",
      "mark",
      "step",
      "note",
      "verdict",
      "hunt.finish",
      "hunt.start",
      "load.finish",
      "load",
    ]);
  });

  it("refuse wrong input with one clear error and exit code 2", async () => {
    expect(await run("verdict", "1", "true_postive")).toEqual({
      code: 2,
      out: "",
      err: 'eqlite: "true_postive" is no verdict\n  did you mean true_positive? One of: undetermined, true_positive, false_positive, benign_positive, duplicate\n',
    });
    expect(await run("verdict", "77", "duplicate")).toEqual({
      code: 2,
      out: "",
      err: "eqlite: there is no finding 77\n  findings have numbers up to 3: eqlite findings lists them\n",
    });
    expect((await run("step", "1", "9", "done")).err).toBe(
      "eqlite: the guide of finding 1 has no step 9\n  it has triage steps 1 to 2\n",
    );
    expect((await run("findings", "--from", "yesterday")).code).toBe(2);
    expect((await run("note", "1", " ")).err).toBe("eqlite: a note needs a text\n");
    const io = memoryIo();
    expect(await runCli(["findings"], io)).toBe(2);
    expect(io.err()).toBe("eqlite: no case was named\n  give --case FILE, or set EQLITE_CASE\n");
  });
});

describe("eqlite hunts", () => {
  it("lists hunts, and the ledger of one", async () => {
    const hunts = JSON.parse((await run("hunts", "--json")).out) as unknown[];
    expect(hunts).toEqual([
      expect.objectContaining({
        id: 1,
        status: "complete",
        events: 4,
        outcomes: { hit: 2, none: 0, blind: 0, unsupported: 0, error: 0, skipped: 0 },
        fresh: 3,
      }),
    ]);
    expect((await run("hunts", "last")).out).toBe(
      [
        "outcome  findings   ms  rule                         reason",
        "hit             1  1.3  Connection out",
        "hit             2  1.3  Network tool <b>started</b>",
        "",
      ].join("\n"),
    );
    expect((await run("hunts", "--outcome", "blind")).out).toBe("outcome  findings  ms  rule  reason\n");
    expect((await run("hunts", "7")).code).toBe(2);
  });
});
