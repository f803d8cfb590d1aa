import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadPty, TestTerminal } from "./terminal.ts";

const pty = await loadPty();
const root = path.join(import.meta.dirname, "..", "..");
const program = ["--import", path.join(import.meta.dirname, "tsx-hook.mjs"), path.join(root, "src", "main.ts")];
const ENTER = "\r";
const ESC = "\x1b";

describe.skipIf(pty === null)("a whole triage of the samples by keys alone (needs node-pty)", () => {
  let folder: string;
  let file: string;
  let terminal: TestTerminal | null = null;

  function eqlite(...args: readonly string[]): string {
    return execFileSync(process.execPath, [...program, ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  }

  function start(): TestTerminal {
    if (pty === null) throw new Error("node-pty is not installed");
    terminal = new TestTerminal(pty, process.execPath, [...program, "triage", "--case", file, "--analyst", "ada"], {
      columns: 140,
    });
    return terminal;
  }

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), "eqlite-triage-"));
    file = path.join(folder, "breach.case");
    eqlite("load", path.join(root, "samples", "container-breach"), "--case", file);
    eqlite("hunt", "--case", file);
  });

  afterAll(() => {
    if (terminal?.hasExited === false) terminal.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  it("filters, walks a guide with two pivots, judges in bulk, takes back, makes an exception, exports, and reopens", async () => {
    const screen = start();
    await screen.until("0/61 judged");
    await screen.press(`:filter process:nc host:shop-node-1${ENTER}`, /\d+ of 61, \d+ hidden/);
    await screen.press(ESC, /━ 61 ━┓/);
    await screen.press(ENTER, "0 of 7 steps");
    await screen.until(/Same process\.name +\d+/);
    await screen.press("/Same process.name\r", /▸ +→ Same process\.name/);
    await screen.press(`${ESC}`, /▸ +→ Same process\.name/);
    await screen.press(ENTER, /[1-9]\d* events ━/);
    await screen.press(ESC, "[3 Finding]");
    await screen.press("jj", /▸ +→ Same process\.entity_id/);
    await screen.press(ENTER, /[1-9]\d* events ━/);
    await screen.press(ESC, "[3 Finding]");
    await screen.press(" ", "1 of 7 steps");
    await screen.press("t", "finding 1: true positive");
    await screen.press(`nhands on the keyboard${ENTER}`, /hands on the keyboard|noted/);
    await screen.press("q", "[2 Findings]");
    await screen.press("o", "grouped by rule");
    await screen.press("g ", /28 marked|33 marked/);
    await screen.press("f", /\d\d findings: false positive/);
    await screen.press("z", "took back");
    await screen.until("1/61 judged");
    await screen.press(`:finding 1${ENTER}`, "[3 Finding]");
    await screen.press("\t{", "[Exceptions]");
    await screen.until(/━ 1\/8 ━┛/);
    await screen.press(ENTER, /It hides \d+ findings? of 1 rule\./);
    await screen.until("True positives among them: 1!");
    await screen.press("n", /━ 1\/8 ━┛/);
    await screen.press("jjjj", /━ 5\/8 ━┛/);
    await screen.press(ENTER, /It hides \d+ findings? of 1 rule\./);
    const hidden = Number(/It hides (\d+) finding/.exec(screen.text())?.[1]);
    await screen.press("y", "exception saved");
    await screen.until(`/${String(61 - hidden)} judged`);
    await screen.press("z", "took back: exception");
    await screen.until("1/61 judged");
    await screen.press("Z", "did again: exception");
    await screen.until(`/${String(61 - hidden)} judged`);
    await screen.press("7", /▸ +\d+ .*==/);
    await screen.press("z", "took back: exception");
    await screen.until("1/61 judged");
    await screen.press("3", "[Exceptions]");
    await screen.press(`:export csv ${path.join(folder, "out.csv")}${ENTER}`, /findings written to/);
    screen.write("Q");
    expect(await screen.exited).toBe(0);
    expect(readFileSync(path.join(folder, "out.csv"), "utf8").split("\n")[0]).toContain("verdict");
    expect(existsSync(`${file}-wal`)).toBe(false);

    const again = start();
    await again.until("[3 Finding]");
    await again.until("1 of 7 steps");
    expect(again.text()).toContain("true positive by ada");
    again.write("Q");
    expect(await again.exited).toBe(0);
    const findings: unknown = JSON.parse(eqlite("findings", "--case", file, "--json"));
    expect(findings).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: 1, verdict: "true_positive", verdictBy: "ada", stepsDone: 1 }),
      ]),
    );
  });
});
