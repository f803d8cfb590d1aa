/**
 * How quick the triage screen is on a large case, measured from outside: the built program runs in a pseudo-terminal, and
 * a frame counts when the terminal has what the key asked for.
 *
 *     npm run build && npm run bench -- tui [--case FILE] [--events N] [--keys N]
 *
 * Without `--case` a dump of N events (1,000,000) is generated and loaded. The case is copied and hunted with a broad rule
 * of this file, which makes 5,000 findings.
 */
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { formatCount } from "../../src/base/counted.ts";
import { runHunt } from "../../src/hunt/run-hunt.ts";
import { readPack } from "../../src/rules/read-pack.ts";
import { loadPty, TestTerminal } from "../pty/terminal.ts";
import { makeCase } from "./make-case.ts";

const FINDINGS = 5_000;
const SIZES = [
  [80, 24],
  [120, 40],
  [200, 50],
] as const;

/** A rule that finds thousands, with a guide whose steps offer pivots. */
const RULE = `
[metadata]
creation_date = "2026/01/01"
maturity = "production"
updated_date = "2026/01/01"

[rule]
author = ["eqlite"]
description = "Any program started by a shell."
from = "now-9m"
index = ["logs-*"]
language = "eql"
license = "Apache-2.0"
name = "Program started by a shell"
note = """## Triage and analysis

### Possible investigation steps

- Look at \`process.name\`, \`process.command_line\` and \`process.entity_id\`: is this program known on the host?
- Look at \`user.name\` and \`host.name\`: who stood behind it, and from where?
- Look at \`process.parent.name\`, \`process.parent.entity_id\` and \`process.executable\`.
- Look at \`destination.ip\`, \`file.path\` and \`dns.question.name\`.
"""
risk_score = 47
rule_id = "00000000-0000-4000-8000-00000000b001"
severity = "medium"
tags = ["Domain: Endpoint"]
type = "eql"
query = '''
process where event.type == "start" and process.parent.name in ("sh", "bash", "systemd", "containerd-shim-runc-v2")
'''

[[rule.threat]]
framework = "MITRE ATT&CK"

[rule.threat.tactic]
id = "TA0002"
name = "Execution"
reference = "https://attack.mitre.org/tactics/TA0002/"
`;

interface Budget {
  readonly must: number;
  readonly goal: number;
}

const FIRST_FRAME: Budget = { must: 700, goal: 400 };
const KEY: Budget = { must: 50, goal: 16 };
const PIVOT: Budget = { must: 150, goal: 50 };

type Row = readonly [what: string, samples: readonly number[], budget: Budget | null];

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      case: { type: "string" },
      events: { type: "string", default: "1000000" },
      keys: { type: "string", default: "80" },
      pivots: { type: "string", default: "20" },
      program: { type: "string", default: path.join(import.meta.dirname, "..", "..", "dist", "main.js") },
    },
  });
  const pty = await loadPty();
  if (pty === null) throw new Error("this benchmark needs node-pty, which could not be built here");
  const folder = mkdtempSync(path.join(tmpdir(), "eqlite-bench-"));
  try {
    const file = path.join(folder, "bench.case");
    if (values.case === undefined) await makeCase(file, Number(values.events));
    else copyFileSync(values.case, file);
    await hunt(file, folder);
    const start = (columns: number, rows: number): TestTerminal =>
      new TestTerminal(pty, process.execPath, [values.program, "triage", "--case", file], { columns, rows });
    const rows: Row[] = [];
    for (const [columns, lines] of SIZES) {
      process.stderr.write(`keys at ${columns}x${lines} ...\n`);
      rows.push(...(await keys(start, columns, lines, Number(values.keys))));
    }
    process.stderr.write("pivots ...\n");
    rows.push(...(await pivots(start, Number(values.pivots))));
    process.stdout.write(table(rows));
    process.stderr.write("scrolling ...\n");
    process.stdout.write(await scrolling(start));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function hunt(casePath: string, folder: string): Promise<void> {
  const rule = path.join(folder, "rule.toml");
  writeFileSync(rule, RULE);
  const { rules, problems } = readPack([rule]);
  const { findings, events } = await runHunt({
    ...{ casePath, rules, problems, exceptions: [], from: null, to: null, analyst: "bench", respectIndex: false },
    ...{ maxFindings: FINDINGS, timeLimitMs: 300_000, processes: 1, now: () => new Date() },
  });
  process.stderr.write(`${events} events, ${findings.length} findings\n`);
}

type Start = (columns: number, rows: number) => TestTerminal;

/** First frame, then `count` keys on the screens that are looked at most. */
async function keys(start: Start, columns: number, lines: number, count: number): Promise<Row[]> {
  const size = `${columns}x${lines}`;
  const firsts: number[] = [];
  const ready: number[] = [];
  for (let turn = 0; turn < 3; turn += 1) {
    const from = performance.now();
    const screen = start(columns, lines);
    await screen.until(/1\/5,?\d{3}/);
    firsts.push(performance.now() - from);
    await screen.press("j", /2\/5,?\d{3}/);
    ready.push(performance.now() - from);
    await quit(screen);
  }
  const screen = start(columns, lines);
  await screen.until(/1\/5,?\d{3}/);
  await screen.press("jk", /1\/5,?\d{3}/);
  await screen.press("j", /2\/5,?\d{3}/);
  await screen.press("k", /1\/5,?\d{3}/);
  const list = await walk(screen, count, (at) => new RegExp(` ${formatCount(at)}/5,\\d{3} `));
  await screen.press("\r", /[0-9] of 4 steps/);
  await screen.until(() => !/ … *[┃│]/.test(screen.text()));
  const guide = await sequence(screen, count, (at) => (at % 16 < 8 ? "j" : "k"));
  await screen.press(":query any where true\r", /[1-9][0-9,]* events ━/);
  const events = await walk(screen, count, (at) => new RegExp(` ${formatCount(at)}/`));
  await quit(screen);
  return [
    [`first frame ${size}`, firsts, FIRST_FRAME],
    [`first key, from the start ${size}`, ready, null],
    [`key, findings ${size}`, list, KEY],
    [`key, finding ${size}`, guide, KEY],
    [`key, events ${size}`, events, KEY],
  ];
}

/** `j` again and again; the place at the bottom of the pane tells that the frame is there. */
async function walk(screen: TestTerminal, count: number, shows: (at: number) => RegExp): Promise<number[]> {
  const times: number[] = [];
  for (let at = 2; at <= count + 1; at += 1) times.push(await screen.time("j", shows(at)));
  return times;
}

/** Keys whose frame is anything that changed. */
async function sequence(screen: TestTerminal, count: number, key: (at: number) => string): Promise<number[]> {
  const times: number[] = [];
  for (let at = 0; at < count; at += 1) {
    const before = screen.text();
    times.push(await screen.time(key(at), () => screen.text() !== before));
  }
  return times;
}

/** From Enter on a pivot to its events: the first of a fresh program, then those of many findings. */
async function pivots(start: Start, count: number): Promise<Row[]> {
  const cold: number[] = [];
  const warm: number[] = [];
  for (let turn = 0; turn < 3; turn += 1) {
    const screen = start(120, 40);
    await screen.until(/1\/5,?\d{3}/);
    // A case that was hunted before has findings of other rules, too.
    await screen.press(":filter shell\r", /1\/5,?\d{3}/);
    const opens = turn < 2 ? 1 : count;
    for (let at = 0; at < opens; at += 1) {
      await screen.press("\r", /[0-9] of 4 steps/);
      await screen.press("j", /▸ +→/);
      const ms = await screen.time("\r", /[1-9][0-9,]* events ━/);
      (at === 0 ? cold : warm).push(ms);
      await screen.press("\x1b", "[3 Finding]");
      await screen.press("2", "[2 Findings]");
      await screen.press("jjjjjjj", /\d+\/5,?\d{3}/);
    }
    await quit(screen);
  }
  return [
    ["pivot, first of a program", cold, PIVOT],
    ["pivot", warm, PIVOT],
  ];
}

/** Memory of the program and its processes while the events go by. */
async function scrolling(start: Start): Promise<string> {
  const screen = start(120, 40);
  await screen.until(/1\/5,?\d{3}/);
  await screen.press(":query any where true\r", /[1-9][0-9,]* events ━/);
  const lines = ["rows scrolled\tscreen MB\tsearch MB"];
  let at = 1;
  for (const until of [1, 2_000, 4_000, 6_000, 8_000]) {
    while (at < until) {
      const before = screen.text();
      await screen.press("\x04", () => screen.text() !== before);
      at = placeOn(screen) ?? at;
    }
    const children = childrenOf(screen.pid).map(megabytes);
    const searches = children.reduce((sum, one) => sum + one, 0);
    lines.push(`${at}\t${megabytes(screen.pid).toFixed(0)}\t${searches.toFixed(0)}`);
  }
  await quit(screen);
  return `${lines.join("\n")}\n`;
}

/** The row that the cursor is on: `2,001` of ` 2,001/1,000,000 ` in the frame of the list. */
function placeOn(screen: TestTerminal): number | undefined {
  const place = / ([\d,]+)\/[\d,]+\+? /;
  const shown = place.exec(screen.lines().findLast((line) => place.test(line)) ?? "")?.[1];
  return shown === undefined ? undefined : Number(shown.replaceAll(",", ""));
}

function megabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1_000;
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number),
  );
}

/** Leaves at the first finding, where the next program then begins. */
async function quit(screen: TestTerminal): Promise<void> {
  await screen.press("2", "[2 Findings]");
  await screen.press("g", /1\/5,?\d{3}/);
  screen.write("Q");
  await screen.exited;
}

function table(rows: readonly Row[]): string {
  const lines = [["", "p50 ms", "p95 ms", "must", "goal", ""].join("\t")];
  for (const [what, samples, budget] of rows) {
    const p95 = percentile(samples, 0.95);
    const judged = budget === null ? "" : p95 <= budget.goal ? "goal" : p95 <= budget.must ? "ok" : "MISSED";
    const cells = [what, percentile(samples, 0.5).toFixed(1), p95.toFixed(1), budget?.must, budget?.goal, judged];
    lines.push(cells.map((cell) => cell ?? "").join("\t"));
  }
  return `${lines.join("\n")}\n`;
}

function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
