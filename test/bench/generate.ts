/**
 * Generates a realistic dump of Elastic Defend events with planted attacks, for benchmarks and tests.
 *
 *     node test/bench/generate.ts --events 1000000 --seed 1 --output FILE --expected FILE2
 *
 * Without --output the dump goes to standard output. --expected says what must be found, by line.
 */
import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { parseArgs } from "node:util";
import { dumpOptions, generateDump, type DumpOptions } from "./generate-dump.ts";

const USAGE = `usage: node test/bench/generate.ts --events N [--seed N] [--days N] [--hosts N] [--plants N] [--candidates A,B] [--output FILE] [--expected FILE]`;

function integer(text: string, option: string, least: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least)
    throw new Error(`--${option} ${text}: not an integer >= ${least}\n${USAGE}`);
  return value;
}

const { values } = parseArgs({
  options: {
    events: { type: "string", default: "1000000" },
    seed: { type: "string" },
    days: { type: "string" },
    hosts: { type: "string" },
    plants: { type: "string" },
    candidates: { type: "string" },
    output: { type: "string" },
    expected: { type: "string" },
  },
});

const overrides: { -readonly [K in keyof DumpOptions]?: DumpOptions[K] } = {};
if (values.seed !== undefined) overrides.seed = integer(values.seed, "seed", 0);
if (values.days !== undefined) overrides.days = integer(values.days, "days", 1);
if (values.hosts !== undefined) overrides.hosts = integer(values.hosts, "hosts", 1);
if (values.plants !== undefined) overrides.plants = integer(values.plants, "plants", 0);
if (values.candidates !== undefined) {
  const [first = "", second = ""] = values.candidates.split(",");
  overrides.candidates = [integer(first, "candidates", 1), integer(second, "candidates", 1)];
}
const options = dumpOptions(integer(values.events, "events", 1), overrides);

const file = values.output === undefined ? 1 : openSync(values.output, "w");
const started = performance.now();
const expected = generateDump(options, (chunk) => {
  const bytes = Buffer.from(chunk, "latin1");
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
});
const seconds = (performance.now() - started) / 1000;
if (file !== 1) closeSync(file);
if (values.expected !== undefined) writeFileSync(values.expected, `${JSON.stringify(expected, null, 1)}\n`);
const rate = Math.round(expected.lines / seconds);
process.stderr.write(
  `${expected.lines} events, ${expected.bytes} bytes (${Math.round(expected.bytes / expected.lines)} each) in ${seconds.toFixed(1)} s: ${rate} events/s\n`,
);
