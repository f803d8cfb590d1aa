/**
 * How fast evidence is loaded, against DuckDB and against a bare JSON.parse loop over the same file, in one run:
 *
 *     npm run bench -- load [--events N | --shape SHAPE | --input FILE] [--duckdb FOLDER]
 *
 * The input is made of realistic events; --shape makes documents of unusual shape instead: many names, or megabytes each.
 * Each row is measured in a process of its own. DuckDB is installed into a folder outside of the project; where it cannot
 * be had, its row says so and the others are printed.
 */
import { execFileSync, spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { loadEvidence } from "../../src/ingest/load.ts";
import { DEFAULT_LOAD_OPTIONS } from "../../src/ingest/load-types.ts";
import { openCase } from "../../src/store/case-file.ts";
import { dumpOptions, generateDump } from "./generate-dump.ts";
import { generateShape, isShape, SHAPES } from "./generate-shapes.ts";

interface Measured {
  readonly seconds: number;
  /** Of all threads, user and system. */
  readonly cpuSeconds: number;
  readonly peakBytes: number;
  readonly events: number;
  /** Size of what was written. */
  readonly outputBytes: number;
  readonly note?: string;
}

/** What a row does, in its process; returns events, bytes written and a note. */
type Row = (input: string, folder: string) => Promise<{ events: number; outputBytes: number; note?: string }>;

const ROWS: Readonly<Record<string, Row>> = {
  "JSON.parse loop": async (input) => ({ events: parseLoop(input), outputBytes: 0 }),
  "DuckDB read_ndjson": duckdb,
  "eqlite load": async (input, folder) => {
    const at = path.join(folder, "bench.case");
    const file = await openCase(at, "create");
    const { sources } = await loadEvidence(file, [input], DEFAULT_LOAD_OPTIONS);
    file.close();
    return { events: sources[0]?.events ?? 0, outputBytes: statSync(at).size };
  },
};

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      events: { type: "string", default: "300000" },
      shape: { type: "string" },
      input: { type: "string" },
      duckdb: { type: "string", default: path.join(tmpdir(), "eqlite-duckdb") },
    },
  });
  const folder = mkdtempSync(path.join(tmpdir(), "eqlite-bench-"));
  try {
    const at = path.join(folder, "dump.ndjson");
    const input = values.input ?? generate(at, inputOf(values.shape, Number(values.events)));
    installDuckdb(values.duckdb);
    const measured = Object.keys(ROWS).map((name): [string, Measured | string] => [
      name,
      measure(name, input, mkdtempSync(path.join(folder, "row-")), values.duckdb),
    ]);
    process.stdout.write(table(measured, statSync(input).size));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Input {
  readonly title: string;
  readonly write: (write: (chunk: string) => void) => void;
}

function inputOf(shape: string | undefined, events: number): Input {
  if (shape === undefined)
    return { title: `${events} events`, write: (write) => generateDump(dumpOptions(events, {}), write) };
  if (!isShape(shape)) throw new Error(`no such shape: ${shape}; there are ${Object.keys(SHAPES).join(", ")}`);
  return { title: `shape '${shape}'`, write: (write) => generateShape(shape, 1, write) };
}

function generate(at: string, { title, write }: Input): string {
  process.stderr.write(`generating ${title}\n`);
  const out = openSync(at, "w");
  write((chunk) => {
    const bytes = Buffer.from(chunk, "latin1");
    for (let from = 0; from < bytes.length;) from += writeSync(out, bytes, from);
  });
  closeSync(out);
  return at;
}

function installDuckdb(folder: string): void {
  if (existsSync(path.join(folder, "node_modules", "@duckdb", "node-api"))) return;
  mkdirSync(folder, { recursive: true });
  process.stderr.write("installing DuckDB\n");
  try {
    execFileSync("npm", ["install", "--no-save", "--prefix", folder, "@duckdb/node-api"], { stdio: "ignore" });
  } catch {
    process.stderr.write("DuckDB cannot be installed here\n");
  }
}

/** Runs a row in a process of its own; its failure as text. */
function measure(name: string, input: string, folder: string, duckdbFolder: string): Measured | string {
  process.stderr.write(`${name} ...\n`);
  const child = spawnSync(process.execPath, [fileURLToPath(import.meta.url), name, input, folder], {
    encoding: "utf8",
    env: { ...process.env, EQLITE_DUCKDB: duckdbFolder },
    maxBuffer: 1 << 24,
  });
  if (child.status === 0) return JSON.parse(child.stdout) as Measured;
  const reason = child.stderr.split("\n").find((line) => /error/i.test(line));
  return reason ?? `ended with ${child.status ?? child.signal}`;
}

async function measureHere(name: string, input: string, folder: string): Promise<Measured> {
  const row = ROWS[name];
  if (row === undefined) throw new Error(`no such row: ${name}`);
  const started = performance.now();
  const result = await row(input, folder);
  const seconds = (performance.now() - started) / 1000;
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return { ...result, seconds, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakBytes: maxRSS * 1024 };
}

function parseLoop(input: string): number {
  const file = openSync(input, "r");
  const buffer = Buffer.alloc(4 << 20);
  let rest = Buffer.alloc(0);
  let events = 0;
  for (let count = readSync(file, buffer); count > 0; count = readSync(file, buffer)) {
    const bytes = Buffer.concat([rest, buffer.subarray(0, count)]);
    let start = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      JSON.parse(bytes.toString("utf8", start, end));
      events += 1;
      start = end + 1;
    }
    rest = bytes.subarray(start);
  }
  closeSync(file);
  return events;
}

interface DuckConnection {
  run(sql: string): Promise<{ getRows(): Promise<unknown[][]> }>;
}

async function duckdb(input: string, folder: string): Promise<{ events: number; outputBytes: number; note?: string }> {
  const require = createRequire(path.join(process.env["EQLITE_DUCKDB"] ?? "", "package.json"));
  const module = (await import(pathToFileURL(require.resolve("@duckdb/node-api")).href)) as {
    DuckDBInstance: { create(at: string): Promise<{ connect(): Promise<DuckConnection> }> };
  };
  const at = path.join(folder, "bench.duckdb");
  const connection = await (await module.DuckDBInstance.create(at)).connect();
  let note: string | undefined;
  try {
    await connection.run(`CREATE TABLE event AS SELECT * FROM read_ndjson('${input}')`);
  } catch {
    // The types that it guesses from the first lines do not fit the others: it has to look at all of them.
    note = "sample_size=-1: the guessed types did not fit";
    await connection.run(`CREATE TABLE event AS SELECT * FROM read_ndjson('${input}', sample_size=-1)`);
  }
  await connection.run("CHECKPOINT");
  const [[count] = []] = await (await connection.run("SELECT count(*) FROM event")).getRows();
  return { events: Number(count), outputBytes: statSync(at).size, ...(note === undefined ? {} : { note }) };
}

function table(rows: readonly (readonly [string, Measured | string])[], inputBytes: number): string {
  const own = rows.find(([name]) => name === "eqlite load")?.[1];
  const lines = [
    `input: ${(inputBytes / 1e6).toFixed(0)} MB`,
    ["", "seconds", "events/s", "CPU s", "peak MB", "output", "eqlite is"].join("\t"),
  ];
  for (const [name, row] of rows) {
    if (typeof row === "string") {
      lines.push(`${name}\t${row}`);
      continue;
    }
    const cells = [
      name,
      row.seconds.toFixed(2),
      Math.round(row.events / row.seconds).toLocaleString("en"),
      row.cpuSeconds.toFixed(2),
      (row.peakBytes / 1e6).toFixed(0),
      row.outputBytes === 0 ? "" : `${((row.outputBytes / inputBytes) * 100).toFixed(1)}%`,
      typeof own === "object" && own !== row ? `${(row.seconds / own.seconds).toFixed(2)}x` : "",
    ];
    lines.push([...cells, row.note ?? ""].join("\t").trimEnd());
  }
  return `${lines.join("\n")}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [name = "", input = "", folder = ""] = process.argv.slice(2);
  process.stdout.write(JSON.stringify(await measureHere(name, input, folder)));
}
