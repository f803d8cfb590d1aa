import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CaseFile } from "../../src/store/case-file.ts";
import { ArgumentsReader } from "../../src/store/event-arguments.ts";
import { smallCase } from "./small-case.ts";

describe("the arguments of an event", () => {
  let folder: string;
  let file: CaseFile;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "eqlite-"));
    const time = { "@timestamp": "2026-01-01T10:00:00Z", "event.category": "process" };
    file = await smallCase(path.join(folder, "a.case"), [
      { ...time, "process.args": ["/bin/sh", "-e", "nc"] },
      { ...time, "process.args": ["nc", "-e", "/bin/sh"] },
      { ...time, "process.args": "nginx" },
      { ...time, "process.name": "sh" },
    ]);
  });
  afterAll(() => {
    file.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("keep their order, which the dictionary does not", () => {
    const reader = new ArgumentsReader(file);
    expect([1n, 2n, 3n, 4n, 99n].map((event) => reader.lineOf(event))).toEqual([
      "/bin/sh -e nc",
      "nc -e /bin/sh",
      "nginx",
      null,
      null,
    ]);
  });
});
