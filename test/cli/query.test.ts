import { beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../../src/cli/program.ts";
import { tinyCase } from "../hunt/tiny-case.ts";
import { memoryIo } from "./memory-io.ts";

let casePath: string;
beforeAll(async () => {
  casePath = await tinyCase([
    { "@timestamp": "2026-01-01T10:00:00Z", event: { category: "process" }, process: { name: "nc" } },
    { "@timestamp": "2026-01-01T10:00:09Z", event: { category: "network" }, process: { name: "nc" } },
  ]);
});

async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const io = memoryIo();
  const code = await runCli(["query", ...argv, "--case", casePath], io);
  return { code, out: io.out(), err: io.err() };
}

describe("eqlite query", () => {
  it("reports every mistake of a query with a caret, and ends with 2", async () => {
    expect(await run("process where process.nam == 1 and foo(2)")).toEqual({
      code: 2,
      out: "",
      err: [
        "eqlite: the query cannot run",
        "warning[unknown-field] 1:15: unknown field `process.nam`: it is missing in every event",
        "   1 | process where process.nam == 1 and foo(2)",
        "     |               ^^^^^^^^^^^",
        "  hint: did you mean `process.name`? (events with it: process.name: 0)",
        "error[unknown-function] 1:36: unknown function `foo`",
        "   1 | process where process.nam == 1 and foo(2)",
        "     |                                    ^^^",
        "",
      ].join("\n"),
    });
  });

  it("prints the statement, its parameters, the leaves and SQLite's plan", async () => {
    const { out } = await run('process where process.name == "nc"', "--explain");
    const text = out.replace(/[\d.]+ ms/g, "N ms");
    expect(text).toContain("method: select\nanswers: 1\nleaves:\n");
    expect(text).toContain('by sql, N ms: process.name == "nc"\n');
    expect(text).toMatch(
      /sql:\n {2}SELECT e\.id FROM event AS e .*\nparameters:\n {2}1: \d+\n {2}2: \d+\nquery plan:\n/,
    );
  });

  it("says why nothing matched: how far the events came, and the nearest miss", async () => {
    const { out } = await run("sequence with maxspan=5s [process where true] [network where true]", "--why");
    expect(out).toBe(
      [
        "no answer among 2 events",
        "  stage 1: 1 events",
        "            1  process where ...",
        "            2  true",
        "  stage 2: 1 events",
        "            1  network where ...",
        "            2  true",
        "  stage 2: the closest pair is 9 s apart, maxspan 5s (events 1, 2)",
        "",
      ].join("\n"),
    );
  });

  it("needs a query where there is no terminal", async () => {
    const { code, err } = await run();
    expect(code).toBe(2);
    expect(err).toMatch(/^eqlite: no query was given\n/);
  });
});
