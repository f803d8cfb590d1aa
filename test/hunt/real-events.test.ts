import { readdirSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { runHunt } from "../../src/hunt/run-hunt.ts";
import { readPack } from "../../src/rules/read-pack.ts";
import { describeShared, shared } from "../shared.ts";
import { loadCase } from "./load-case.ts";

/** Every file of events, whatever its format. */
function realEvents(): string[] {
  return readdirSync(shared("data"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/README|INDEX|generator-stats/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

describeShared("the public rules over real events of every source and format in one case", () => {
  it(
    "end without an error, and unsupported only where they search through nested objects",
    { timeout: 600_000 },
    async () => {
      const { rules, problems } = readPack([shared("corpus")]);
      const report = await runHunt({
        ...{ casePath: await loadCase(realEvents()), rules, problems, exceptions: [], from: null, to: null },
        ...{ analyst: "ann", respectIndex: false, maxFindings: 1_000, timeLimitMs: 120_000, processes: 2 },
        now: () => new Date("2026-02-01T00:00:00Z"),
      });
      expect(report.rules.length).toBe(2_417);
      expect(
        report.rules.filter(({ outcome }) => outcome === "error").map(({ path: file, reason }) => [file, reason]),
      ).toEqual([]);
      const unsupported = report.rules.filter(({ outcome }) => outcome === "unsupported");
      expect(unsupported.length).toBe(144);
      expect(unsupported.filter(({ reason }) => reason?.includes("`_arraysearch`") !== true)).toEqual([]);
      expect(report.rules.filter(({ outcome }) => outcome === "skipped")).toEqual([]);
      expect(report.rules.filter(({ outcome }) => outcome === "hit").length).toBeGreaterThanOrEqual(20);
    },
  );
});
