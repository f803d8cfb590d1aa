import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { applyTwoRules } from "../two-rules.ts";
import { EGRESS_RULE, PLANT_KINDS, TOOL_RULE } from "./generate-attacks.ts";
import { dumpOptions, generateDump, type Expected } from "./generate-dump.ts";

function dump(...options: Parameters<typeof dumpOptions>): { text: string; expected: Expected } {
  let text = "";
  const expected = generateDump(dumpOptions(...options), (chunk) => {
    text += chunk;
  });
  return { text, expected };
}

const lines = (places: readonly (readonly [string, number])[]): number[] => places.map(([, line]) => line);

const byLines = (a: readonly number[], b: readonly number[]): number => (a.at(-1) ?? 0) - (b.at(-1) ?? 0);

describe("the generator", () => {
  it("writes as many lines as asked for, each a JSON object of plain ASCII", () => {
    const { text, expected } = dump(2000);
    const all = text.split("\n");
    expect(all.pop()).toBe("");
    expect(all).toHaveLength(2000);
    expect(expected.lines).toBe(2000);
    expect(expected.bytes).toBe(text.length);
    expect(/^[\x20-\x7e\n]*$/.test(text)).toBe(true);
    for (const line of all) expect(Object.keys(JSON.parse(line) as object)).toContain("@timestamp");
  });

  it("writes the same dump for the same seed and another for another", () => {
    const digest = (seed: number): string => createHash("sha256").update(dump(1500, { seed }).text).digest("hex");
    expect(digest(7)).toBe(digest(7));
    expect(digest(7)).not.toBe(digest(8));
  });

  it("keeps to the mix and to the mean size", () => {
    const { expected } = dump(20_000);
    const share = (n: number): number => Math.round((100 * n) / expected.lines);
    expect(share(expected.categories.process)).toBe(15);
    expect(share(expected.categories.network)).toBe(25);
    expect(share(expected.categories.file)).toBe(55);
    expect(share(expected.categories.dns)).toBe(5);
    expect(Math.abs(expected.bytes / expected.lines - 2750)).toBeLessThan(100);
  });

  it("plants what it says, every kind at least once, and nothing else matches", () => {
    for (const seed of [1, 2, 3]) {
      const { text, expected } = dump(3000, { seed });
      const found = applyTwoRules([["dump", text]]);
      expect(new Set(expected.plants.map(({ rule, kind }) => `${rule}: ${kind}`)).size).toBe(PLANT_KINDS);
      expect(found.tool.map(lines)).toEqual(expected.findings[TOOL_RULE]);
      expect(found.egress.map(lines).sort(byLines)).toEqual(expected.findings[EGRESS_RULE]);
      expect(found.tool).toHaveLength(7);
      expect(found.egress).toHaveLength(9);
    }
  });

  it("spreads the events over the days asked for", () => {
    const { text } = dump(1000, { days: 5 });
    const times = [...text.matchAll(/"@timestamp":"([^"]+)"/g)].map(([, time]) => time ?? "").toSorted();
    expect(times[0]?.slice(0, 10)).toBe("2025-03-10");
    expect(times.at(-1)?.slice(0, 10)).toMatch(/2025-03-1[45]/);
  });

  it("deals out exactly the candidates asked for and counts their sequences", () => {
    const { text, expected } = dump(2000, { candidates: [300, 500], plants: 0, hosts: 2 });
    const candidates = text.split("\n").filter((line) => line.includes('"name":"stage-one"'));
    const first = candidates.filter((line) => line.includes('"action":"exec"'));
    expect(first).toHaveLength(300);
    expect(candidates.length - first.length).toBe(500);
    const sequences = Object.values(expected.candidates?.sequences ?? {});
    expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
    expect(sequences.at(-1)).toBeGreaterThan(10);
    expect(sequences.at(-1)).toBeLessThanOrEqual(300);
  });

  it("runs as a command", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "eqlite-generate-"));
    try {
      const [output, expected] = [path.join(folder, "d.ndjson"), path.join(folder, "e.json")];
      const script = path.join(import.meta.dirname, "generate.ts");
      const args = ["--events", "500", "--seed", "9", "--output", output, "--expected", expected];
      execFileSync(process.execPath, [script, ...args], { stdio: "ignore" });
      const same = dump(500, { seed: 9 });
      expect(readFileSync(output, "latin1")).toBe(same.text);
      expect(JSON.parse(readFileSync(expected, "utf8"))).toEqual(same.expected);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
