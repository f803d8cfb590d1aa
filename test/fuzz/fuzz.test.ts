/**
 * Hostile files and command lines: no crash, a clear sentence for what is wrong, and no file touched that was not named.
 * EQLITE_FUZZ_RUNS (default 40) is the number of files or command lines of each kind, EQLITE_FUZZ_SEED the seed.
 */
import { gzipSync } from "node:zlib";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  allCommands,
  type CommandShape,
  programShape,
  type ValueShape,
} from "../../src/cli/completion/program-shape.ts";
import { buildProgram, runCli } from "../../src/cli/program.ts";
import { loadEvidence } from "../../src/ingest/load.ts";
import { DEFAULT_LOAD_OPTIONS } from "../../src/ingest/load-types.ts";
import { readPack } from "../../src/rules/read-pack.ts";
import { openCase } from "../../src/store/case-file.ts";
import { memoryIo } from "../cli/memory-io.ts";
import { zipOf } from "../rules/archives.ts";
import { tempFolder } from "../temp-folder.ts";
import { mutated } from "./mutate.ts";
import { treeOf } from "./tree.ts";

const RUNS = Number(process.env["EQLITE_FUZZ_RUNS"] ?? 40);
const SEED = Number(process.env["EQLITE_FUZZ_SEED"] ?? 20260131);
const ROOT = path.resolve(import.meta.dirname, "../..");

const lines = (name: string, count: number): string =>
  readFileSync(path.join(ROOT, "samples/container-breach", name), "utf8")
    .split("\n")
    .slice(0, count)
    .join("\n");

const NDJSON = lines("01-shop-node-1.ndjson", 3);
const DOCUMENTS = NDJSON.split("\n");

/** One of each family of formats that the loader knows, and wrappings of them. */
const EVIDENCE: readonly Buffer[] = [
  NDJSON,
  `[${DOCUMENTS.join(",\n")}]`,
  `{"took":1,"hits":{"total":{"value":3},"hits":[${DOCUMENTS.map((text, at) => `{"_index":"i","_id":"${at}","_source":${text}}`).join(",")}]}}`,
  DOCUMENTS.map((text, at) => `{"index":{"_index":"i","_id":"${at}"}}\n${text}\n`).join(""),
  lines("04-build-1-elasticdump.ndjson", 3),
  lines("05-forwarded-dotted.ndjson", 2),
  '@timestamp,process.name,host.name\n2026-01-31T10:00:00Z,nc,a\n2026-01-31T10:00:01Z,"q""uote",b\n',
  'type=SYSCALL msg=audit(1769853600.123:42): arch=c000003e syscall=59 success=yes exit=0 ppid=1 pid=2 uid=0 comm="nc" exe="/usr/bin/nc"\ntype=EXECVE msg=audit(1769853600.123:42): argc=2 a0="nc" a1="-l"\n',
  "Jan 31 10:00:00 host sshd[42]: Accepted publickey for root from 10.0.0.1 port 22 ssh2\n",
  '{"EventID":1,"UtcTime":"2026-01-31 10:00:00.000","Image":"C:\\\\nc.exe","ProcessId":4}\n',
]
  .map((text) => Buffer.from(text))
  .flatMap((bytes) => [bytes, bytes, gzipSync(bytes), zipOf([{ name: "in/dump.ndjson", content: bytes.toString() }])]);

const RULE = readFileSync(path.join(ROOT, "rules/execution_egress_from_container_entrypoint.toml"), "utf8");
const KIBANA = JSON.stringify({
  id: "1",
  rule_id: "r",
  name: "A rule",
  type: "eql",
  language: "eql",
  query: 'process where process.name == "nc"',
  risk_score: 47,
  severity: "medium",
  note: "### Possible investigation steps\n\n- Look at `process.args`.\n",
  exceptions_list: [{ id: "e", list_id: "l", namespace_type: "single", type: "detection" }],
  threat: [],
});
const RULES: readonly Buffer[] = [
  RULE,
  RULE,
  KIBANA,
  `${KIBANA}\n{"list_id":"l","name":"List","type":"detection","_version":"1","namespace_type":"single"}\n{"item_id":"i","list_id":"l","name":"Item","type":"simple","entries":[{"field":"process.name","operator":"included","type":"match","value":"nc"}]}\n{"exported_rules_count":1}\n`,
  `[${KIBANA},${KIBANA}]`,
]
  .map((text) => Buffer.from(text))
  .flatMap((bytes) => [bytes, bytes, gzipSync(bytes), zipOf([{ name: "rules/a.toml", content: bytes.toString() }])]);

const NAMES = ["a", "b.ndjson", "c.json", "d.csv", "e.log", "f.gz", "g.zip", "h.toml", "i.xml", "\u202ej\n.txt"];

/** Writes samples of hostile bytes into a new folder. */
function hostileFolder(bytes: fc.Arbitrary<Buffer>, suffixes: readonly string[]): { folder: string; files: number } {
  const folder = tempFolder();
  const samples = fc.sample(fc.tuple(bytes, fc.constantFrom(...suffixes)), { numRuns: RUNS, seed: SEED });
  samples.forEach(([content, suffix], at) => writeFileSync(path.join(folder, `${at}-${suffix}`), content));
  return { folder, files: samples.length };
}

describe("the loader", () => {
  it("takes or refuses each of many hostile files with a sentence, and proves afterwards what it took", async () => {
    const { folder, files } = hostileFolder(mutated(EVIDENCE), NAMES);
    const before = treeOf(folder);
    const elsewhere = tempFolder();
    const casePath = path.join(elsewhere, "fuzz.case");
    const file = await openCase(casePath, "create");
    const report = await loadEvidence(file, [folder], { ...DEFAULT_LOAD_OPTIONS, workers: 2 });
    file.close();
    expect(report.sources.length).toBe(files);
    for (const { path: source, status, error, documents, events, duplicates, rejected, blank } of report.sources) {
      expect([source, ["complete", "already-loaded", "failed"].includes(status)]).toEqual([source, true]);
      if (status === "failed") {
        expect(error?.code).toMatch(/^[a-z0-9-]+$/);
        expect(error?.message).not.toMatch(/internal error|undefined|\[object/);
      } else {
        expect([source, events + duplicates + rejected + blank]).toEqual([source, documents]);
      }
    }
    const io = memoryIo({ cwd: elsewhere });
    const code = await runCli(["verify", "--case", "fuzz.case"], io);
    expect(io.out()).toContain("The case is sound.");
    expect(code).toBe(0);
    expect(treeOf(folder)).toEqual(before);
    expect(Object.keys(treeOf(elsewhere))).toEqual(["fuzz.case"]);
  });
});

describe("the readers of rules", () => {
  it("read or refuse each of many hostile files with a sentence, and go on", () => {
    const { folder, files } = hostileFolder(mutated(RULES), ["a.toml", "b.json", "c.ndjson", "d.zip", "e.gz"]);
    const before = treeOf(folder);
    const pack = readPack([folder]);
    expect(pack.rules.length + pack.problems.length).toBeGreaterThan(files / 2);
    for (const { message } of pack.problems) expect(message).not.toMatch(/internal error|undefined|\[object/);
    for (const rule of pack.rules) expect([typeof rule.name, typeof rule.id]).toEqual(["string", "string"]);
    expect(treeOf(folder)).toEqual(before);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});

const FILES = ["a.case", "none.case", "dump.ndjson", "r.toml", "out.txt", "none", "no/such", ".", "-", ""];
const VALUES = [
  ...[
    "1",
    "0",
    "-5",
    "1-3",
    "1-999999999",
    "99999999999999999999",
    "none",
    " ",
    "\u0000",
    "\ud800",
    "last",
    "((((",
    "../x",
  ],
  ...[
    "process where true",
    "process where",
    'any where process.name : "n*"',
    "2026",
    "Mars/Base",
    "1.process.name,x",
    ";;",
  ],
  ...["__proto__", "$(touch pwned)", "; touch pwned", "*", "'", '"', "\u001b[2J", "\u202e"],
];

function valueFor(value: ValueShape): fc.Arbitrary<string> {
  const any = fc.constantFrom(...VALUES, ...FILES);
  if (value.kind === "choices") return fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...value.choices) }, any);
  if (value.kind === "text") return any;
  return fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...FILES) }, any);
}

/** A command with options of its own, arguments, and things that do not belong there. */
function lineOf(command: CommandShape): fc.Arbitrary<string[]> {
  const options = command.options.map(({ flags, value }) =>
    (value === null ? fc.constant([]) : valueFor(value).map((text) => [text])).map((rest) => [
      flags.at(-1) ?? "",
      ...rest,
    ]),
  );
  const chosen = options.length === 0 ? fc.constant([]) : fc.array(fc.oneof(...options), { maxLength: 4 });
  const args = fc.tuple(...command.args.map(({ value }) => valueFor(value)));
  const stray = fc.oneof(
    { weight: 8, arbitrary: fc.constant<string[]>([]) },
    fc.constantFrom(...VALUES).map((text) => [text]),
  );
  return fc
    .tuple(args, chosen, stray, fc.boolean())
    .map(([words, picked, more, ofCase]) => [
      ...command.path,
      ...words,
      ...more,
      ...(ofCase && command.options.some(({ flags }) => flags.includes("--case")) ? ["--case", "a.case"] : []),
      ...picked.flat(),
    ]);
}

/** These take seconds each; they have tests of their own. */
const SLOW = ["demo", "hunt", "rules test"];

const commandLine: fc.Arbitrary<string[]> = fc.oneof(
  ...allCommands(programShape(buildProgram(memoryIo())))
    .filter(({ path: words }) => !SLOW.includes(words.join(" ")))
    .map(lineOf),
);

/** What a command may write, given its words: the files named, and SQLite's and unfinished files beside them. */
function mayTouch(name: string, argv: readonly string[]): boolean {
  return argv.some((word) => {
    const named = path.normalize(word);
    return (
      name === named || [`-wal`, `-shm`, `-journal`, `-stage`, `.partial`].some((end) => name === `${named}${end}`)
    );
  });
}

describe("the command line", () => {
  it("answers every line with an exit code of the contract, a sentence where it fails, and touches only what is named", async () => {
    const root = tempFolder();
    const cwd = path.join(root, "work");
    mkdirSync(cwd);
    mkdirSync(path.join(root, "home"));
    writeFileSync(path.join(cwd, "dump.ndjson"), NDJSON);
    writeFileSync(path.join(cwd, "r.toml"), RULE);
    const start = memoryIo({ cwd });
    expect(await runCli(["load", "dump.ndjson", "--case", "a.case"], start)).toBe(0);
    let before = treeOf(root);
    await fc.assert(
      fc.asyncProperty(commandLine, async (argv) => {
        const io = memoryIo({ cwd, env: { HOME: path.join(root, "home") } });
        const code = await runCli(argv, io);
        expect([0, 1, 2, 3]).toContain(code);
        if (code !== 0 && !argv.includes("verify")) expect(io.err()).toMatch(/^(eqlite|error): \S|^Usage: eqlite/m);
        expect(io.err()).not.toMatch(/internal error|^ {4}at |TypeError|RangeError|SQLITE_|^eqlite: E[A-Z]+:/m);
        const after = treeOf(root);
        const touched = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
          (name) => before[name] !== after[name],
        );
        before = after;
        expect(touched.filter((name) => !mayTouch(path.relative("work", name), argv))).toEqual([]);
      }),
      { numRuns: RUNS * 2, seed: SEED },
    );
  });
});
