import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { Engine } from "../../src/hunt/engine.ts";
import { prepareQuery } from "../../src/hunt/prepare-query.ts";
import { tinyCase } from "../hunt/tiny-case.ts";
import { hasShared, shared } from "../shared.ts";
import { randomDocuments, randomQuery, seeded, TYPES } from "./random-queries.ts";

const python = spawnSync("python3", ["--version"]).status === 0;

/** More with EQLITE_RANDOM_CASES=1000: datasets of 40 queries each. */
const DATASETS = Number(process.env["EQLITE_RANDOM_CASES"] ?? "15");
const FIRST_SEED = Number(process.env["EQLITE_RANDOM_SEED"] ?? "1");
const QUERIES = 40;

describe.skipIf(!hasShared || !python)("the engine and the reference interpreter, on random events and queries", () => {
  it(`agree on ${DATASETS} datasets of ${QUERIES} queries`, { timeout: 1_200_000 }, async () => {
    const jobs = Array.from({ length: DATASETS }, (_, index) => {
      const random = seeded(FIRST_SEED + index);
      const documents = randomDocuments(random);
      return { types: REFERENCE_TYPES, documents, queries: Array.from({ length: QUERIES }, () => randomQuery(random)) };
    });
    const answers = askReference(jobs);
    const differences: unknown[] = [];
    for (const [index, job] of jobs.entries()) {
      const side = index % 3 === 0 ? new Set(["name", "size"]) : new Set<string>();
      const engine = await Engine.open(await tinyCase(job.documents, { types: TYPES, side }));
      for (const [number, query] of job.queries.entries()) {
        const expected = answers[index]?.[number];
        for (const sequences of ["state-machine", "window-chain"] as const) {
          const prepared = prepareQuery(query, engine.evidence);
          const actual = prepared.ok
            ? engine.run(prepared.plan, { sequences }).matches.map((match) => match.events)
            : prepared.diagnostics;
          if (JSON.stringify(actual) !== JSON.stringify(expected))
            differences.push({ seed: FIRST_SEED + index, query, sequences, actual, expected });
        }
      }
      engine.close();
    }
    expect(differences.slice(0, 5)).toEqual([]);
  });
});

/** The interpreter knows strings, numbers and booleans from JSON; only these need a type. */
const REFERENCE_TYPES = { "@timestamp": "date", address: "ip" };

function askReference(jobs: readonly object[]): unknown[][] {
  const script = readFileSync(path.join(import.meta.dirname, "reference.py"), "utf8");
  const input = jobs.map((job) => JSON.stringify(job)).join("\n");
  const run = spawnSync("python3", ["-c", script, shared("eql", "ref")], {
    input,
    encoding: "utf8",
    maxBuffer: 1 << 30,
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return run.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown[]);
}
