/**
 * Every reader, given what is not for it: each format by name, maps and mappings, exceptions, value lists, and a case
 * whose bytes were changed. EQLITE_FUZZ_RUNS and EQLITE_FUZZ_SEED as in fuzz.test.ts.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../../src/cli/program.ts";
import { allFormats } from "../../src/ingest/formats/registry.ts";
import { loadEvidence } from "../../src/ingest/load.ts";
import { DEFAULT_LOAD_OPTIONS } from "../../src/ingest/load-types.ts";
import { openCase } from "../../src/store/case-file.ts";
import { memoryIo } from "../cli/memory-io.ts";
import { zipOf } from "../rules/archives.ts";
import { tempFolder } from "../temp-folder.ts";
import { mutated } from "./mutate.ts";
import { treeOf } from "./tree.ts";

// Longer by hand: EQLITE_FUZZ_RUNS.
const LIMIT = { timeout: 3_600_000 } as const;
const RUNS = Number(process.env["EQLITE_FUZZ_RUNS"] ?? 40);
const SEED = Number(process.env["EQLITE_FUZZ_SEED"] ?? 20260131);
const SAMPLES = path.resolve(import.meta.dirname, "../../samples/container-breach");

const ECS = readFileSync(path.join(SAMPLES, "01-shop-node-1.ndjson"), "utf8").split("\n").slice(0, 2).join("\n");

/** A document or two of many kinds; for most formats they are the wrong ones. */
const DOCUMENTS: readonly Buffer[] = [
  ECS,
  `[${ECS.split("\n").join(",")}]`,
  '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><Provider Name="Linux-Sysmon"/><EventID>1</EventID><TimeCreated SystemTime="2026-01-31T10:00:00.1Z"/><Computer>w</Computer></System><EventData><Data Name="ProcessId">4</Data><Data Name="Image">/bin/nc</Data></EventData></Event>\n',
  'Jan 31 10:00:00 web sysmon: <Event><System><EventID>1</EventID></System><EventData><Data Name="ProcessId">7</Data></EventData></Event>\n',
  "<34>1 2026-01-31T10:00:00.003Z web su - ID47 - 'su root' failed\nJan 31 10:00:00 web sudo:  bob : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/sh\n",
  'type=SYSCALL msg=audit(1769853600.123:42): arch=c000003e syscall=59 success=yes exit=0 ppid=1 pid=2 uid=0 comm="nc" exe=2F62696E2F6E63\ntype=EXECVE msg=audit(1769853600.123:42): argc=2 a0="nc" a1=2D6C\ntype=PROCTITLE msg=audit(1769853600.123:42): proctitle=6E63002D6C\n',
  '{"Timestamp":"2020-05-02 02:55:23.551 +00:00","RuleTitle":"x","Level":"high","Computer":"w","Channel":"Sysmon","EventID":1,"RecordID":7,"Details":{"Proc":"nc"}}\n',
  '{"EventID":4688,"Channel":"Security","TimeCreated":"2026-01-31T10:00:00Z","EventData":{"NewProcessName":"C:\\\\nc.exe","NewProcessId":"0x1f"}}\n',
  '{"ActionType":"ProcessCreated","Timestamp":"2026-01-31T10:00:00Z","DeviceName":"w","FileName":"nc","ProcessId":4,"AdditionalFields":"{\\"a\\":1}"}\n',
  '{"TimeGenerated":"2026-01-31T10:00:00Z","Facility":"auth","SyslogMessage":"type=SYSCALL msg=audit(1.2:3): pid=2","ProcessName":"audit","Computer":"w"}\n',
  'Timestamp,RuleTitle,Level,Computer,Channel,EventID,RecordID,Details\n"2020-05-02 02:55:23.551 +00:00",x,high,w,Sysmon,1,7,"Proc: nc ¦ PID: 4"\n',
  '"@timestamp","_id","process.name","process.args"\n"Jan 31, 2026 @ 10:00:00.000","a","nc","nc, -l"\n',
  '{"index":{"_index":"i","_id":"1"}}\n{"@timestamp":1769853600000,"process":{"name":"nc"}}\n',
  '{"took":1,"hits":{"hits":[{"_id":"1","_source":{"@timestamp":"2026-01-31"},"sort":[1]}]}}',
]
  .map((text) => Buffer.from(text))
  .flatMap((bytes) => [
    bytes,
    bytes,
    bytes,
    gzipSync(bytes),
    zstdCompressSync(bytes),
    zipOf([{ name: "a/b", content: bytes.toString() }]),
  ]);

function samples<T>(arbitrary: fc.Arbitrary<T>, count: number): T[] {
  return fc.sample(arbitrary, { numRuns: count, seed: SEED });
}

/** What no message to a user may look like. */
const UNCLEAR = /internal error|undefined|\[object|^ {4}at |TypeError|RangeError|SQLITE_|\bE[A-Z]{4,}:/m;

async function run(cwd: string, ...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const io = memoryIo({ cwd });
  const code = await runCli(argv, io);
  return { code, out: io.out(), err: io.err() };
}

describe("every format", LIMIT, () => {
  it("reads or refuses hostile bytes that it was named for, and the case proves what was taken", async () => {
    const folder = tempFolder();
    const formats = [...allFormats().keys()];
    const perFormat = Math.max(2, Math.ceil(RUNS / 20));
    const contents = samples(mutated(DOCUMENTS), formats.length * perFormat);
    const file = await openCase(path.join(folder, "fuzz.case"), "create");
    let at = 0;
    for (const format of formats) {
      const names = contents.slice(at, at + perFormat).map((content, index) => {
        const name = path.join(folder, `${at + index}.bin`);
        writeFileSync(name, content);
        return name;
      });
      at += perFormat;
      const report = await loadEvidence(file, names, { ...DEFAULT_LOAD_OPTIONS, format, workers: 1 });
      for (const { path: source, status, error, documents, events, duplicates, rejected, blank } of report.sources) {
        if (status === "failed")
          expect([format, source, error?.message]).not.toContainEqual(expect.stringMatching(UNCLEAR));
        else expect([format, source, events + duplicates + rejected + blank]).toEqual([format, source, documents]);
      }
    }
    file.close();
    const verified = await run(folder, "verify", "--case", "fuzz.case");
    expect([verified.code, verified.out.includes("The case is sound.")]).toEqual([0, true]);
    expect(Object.keys(treeOf(folder)).filter((name) => !name.endsWith(".bin"))).toEqual(["fuzz.case"]);
  });
});

const MAP = JSON.stringify({
  id: "ours",
  matches: ["when", "cmd"],
  fields: [
    ["when", "@timestamp"],
    ["cmd", "process.command_line"],
    ["pid", "process.pid"],
  ],
  always: { "event.category": "process" },
  kinds: { by: "kind", values: { start: { "event.type": "start" } } },
});
const MAPPING = JSON.stringify({
  i: { mappings: { properties: { process: { properties: { pid: { type: "long" } } } } } },
});
const EXCEPTIONS =
  '{"list_id":"l","name":"List","type":"detection","_version":"1","namespace_type":"single"}\n' +
  '{"item_id":"i","list_id":"l","name":"Item","type":"simple","entries":[{"field":"process.name","operator":"included","type":"match_any","value":["nc","sh"]},{"type":"nested","field":"a","entries":[{"field":"b","operator":"excluded","type":"exists"}]},{"field":"host.ip","operator":"included","type":"list","list":{"id":"addresses","type":"ip_range"}}]}\n';
const VALUES = "10.0.0.1\n10.0.0.0/8\n10.0.0.1-10.0.0.9\nnc\n";

describe("files that options and commands name", LIMIT, () => {
  let folder: string;
  let before: ReturnType<typeof treeOf>;

  beforeAll(async () => {
    folder = tempFolder();
    writeFileSync(
      path.join(folder, "dump.ndjson"),
      '{"when":"2026-01-31T10:00:00Z","cmd":"nc -l","pid":4,"kind":"start"}\n',
    );
    expect(await run(folder, "load", path.join(SAMPLES, "01-shop-node-1.ndjson"), "--case", "a.case")).toMatchObject({
      code: 0,
    });
    expect(await run(folder, "hunt", "--processes", "1", "--case", "a.case")).toMatchObject({ code: 0 });
    before = treeOf(folder);
  });

  it.each([
    ["a map", MAP, ["load", "dump.ndjson", "--dry-run", "--map", "given"]],
    ["a mapping", MAPPING, ["load", "dump.ndjson", "--dry-run", "--mapping", "given"]],
    ["exceptions", EXCEPTIONS, ["exceptions", "import", "given", "--case", "a.case"]],
    ["a value list", VALUES, ["exceptions", "values", "addresses", "given", "--case", "a.case"]],
    [
      "a key",
      "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----\n",
      ["bundle", "--output", "b", "--sign", "given", "--readonly", "--case", "a.case"],
    ],
  ])("%s: taken, or refused with a sentence; nothing else is touched", async (_what, text, argv) => {
    for (const content of samples(mutated([Buffer.from(text)]), RUNS)) {
      writeFileSync(path.join(folder, "given"), content);
      const { code, err } = await run(folder, ...argv);
      expect([0, 1, 2, 3]).toContain(code);
      if (code !== 0 && code !== 3) expect(err).toMatch(/^(eqlite|error): \S/m);
      expect([content.toString("latin1"), err]).not.toEqual([
        content.toString("latin1"),
        expect.stringMatching(UNCLEAR),
      ]);
    }
    const touched = Object.entries(treeOf(folder)).filter(([name, hash]) => before[name] !== hash);
    expect(touched.map(([name]) => name).filter((name) => !["given", "a.case"].includes(name))).toEqual([]);
    expect(await run(folder, "verify", "--case", "a.case")).toMatchObject({ code: 0 });
  });
});

const NAMED_OR_VERIFIED =
  /^eqlite: (?:\S+a\.case (?:is damaged|was written by|is an SQLite file|is not a case|is empty)|.*\n {2}eqlite verify tells whether the case is damaged)|^eqlite: there is no |^eqlite: (?:the case )?has no /m;

describe("a case whose bytes were changed", LIMIT, () => {
  it("is read as far as it can be, or refused in a sentence", async () => {
    const folder = tempFolder();
    const file = path.join(folder, "a.case");
    expect(await run(folder, "load", path.join(SAMPLES, "01-shop-node-1.ndjson"), "--case", "a.case")).toMatchObject({
      code: 0,
    });
    expect(await run(folder, "hunt", "--processes", "1", "--case", "a.case")).toMatchObject({ code: 0 });
    const good = readFileSync(file);
    const commands = [
      ["info", "--json"],
      ["findings", "--json"],
      ["evidence", "show", "1"],
      ["tree", "1"],
      ["journal"],
      ["export", "--format", "csv", "--readonly"],
      ["query", "process where true", "--format", "ndjson"],
    ];
    const change = fc.array(fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 60,
    });
    const cuts = fc.tuple(change, fc.nat(commands.length - 1), fc.boolean(), fc.nat(good.length));
    for (const [changes, which, cut, length] of samples(cuts, Math.ceil(RUNS / 2))) {
      const bytes = Buffer.from(good);
      for (const [at, by] of changes) bytes[at] = (bytes[at] ?? 0) ^ by;
      writeFileSync(file, cut ? bytes.subarray(0, length) : bytes);
      const command = commands[which] ?? [];
      const { code, err } = await run(folder, ...command, "--case", "a.case");
      expect([0, 1, 2, 3]).toContain(code);
      expect([command, err]).not.toContainEqual(expect.stringMatching(/^ {4}at |SQLITE_|TypeError|RangeError/m));
      // What the program takes for granted need not hold in a damaged case; then it says how to tell that.
      if (code === 1) expect([command, err]).toEqual([command, expect.stringMatching(NAMED_OR_VERIFIED)]);
    }
  });
});
