/**
 * How long a hunt takes, with the built-in rules and with any packs that are named:
 *
 *     npm run bench -- hunt [--events N] [--case FILE] [--rules PATH]... [--processes N]
 *
 * Without `--case` a dump of N events is generated and loaded first. The public rules are a pack, too, where the folder of
 * reference material is present. Each pack is hunted twice: the first time also makes tables for fields that had no column.
 * Last a sequence over every process and network event; times are also given as multiples of a scan of the events in the
 * same run, which tells a slow machine from a slow program.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { Engine } from "../../src/hunt/engine.ts";
import type { HuntReport } from "../../src/hunt/hunt-types.ts";
import { prepareQuery } from "../../src/hunt/prepare-query.ts";
import { runHunt } from "../../src/hunt/run-hunt.ts";
import type { Pack } from "../../src/rules/pack-content.ts";
import { builtinPack, readPack } from "../../src/rules/read-pack.ts";
import { hasShared, shared } from "../shared.ts";
import { makeCase } from "./make-case.ts";

const SLOWEST = 10;

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      events: { type: "string", default: "300000" },
      case: { type: "string" },
      rules: { type: "string", multiple: true, default: [] },
      processes: { type: "string", default: String(Math.min(2, availableParallelism())) },
    },
  });
  const folder = mkdtempSync(path.join(tmpdir(), "eqlite-bench-"));
  try {
    const casePath = values.case ?? path.join(folder, "bench.case");
    if (values.case === undefined) await makeCase(casePath, Number(values.events));
    const unit = await scanSeconds(casePath);
    const corpus = hasShared && values.rules.length === 0 ? [shared("corpus", "detection-rules")] : [];
    const packs: [string, Pack][] = [["built-in", builtinPack()], ...[...corpus, ...values.rules].map(named)];
    for (const [name, pack] of packs) {
      for (const time of ["first", "second"]) {
        const start = performance.now();
        const report = await hunt(casePath, pack, Number(values.processes));
        print(`${name}, ${time} hunt`, report, (performance.now() - start) / 1000, unit);
      }
    }
    await sequence(casePath, unit);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const PAIRS = "sequence by process.entity_id with maxspan=1m [process where true] [network where true]";

/** Seconds of one pass over the rows of all events: what everything else is compared with. */
async function scanSeconds(casePath: string): Promise<number> {
  const engine = await Engine.open(casePath);
  try {
    const sql = "SELECT count(*) FROM event NOT INDEXED WHERE +time > ? AND +member > ?";
    const once = (): number => {
      const start = performance.now();
      engine.file.rows({ sql, parameters: [0n, 0n] });
      return (performance.now() - start) / 1000;
    };
    return Math.min(once(), once(), once());
  } finally {
    engine.close();
  }
}

async function sequence(casePath: string, unit: number): Promise<void> {
  const engine = await Engine.open(casePath);
  try {
    const prepared = prepareQuery(PAIRS, engine.evidence);
    if (!prepared.ok) throw new Error("the sequence cannot run");
    for (const sequences of ["state-machine", "window-chain"] as const) {
      const start = performance.now();
      const { matches } = engine.run(prepared.plan, { sequences });
      const seconds = (performance.now() - start) / 1000;
      const counts = `${engine.countCategory("process")} x ${engine.countCategory("network")} events`;
      const share = (seconds / unit).toFixed(1);
      process.stdout.write(
        `sequence, ${sequences}: ${counts}, ${matches.length} matches in ${seconds.toFixed(2)} s (${share} scans)\n`,
      );
    }
  } finally {
    engine.close();
  }
}

function named(given: string): [string, Pack] {
  return [given, readPack([given])];
}

function hunt(casePath: string, pack: Pack, processes: number): Promise<HuntReport> {
  return runHunt({
    ...{ casePath, rules: pack.rules, problems: pack.problems, exceptions: [], from: null, to: null },
    ...{ analyst: "bench", respectIndex: false, maxFindings: 10_000, timeLimitMs: 300_000, processes },
    now: () => new Date(),
  });
}

function print(title: string, { events, rules, findings }: HuntReport, seconds: number, unit: number): void {
  const slowest = rules.toSorted((a, b) => b.ms - a.ms).slice(0, SLOWEST);
  const inRules = rules.reduce((sum, { ms }) => sum + ms, 0) / 1000;
  process.stdout.write(
    [
      `${title}: ${rules.length} rules over ${events} events in ${seconds.toFixed(1)} s (${(seconds / unit).toFixed(0)} scans), ${findings.length} findings`,
      `  in rules ${inRules.toFixed(1)} s (all processes); the slowest:`,
      ...slowest.map(({ ms, outcome, name }) => `  ${ms.toFixed(0).padStart(7)} ms  ${outcome.padEnd(11)} ${name}`),
      "",
    ].join("\n"),
  );
}
