/**
 * What a case outlives: SIGKILL at random moments of load, hunt, triage, undo, export, bundle and upgrade, from the first
 * byte that the command writes to its end: so in transactions, checkpoints, the filling of side tables, the building of
 * indexes and the tidying up. EQLITE_SURVIVAL_KILLS kills in all (default 200), the moments drawn from
 * EQLITE_SURVIVAL_SEED (default 1).
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { brotliDecompressSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "../bench/generate-random.ts";
import { loadPty, TestTerminal } from "../pty/terminal.ts";
import { tempFolder } from "../temp-folder.ts";
import { actsOf, evidenceOf, findingsOf, sideTablesOf, unknownTables, verdictOf } from "./case-state.ts";
import { type Run, eqlite, groupEnded, runFrom } from "./program.ts";

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

/** Something that is killed: what makes its folder ready, its command line, and the file that tells when it writes. */
interface Work {
  readonly prepare: () => void;
  readonly args: readonly string[];
  readonly sign: string;
}

/** Milliseconds from the first byte that is written to the end, when nobody disturbs. */
async function durationOf({ prepare, args, sign }: Work): Promise<number> {
  prepare();
  return (await runFrom(folder, args, sign, null)).ms;
}

/** Kills a command at a random moment of the time that it takes undisturbed. */
async function killAtRandom({ prepare, args, sign }: Work, durationMs: number): Promise<void> {
  for (let reach = durationMs; ; reach *= 0.9) {
    prepare();
    const delayMs = (random.below(1000) / 1000) * reach;
    if ((await runFrom(folder, args, sign, { delayMs, whole: random.chance(0.5) })).killed) return;
  }
}

/** Removes what begins with a name, and copies a case there. */
function fresh(name: string, from: string | null): void {
  left(name).forEach((file) => rmSync(at(file), { recursive: true }));
  if (from !== null) copyFileSync(at(from), at(name));
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

const load: Work = { prepare: () => fresh("k.case", null), args: [...LOAD, "--case", "k.case"], sign: "k.case" };
const hunt: Work = {
  prepare: () => fresh("h.case", "loaded.case"),
  args: [...HUNT, "--case", "h.case"],
  sign: "h.case-wal",
};

let loadMs = 0;
let huntMs = 0;
let sides: ReturnType<typeof sideTablesOf>;
let undisturbed: ReturnType<typeof evidenceOf>;
/** After a hunt the dictionary has the values of the side tables, too. */
let hunted: ReturnType<typeof evidenceOf>;
let found: ReturnType<typeof findingsOf>;

beforeAll(async () => {
  const generate = path.join(ROOT, "test", "bench", "generate.ts");
  const make = (events: string, seed: string, output: string): void => {
    const made = spawnSync(process.execPath, [generate, "--events", events, "--seed", seed, "--output", at(output)]);
    expect(made.status).toBe(0);
  };
  make("600", "5", "a.ndjson");
  make("200", "6", "b.ndjson");
  expect(spawnSync("gzip", [at("b.ndjson")]).status).toBe(0);
  spawnSync("mkdir", [at("rules")]);
  for (const action of ["exec", "fork", "connection_attempted"]) {
    writeFileSync(at(`rules/${action}.toml`), ruleText(action, `event.action == "${action}" and process.name : "*a*"`));
  }
  // These fields have no column: the hunt fills side tables.
  writeFileSync(at("rules/kernel.toml"), ruleText("kernel", 'host.os.kernel : "*aws*" and agent.version == "8.17.3"'));
  loadMs = await durationOf(load);
  copyFileSync(at("k.case"), at("loaded.case"));
  undisturbed = evidenceOf(at("loaded.case"));
  expect(unknownTables(at("loaded.case"))).toEqual([]);
  expect(sideTablesOf(at("loaded.case"))).toEqual({});
  huntMs = await durationOf(hunt);
  copyFileSync(at("h.case"), at("whole.case"));
  found = findingsOf(at("whole.case"));
  sides = sideTablesOf(at("whole.case"));
  hunted = evidenceOf(at("whole.case"));
  expect({ ...hunted, value: "" }).toEqual({ ...undisturbed, value: "" });
  expect(found.count).toBeGreaterThan(60);
  expect(Object.keys(sides).length).toBeGreaterThan(0);
  expect(problems("whole.case")).toEqual([]);
});

function ruleText(id: string, condition: string): string {
  return `[rule]
author = ["Ann"]
description = "Events of one kind."
language = "eql"
license = "Apache-2.0"
name = "Any ${id}"
risk_score = 21
rule_id = "${id}"
severity = "low"
type = "eql"
query = '''any where ${condition}'''
`;
}

describe("a load", () => {
  it(`is completed after each of ${share(6)} kills, row for row as if nothing had happened`, async () => {
    for (let kill = 0; kill < share(6); kill += 1) {
      await killAtRandom(load, loadMs);
      if (existsSync(at("k.case")) && readFileSync(at("k.case")).length > 0) {
        expect(problems("k.case").filter((problem) => !problem.endsWith("its load did not finish"))).toEqual([]);
      }
      expect(run(...load.args)).toMatchObject({ status: 0 });
      expect(evidenceOf(at("k.case"))).toEqual(undisturbed);
      expect(left("k.case")).toEqual(["k.case"]);
    }
  });
});

describe("a hunt", () => {
  it(`is repeated after each of ${share(3)} kills, with the findings of one that was left alone`, async () => {
    for (let kill = 0; kill < share(3); kill += 1) {
      await killAtRandom(hunt, huntMs);
      expect(problems("h.case")).toEqual([]);
      expect(run(...hunt.args)).toMatchObject({ status: 0 });
      expect(sideTablesOf(at("h.case"))).toEqual(sides);
      expect(findingsOf(at("h.case"))).toEqual(found);
      expect(evidenceOf(at("h.case"))).toEqual(hunted);
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
  it(`leaves nothing half-written under its name after any of ${share(4)} kills`, async () => {
    const formats = Object.keys(WHOLE);
    const work = (format: string, old: string | null): Work => ({
      prepare: () => {
        fresh("x.", null);
        if (old !== null) writeFileSync(at(`x.${format}`), old);
      },
      args: ["export", "--case", "whole.case", "--format", format, "--output", `x.${format}`],
      sign: `x.${format}.partial`,
    });
    const durations = new Map<string, number>();
    for (const format of formats) durations.set(format, await durationOf(work(format, null)));
    expect(run("export", "--case", "whole.case", "--format", "csv", "--output", "e.csv")).toMatchObject({ status: 0 });
    const csv = readFileSync(at("e.csv"), "utf8");
    for (let kill = 0; kill < share(4); kill += 1) {
      const format = formats[kill % formats.length] ?? "csv";
      const output = `x.${format}`;
      const old = random.chance(0.5) ? "what was there before" : null;
      const job = work(format, old);
      await killAtRandom(job, durations.get(format) ?? 0);
      const text = existsSync(at(output)) ? readFileSync(at(output), "utf8") : null;
      if (text !== old) expect(WHOLE[format]?.(text ?? "")).toBe(true);
      expect(run(...job.args)).toMatchObject({ status: 0 });
      const written = readFileSync(at(output), "utf8");
      expect(WHOLE[format]?.(written)).toBe(true);
      if (format === "csv") expect(written).toBe(csv);
      expect(left("x.")).toEqual([output]);
      expect(left("whole.case")).toEqual(["whole.case"]);
    }
    // The same case all the time: what one of the kills did to it would still be there.
    expect(problems("whole.case")).toEqual([]);
    expect(evidenceOf(at("whole.case"))).toEqual(hunted);
  });
});

describe("a bundle", () => {
  it(`is there whole or not at all after each of ${share(1)} kills, and is written by the next command`, async () => {
    const work: Work = {
      prepare: () => fresh("b.", null),
      args: ["bundle", "--case", "whole.case", "--output", "b.1", "--redact", "user.name"],
      sign: "b.1.partial",
    };
    const ms = await durationOf(work);
    for (let kill = 0; kill < share(1); kill += 1) {
      await killAtRandom(work, ms);
      const there = existsSync(at("b.1"));
      // 3: sound, as far as values are not withheld.
      if (there) expect(run("verify", "b.1")).toMatchObject({ status: 3, err: "" });
      expect(run(...work.args)).toMatchObject({ status: there ? 2 : 0 });
      expect(run("verify", "b.1")).toMatchObject({ status: 3, err: "" });
      expect([left("b."), left("whole.case")]).toEqual([["b.1"], ["whole.case"]]);
    }
    expect(problems("whole.case")).toEqual([]);
  });
});

describe("an undo", () => {
  it(`is done or not, and the journal says the same, after each of ${share(1)} kills`, async () => {
    copyFileSync(at("whole.case"), at("judged.case"));
    expect(run("verdict", "1", "true_positive", "--analyst", "ada", "--case", "judged.case")).toMatchObject({
      status: 0,
    });
    const work: Work = {
      prepare: () => fresh("u.case", "judged.case"),
      args: ["undo", "--analyst", "ada", "--case", "u.case"],
      sign: "u.case-wal",
    };
    const ms = await durationOf(work);
    expect(verdictOf(at("u.case"), 1)).toBe("undetermined");
    for (let kill = 0; kill < share(1); kill += 1) {
      await killAtRandom(work, ms);
      expect(problems("u.case")).toEqual([]);
      const undone = actsOf(at("u.case"), "undo") === 1;
      expect(verdictOf(at("u.case"), 1)).toBe(undone ? "undetermined" : "true_positive");
      expect(run(...work.args)).toMatchObject({ status: 0 });
      expect([actsOf(at("u.case"), "undo"), verdictOf(at("u.case"), 1)]).toEqual([1, "undetermined"]);
      expect(left("u.case")).toEqual(["u.case"]);
    }
  });
});

describe("an upgrade", () => {
  it(`is done or not, with a whole copy of what was, after each of ${share(1)} kills`, async () => {
    const older = path.join(ROOT, "test", "store", "older", "0010.case.br");
    writeFileSync(at("old.case"), brotliDecompressSync(readFileSync(older)));
    const before = [evidenceOf(at("old.case")), findingsOf(at("old.case"))];
    const work: Work = {
      prepare: () => fresh("v.case", "old.case"),
      args: ["upgrade", "--case", "v.case"],
      sign: "v.case-wal",
    };
    const ms = await durationOf(work);
    for (let kill = 0; kill < share(1); kill += 1) {
      await killAtRandom(work, ms);
      expect(run(...work.args)).toMatchObject({ status: 0 });
      expect(problems("v.case")).toEqual([]);
      expect([evidenceOf(at("v.case")), findingsOf(at("v.case"))]).toMatchObject(before);
      const copies = left("v.case.");
      expect(copies.length).toBeGreaterThan(0);
      for (const copy of copies) {
        expect(copy).toMatch(/^v\.case\.schema-10(?:-2)?$/);
        expect([evidenceOf(at(copy)), findingsOf(at(copy))]).toEqual(before);
      }
    }
  });
});

const pty = await loadPty();

describe.skipIf(pty === null)("a triage (needs node-pty)", () => {
  it(`keeps every act that the screen has shown, through ${share(4)} kills`, async () => {
    if (pty === null) throw new Error("node-pty is not installed");
    const bin = path.join(ROOT, "dist", "main.js");
    const start = (): TestTerminal =>
      new TestTerminal(pty, process.execPath, [bin, "triage", "--case", at("t.case"), "--analyst", "ada"], {
        columns: 140,
      });
    expect(run("load", SAMPLES, "--case", "t0.case").status).toBe(0);
    expect(run("hunt", "--case", "t0.case").status).toBe(0);
    for (let kill = 0; kill < share(4); kill += 1) {
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
