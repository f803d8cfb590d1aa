import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { exportApart } from "../../src/export/export-apart.ts";
import { sampleCase } from "../triage/sample-case.ts";

describe("an export in a process of its own", () => {
  let folder: string;
  let casePath: string;
  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "eqlite-"));
    casePath = path.join(folder, "a.case");
    (await sampleCase(casePath)).close();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const request = (format: string) => ({ casePath, readonly: false, analyst: "ann", format, target: null, filter: {} });

  it("tells where it wrote how many findings", async () => {
    const written = await exportApart(request("ndjson"));
    expect(path.basename(written.path)).toBe("a-findings.ndjson");
    const lines = readFileSync(written.path, "utf8").trim().split("\n");
    expect(lines.length).toBeGreaterThanOrEqual(written.findings);
  });

  it("fails with the error of the export", async () => {
    await expect(exportApart(request("pdf"))).rejects.toMatchObject({ code: "unknown-format" });
  });

  it("ends when it is cancelled", async () => {
    const abort = new AbortController();
    const exported = exportApart(request("html"), abort.signal);
    abort.abort();
    await expect(exported).rejects.toMatchObject({ name: "AbortError" });
  });
});
