// Makes docs/pictures/*.svg from the running program: builds a case of samples/, runs the triage screen in a terminal emulator,
// presses keys, waits for what they show, and draws the screen. Usage, after `npm run build`: node scripts/picture.mjs [name...]
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { loadPty, TestTerminal } from "../test/pty/terminal.ts";
import { screenSvg } from "./screen-svg.mjs";

const root = path.dirname(import.meta.dirname);
const main = path.join(root, "dist", "main.js");
const ENTER = "\r";

/** Name, size, title, and the walk: pairs of keys and what they must show before the next ones are pressed. */
const PICTURES = [
  {
    name: "findings",
    columns: 120,
    rows: 32,
    walk: [
      ["t", "true positive"],
      ["jjj", "[2 Findings]"],
    ],
  },
  {
    name: "groups",
    columns: 120,
    rows: 32,
    walk: [
      ["o", "grouped by rule"],
      [" ", "marked"],
    ],
  },
  {
    name: "finding",
    columns: 140,
    rows: 40,
    walk: [
      [ENTER, "[3 Finding]"],
      [" ", "[✓] 1."],
      ["j", /\d …|\d ┃|\d\+/],
    ],
  },
  {
    name: "document",
    columns: 140,
    rows: 40,
    walk: [
      [ENTER, "[3 Finding]"],
      ["\t", "┏━ [Story]"],
      [ENTER, '"@timestamp"'],
      ["/process\r", "n next"],
    ],
  },
  {
    name: "events",
    columns: 140,
    rows: 32,
    walk: [
      [`:query process where process.name : ("nc", "nmap", "socat")${ENTER}`, /[1-9]\d* events ━/],
      ["c", "┏━ [Top values]"],
      ["", "█"],
    ],
  },
  {
    name: "tree",
    columns: 140,
    rows: 32,
    walk: [
      ["p", "[5 Tree]"],
      ["", "⚑"],
    ],
  },
  {
    name: "timeline",
    columns: 140,
    rows: 32,
    walk: [
      ["m", "[6 Timeline]"],
      ["", "⚑"],
    ],
  },
  { name: "overview", columns: 140, rows: 36, walk: [["1", "ATT&CK"]] },
  {
    name: "small",
    columns: 80,
    rows: 24,
    walk: [
      [ENTER, "[3 Finding]"],
      ["", "[ ] 1."],
    ],
  },
  {
    name: "light",
    columns: 120,
    rows: 32,
    theme: "light",
    walk: [
      [ENTER, "[3 Finding]"],
      ["", "[ ] 1."],
    ],
  },
];

const pty = await loadPty();
if (pty === null) {
  console.error("pictures need the optional package node-pty");
  process.exit(1);
}
const wanted = process.argv.slice(2);
const folder = mkdtempSync(path.join(tmpdir(), "eqlite-pictures-"));
const target = path.join(root, "docs", "pictures");
mkdirSync(target, { recursive: true });
try {
  const base = path.join(folder, "breach.case");
  execFileSync(process.execPath, [main, "load", path.join("samples", "container-breach"), "--case", base], {
    cwd: root,
    stdio: "ignore",
  });
  execFileSync(process.execPath, [main, "hunt", "--case", base], { cwd: root, stdio: "ignore" });
  for (const picture of PICTURES) {
    if (wanted.length > 0 && !wanted.includes(picture.name)) continue;
    await draw(picture, base);
    console.log(`docs/pictures/${picture.name}.svg`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Every picture starts from the same case, freshly hunted. */
async function draw({ name, columns, rows, walk, theme = "dark" }, base) {
  const file = path.join(folder, "web.case");
  execFileSync("cp", [base, file]);
  const env = { EQLITE_THEME: theme, EQLITE_ANALYST: "ada" };
  const terminal = new TestTerminal(pty, process.execPath, [main, "triage", "--case", file], { columns, rows, env });
  await terminal.until(/\/\d+ judged/);
  for (const [keys, shown] of walk) await terminal.press(keys, shown);
  await terminal.until(() => !/Ctrl-C cancels/.test(terminal.text()));
  writeFileSync(
    path.join(target, `${name}.svg`),
    screenSvg(terminal.buffer.active, columns, rows, `eqlite triage: ${name}`, theme),
  );
  terminal.write("Q");
  await terminal.exited;
}
