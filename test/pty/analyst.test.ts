import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadPty, TestTerminal } from "./terminal.ts";

const pty = await loadPty();
const root = path.join(import.meta.dirname, "..", "..");
const program = ["--import", path.join(import.meta.dirname, "tsx-hook.mjs"), path.join(root, "src", "main.ts")];

/** An analyst who closes the findings of the samples, and counts the keys. */
describe.skipIf(pty === null)("a scripted analyst (needs node-pty)", () => {
  let folder: string;
  let file: string;
  let screen: TestTerminal | null = null;
  let keys = 0;

  function eqlite(...args: readonly string[]): string {
    return execFileSync(process.execPath, [...program, ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  }

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), "eqlite-analyst-"));
    file = path.join(folder, "breach.case");
    eqlite("load", path.join(root, "samples", "container-breach"), "--case", file);
    eqlite("hunt", "--case", file);
  });

  afterAll(() => {
    if (screen?.hasExited === false) screen.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  it("closes 61 findings with the guide of each incident walked, two pivots each, in fewer than ten keys a finding", async () => {
    if (pty === null) return;
    const terminal = new TestTerminal(
      pty,
      process.execPath,
      [...program, "triage", "--case", file, "--analyst", "ada"],
      {
        columns: 140,
      },
    );
    screen = terminal;
    const press = async (typed: string, wanted: string | RegExp): Promise<void> => {
      keys += [...typed].length;
      await terminal.press(typed, wanted);
    };
    const judged = (): number => Number(/(\d+)\/61 judged/.exec(terminal.text())?.[1] ?? 0);

    await terminal.until("0/61 judged");
    // The worst incident first.
    await press("ooo", "grouped by incident");
    await press("sss", "sorted by incident");
    await press("g", /▸▾ incident/);
    while (judged() < 61) {
      const done = judged();
      const size = Number(/▸▾ .*?(\d+) finding/.exec(terminal.text())?.[1] ?? 0);
      expect(size).toBeGreaterThan(0);
      // Its first finding: two pivots of the guide, a step done, what was seen.
      await press("j\r", "[3 Finding]");
      await press("j", /▸ +[→×]/);
      await press("/Same process.name\r", /▸ +→ Same process\.name/);
      await press("\x1b", /▸ +→ Same process\.name +\d/);
      await press("\r", /[1-9]\d* events? ━/);
      await press("\x1b", "[3 Finding]");
      await press(" ", /1 of \d steps/);
      await press("G\r", /[1-9]\d* events? ━/);
      await press("\x1b", "[3 Finding]");
      await press("q", "[2 Findings]");
      // The verdict for all of the incident, and why.
      await press("k ", new RegExp(`${String(size)} marked`));
      await press(size > 1 ? "t" : "f", size > 1 ? `${String(size)} findings: true positive` : /false positive/);
      await terminal.until(`${String(done + size)}/61 judged`);
      await press("w", "why ");
      await press("same hands\r", "reason: same hands");
      // On to the next incident without verdicts.
      if (judged() < 61) await press("]k", /▸▾ .* findings?, 0 judged/);
    }
    terminal.write("Q");
    expect(await terminal.exited).toBe(0);
    const findings = JSON.parse(eqlite("findings", "--case", file, "--json")) as readonly {
      readonly verdict: string;
    }[];
    expect(findings).toHaveLength(61);
    expect(findings.filter(({ verdict }) => verdict === "undetermined")).toEqual([]);
    process.stderr.write(`scripted analyst: 61 findings closed in ${String(keys)} keystrokes\n`);
    expect(keys).toBeLessThan(61 * 10);
  });
});
