/**
 * How long a hunt takes, with the built-in rules and with any packs that are named:
 *
 *     npm run bench -- hunt [--events N] [--case FILE] [--rules PATH]... [--processes N]
 *
 * Without `--case` a dump of N events is generated and loaded first. Each pack is hunted twice: the first time also makes
 * tables for fields that had no column.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import type { HuntReport } from "../../src/hunt/hunt-types.ts";
import { runHunt } from "../../src/hunt/run-hunt.ts";
import type { Pack } from "../../src/rules/pack-content.ts";
import { builtinPack, readPack } from "../../src/rules/read-pack.ts";
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
    const packs: [string, Pack][] = [["built-in", builtinPack()], ...values.rules.map(named)];
    for (const [name, pack] of packs) {
      for (const time of ["first", "second"]) {
        const start = performance.now();
        const report = await hunt(casePath, pack, Number(values.processes));
        print(`${name}, ${time} hunt`, report, (performance.now() - start) / 1000);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
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

function print(title: string, { events, rules, findings }: HuntReport, seconds: number): void {
  const slowest = rules.toSorted((a, b) => b.ms - a.ms).slice(0, SLOWEST);
  const inRules = rules.reduce((sum, { ms }) => sum + ms, 0) / 1000;
  process.stdout.write(
    [
      `${title}: ${rules.length} rules over ${events} events in ${seconds.toFixed(1)} s, ${findings.length} findings`,
      `  in rules ${inRules.toFixed(1)} s (all processes); the slowest:`,
      ...slowest.map(({ ms, outcome, name }) => `  ${ms.toFixed(0).padStart(7)} ms  ${outcome.padEnd(11)} ${name}`),
      "",
    ].join("\n"),
  );
}
