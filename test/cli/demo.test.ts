import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { runCli } from "../../src/cli/program.ts";
import { memoryIo } from "./memory-io.ts";

const folder = mkdtempSync(path.join(tmpdir(), "eqlite-demo-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("the demo loads the samples, hunts, writes a CSV and lists the findings; a second run changes nothing", async () => {
  for (const state of ["Findings: 61 (61 new, 0 unchanged, 0 gone)", "Findings: 61 (0 new, 61 unchanged, 0 gone)"]) {
    const io = memoryIo({ cwd: folder });
    expect(await runCli(["demo"], io)).toBe(0);
    expect(io.out()).toContain("Rules: hit 2, none 0, blind 0, unsupported 0, error 0, skipped 0");
    expect(io.out()).toContain(state);
    expect(io.err()).toContain("$ eqlite hunt --case demo/container-breach.case\n");
    expect(io.err()).toContain("61 of 61 findings\n");
    expect(io.err()).toContain("The case is demo/container-breach.case, the findings are in demo/findings.csv.\n");
    const rows = readFileSync(path.join(folder, "demo", "findings.csv"), "utf8").split("\r\n");
    expect(rows[0]).toMatch(/^finding,/);
    expect(rows.filter((row) => row.includes("Egress connection from an entrypoint in a container")).length).toBe(33);
  }
});
