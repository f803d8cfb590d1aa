/**
 * What a case outlives: SIGKILL at random moments of load, hunt, triage and export. EQLITE_SURVIVAL_KILLS kills in all
 * (default 200), the moments drawn from EQLITE_SURVIVAL_SEED (default 1).
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "../bench/generate-random.ts";
import { loadPty, TestTerminal } from "../pty/terminal.ts";
import { tempFolder } from "../temp-folder.ts";
import { actsOf, evidenceOf, findingsOf } from "./case-state.ts";
import { type Run, durationOf, eqlite, groupEnded, killed } from "./program.ts";

const KILLS = Number(process.env["EQLITE_SURVIVAL_KILLS"] ?? "200");
const random = seededRandom(Number(process.env["EQLITE_SURVIVAL_SEED"] ?? "1"));
const ROOT = path.resolve(import.meta.dirname, "../..");
const SAMPLES = path.join(ROOT, "samples", "container-breach");

/** How many kills fall on a kind of work, in twentieths of all. */
const share = (twentieths: number): number => Math.ceil((KILLS * twentieths) / 20);

const folder = tempFolder();
const at = (name: string): string => path.join(folder, name);
const run = (...args: string[]): Run => eqlite(folder, args);

/** Names in the folder that begin so: what a killed run left, and what has to be gone in the end. */
const left = (prefix: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.startsWith(prefix))
    .sort();

const LOAD = ["load", "a.ndjson", "b.ndjson.gz", SAMPLES];
const HUNT = ["hunt", "--rules", "rules", path.join(ROOT, "rules"), "--processes", "2"];

/** Kills a command at a random moment of the time that it takes undisturbed. */
async function killAtRandom(args: readonly string[], durationMs: number, before: () => void): Promise<void> {
  for (let reach = durationMs; ; reach *= 0.9) {
    before();
    if (await killed(folder, args, (random.below(1000) / 1000) * reach, random.chance(0.5))) return;
  }
}

interface Verdict {
  readonly checks: readonly { readonly name: string; readonly problems: readonly string[] }[];
}

/** What a case that was killed while it was being made says of itself: there is nothing to verify yet. */
const UNMADE = /^eqlite: \S+ (is empty, not a case|holds nothing yet: its creation was interrupted)$/m;

/** What `verify` finds wrong. */
function problems(name: string): string[] {
  const { out, err } = run("verify", "--case", name, "--json");
  if (out === "") return UNMADE.test(err) ? [] : [`verify says: ${err}`];
  const { checks } = JSON.parse(out) as Verdict;
  return checks.flatMap((check) => check.problems.map((problem) => `${check.name}: ${problem}`));
}

let loadMs = 0;
let huntMs = 0;
let undisturbed: ReturnType<typeof evidenceOf>;
let found: ReturnType<typeof findingsOf>;

beforeAll(() => {
  const generate = path.join(ROOT, "test", "bench", "generate.ts");
  const make = (events: string, seed: string, output: string): void => {
    const made = spawnSync(process.execPath, [generate, "--events", events, "--seed", seed, "--output", at(output)]);
    expect(made.status).toBe(0);
  };
  make("1000", "5", "a.ndjson");
  make("300", "6", "b.ndjson");
  expect(spawnSync("gzip", [at("b.ndjson")]).status).toBe(0);
  spawnSync("mkdir", [at("rules")]);
  for (const action of ["exec", "fork", "connection_attempted"]) {
    writeFileSync(at(`rules/${action}.toml`), ruleText(action));
  }
  loadMs = durationOf(folder, [...LOAD, "--case", "whole.case"]);
  undisturbed = evidenceOf(at("whole.case"));
  copyFileSync(at("whole.case"), at("loaded.case"));
  huntMs = durationOf(folder, [...HUNT, "--case", "whole.case"]);
  found = findingsOf(at("whole.case"));
  expect(found.count).toBeGreaterThan(60);
  expect(problems("whole.case")).toEqual([]);
});

function ruleText(action: string): string {
  return `[rule]
author = ["Ann"]
description = "Events of one kind."
language = "eql"
license = "Apache-2.0"
name = "Any ${action}"
risk_score = 21
rule_id = "${action}"
severity = "low"
type = "eql"
query = 'any where event.action == "${action}" and process.name : "*a*"'
`;
}

describe("a load", () => {
  it(`is completed after each of ${share(7)} kills, row for row as if nothing had happened`, async () => {
    for (let kill = 0; kill < share(7); kill += 1) {
      const command = [...LOAD, "--case", "k.case"];
      await killAtRandom(command, loadMs, () => left("k.case").forEach((name) => rmSync(at(name))));
      if (existsSync(at("k.case")) && readFileSync(at("k.case")).length > 0) {
        expect(problems("k.case").filter((problem) => !problem.endsWith("its load did not finish"))).toEqual([]);
      }
      expect(run(...command)).toMatchObject({ status: 0 });
      expect(evidenceOf(at("k.case"))).toEqual(undisturbed);
      expect(left("k.case")).toEqual(["k.case"]);
    }
  });
});

describe("a hunt", () => {
  it(`is repeated after each of ${share(3)} kills, with the findings of one that was left alone`, async () => {
    for (let kill = 0; kill < share(3); kill += 1) {
      const command = [...HUNT, "--case", "h.case"];
      await killAtRandom(command, huntMs, () => {
        left("h.case").forEach((name) => rmSync(at(name)));
        copyFileSync(at("loaded.case"), at("h.case"));
      });
      expect(problems("h.case")).toEqual([]);
      expect(run(...command)).toMatchObject({ status: 0 });
      expect(findingsOf(at("h.case"))).toEqual(found);
      expect(evidenceOf(at("h.case"))).toEqual(undisturbed);
      expect(left("h.case")).toEqual(["h.case"]);
    }
  });
});

/** Whether an export is complete, by its own form. */
const WHOLE: Readonly<Record<string, (text: string) => boolean>> = {
  csv: (text) => text.split("\r\n").length === found.count + 2,
  ndjson: (text) => text.split("\n").length === found.count + 1 && text.endsWith("}\n"),
  json: (text) => "export" in (JSON.parse(text) as object),
  html: (text) => text.trimEnd().endsWith("</html>"),
};

describe("an export", () => {
  it(`leaves nothing half-written under its name after any of ${share(5)} kills`, async () => {
    const formats = Object.keys(WHOLE);
    const durations = new Map(
      formats.map((format) => [
        format,
        durationOf(folder, ["export", "--case", "whole.case", "--format", format, "--output", `e.${format}`]),
      ]),
    );
    const csv = readFileSync(at("e.csv"), "utf8");
    for (let kill = 0; kill < share(5); kill += 1) {
      const format = formats[kill % formats.length] ?? "csv";
      const output = `x.${format}`;
      const command = ["export", "--case", "whole.case", "--format", format, "--output", output];
      const old = random.chance(0.5) ? "what was there before" : null;
      await killAtRandom(command, durations.get(format) ?? 0, () => {
        left("x.").forEach((name) => rmSync(at(name)));
        if (old !== null) writeFileSync(at(output), old);
      });
      const text = existsSync(at(output)) ? readFileSync(at(output), "utf8") : null;
      if (text !== old) expect(WHOLE[format]?.(text ?? "")).toBe(true);
      expect(problems("whole.case")).toEqual([]);
      expect(run(...command)).toMatchObject({ status: 0 });
      const written = readFileSync(at(output), "utf8");
      expect(WHOLE[format]?.(written)).toBe(true);
      if (format === "csv") expect(written).toBe(csv);
      expect(left("x.")).toEqual([output]);
      expect(left("whole.case")).toEqual(["whole.case"]);
    }
  });
});

const pty = await loadPty();

describe.skipIf(pty === null)("a triage (needs node-pty)", () => {
  it(`keeps every act that the screen has shown, through ${share(5)} kills`, async () => {
    if (pty === null) throw new Error("node-pty is not installed");
    const bin = path.join(ROOT, "dist", "main.js");
    const start = (): TestTerminal =>
      new TestTerminal(pty, process.execPath, [bin, "triage", "--case", at("t.case"), "--analyst", "ada"], {
        columns: 140,
      });
    expect(run("load", SAMPLES, "--case", "t0.case").status).toBe(0);
    expect(run("hunt", "--case", "t0.case").status).toBe(0);
    for (let kill = 0; kill < share(5); kill += 1) {
      left("t.case").forEach((name) => rmSync(at(name)));
      copyFileSync(at("t0.case"), at("t.case"));
      const screen = start();
      await screen.until("0/61 judged");
      const shown = { verdicts: 0, notes: 0 };
      for (let acts = random.below(6); acts > 0; acts -= 1) {
        if (random.chance(0.6)) {
          shown.verdicts += 1;
          await screen.press(random.pick(["t", "f", "b"]), `${shown.verdicts}/61 judged`);
          await screen.press("j", () => true);
        } else {
          shown.notes += 1;
          await screen.press("n", "note on finding");
          await screen.press(`remark ${shown.notes}\r`, /noted/);
        }
      }
      screen.write(random.pick(["t", "f", "nlast words\r", "m"]));
      await new Promise((resolve) => setTimeout(resolve, random.below(40)));
      process.kill(screen.pid, "SIGKILL");
      await screen.exited;
      await groupEnded(screen.pid);
      const verdicts = actsOf(at("t.case"), "verdict");
      const notes = actsOf(at("t.case"), "note");
      expect([0, 1]).toContain(verdicts - shown.verdicts);
      expect([0, 1]).toContain(notes - shown.notes);
      expect(problems("t.case")).toEqual([]);
      const again = start();
      await again.until(`${verdicts}/61 judged`);
      again.write("Q");
      expect(await again.exited).toBe(0);
      expect(left("t.case")).toEqual(["t.case"]);
    }
  });
});
