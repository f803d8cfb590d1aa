/** What a case says, and keeps, when the disk is full or cannot be written, and when another process writes to it. */
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { brotliDecompressSync } from "node:zlib";
import Database from "better-sqlite3";
import { beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../../src/cli/program.ts";
import { openCase } from "../../src/store/case-file.ts";
import { CaseBook } from "../../src/triage/case-book.ts";
import { memoryIo } from "../cli/memory-io.ts";
import { evidenceOf } from "../survival/case-state.ts";
import { tempFolder } from "../temp-folder.ts";

const SAMPLES = path.resolve(import.meta.dirname, "../../samples/container-breach");
const command = `${process.execPath} ${path.resolve(import.meta.dirname, "../../src/main.ts")}`;
const folder = tempFolder();
const at = (name: string): string => path.join(folder, name);
const options = { readonly: false, analyst: "ada", now: () => new Date("2026-01-31T10:00:00Z") };

async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const io = memoryIo({ cwd: folder });
  const code = await runCli(argv, io);
  return { code, out: io.out(), err: io.err() };
}

beforeAll(async () => {
  expect(await run("load", SAMPLES, "--case", "loaded.case")).toMatchObject({ code: 0 });
  copyFileSync(at("loaded.case"), at("hunted.case"));
  expect(await run("hunt", "--case", "hunted.case", "--processes", "1")).toMatchObject({ code: 0 });
});

describe("a full disk", () => {
  it("refuses a verdict, changes nothing, and takes it when there is room", async () => {
    copyFileSync(at("hunted.case"), at("a.case"));
    const book = await CaseBook.open(at("a.case"), options);
    const journal = book.journal(1000).length;
    const pages = book.file.db.pragma("page_count", { simple: true }) as number;
    book.file.db.pragma(`max_page_count = ${pages}`);
    const why = "x".repeat(100_000);
    expect(() => book.setVerdict([1, 2], "true_positive", why)).toThrow(
      expect.objectContaining({
        code: "disk-full",
        message: `${at("a.case")} cannot be written: no space is left on the disk`,
        hint: "make room, and repeat the command; what the case held before is whole",
      }),
    );
    expect(book.finding(1).verdict).toBe("undetermined");
    expect(book.journal(1000).length).toBe(journal);
    book.file.db.pragma("max_page_count = 1000000");
    book.setVerdict([1, 2], "true_positive", why);
    expect([book.finding(1).verdict, book.journal(1000).length]).toEqual(["true_positive", journal + 1]);
    book.close();
    expect(await run("verify", "--case", "a.case")).toMatchObject({ code: 0 });
  });

  it.skipIf(!existsSync("/dev/full"))("stops an export, which is not journalled", async () => {
    copyFileSync(at("hunted.case"), at("b.case"));
    const before = (await run("journal", "--case", "b.case", "--json")).out;
    const stopped = await run("export", "--case", "b.case", "--format", "csv", "--output", "/dev/full");
    expect(stopped).toMatchObject({ code: 1, out: "" });
    expect(stopped.err).toBe(
      "eqlite: /dev/full cannot be written: no space is left on the disk\n  make room, and repeat the command\n",
    );
    expect((await run("journal", "--case", "b.case", "--json")).out).toBe(before);
  });

  it.skipIf(!canMount())("stops a hunt, a verdict and an export; afterwards all of them succeed (needs mounts)", () => {
    const mounted = at("small");
    const script = `
      mkdir ${mounted} && mount -t tmpfs -o size=4m none ${mounted} && cp ${at("loaded.case")} ${mounted}/c.case
      cd ${mounted}
      cat /dev/zero > fill 2>/dev/null
      ${command} hunt --case c.case >/dev/null 2>${at("err")}; echo "hunt $? $(head -1 ${at("err")})"
      rm fill; ${command} hunt --case c.case >/dev/null 2>&1; echo "hunt $?"
      cat /dev/zero > fill 2>/dev/null
      ${command} verdict 1 true_positive --case c.case 2>${at("err")}; echo "verdict $? $(head -1 ${at("err")})"
      ${command} export --case c.case --format html --output r.html 2>${at("err")}; echo "export $? $(head -1 ${at("err")})"
      ls; ${command} verify --case c.case >/dev/null; echo "verify $?"
      rm fill; ${command} verdict 1 true_positive --case c.case 2>/dev/null; echo "verdict $?"
      ${command} export --case c.case --format html --output r.html 2>/dev/null; echo "export $?"
      ls; ${command} verify --case c.case >/dev/null; echo "verify $?"
    `;
    const { stdout } = spawnSync("unshare", ["--mount", "sh", "-c", script], { encoding: "utf8" });
    const full = `1 eqlite: ${mounted}/c.case cannot be written: no space is left on the disk`;
    expect(stdout.split("\n")).toEqual([
      `hunt ${full}`,
      "hunt 0",
      `verdict ${full}`,
      expect.stringMatching(/^export 1 eqlite: .* cannot be written: no space is left on the disk$/),
      "c.case",
      "fill",
      "verify 0",
      "verdict 0",
      "export 0",
      "c.case",
      "r.html",
      "verify 0",
      "",
    ]);
  });
});

const NO_ROOM = "cannot be written: no space is left on the disk";

describe("a disk that is full from the start", () => {
  it.skipIf(!canMount())("ends a load wherever it is; with room it goes on, row for row (needs mounts)", () => {
    const mounted = at("stages");
    // Where these sizes end a load of the samples: before the schema, in it, in the first rows, at the end.
    const sizes = [12, 150, 700, 1200];
    const script = `
      mkdir ${mounted}
      for size in ${sizes.join(" ")}; do
        mount -t tmpfs -o size="$size"k none ${mounted} && cd ${mounted} || exit 9
        ${command} load ${SAMPLES} --case c.case 2>${at("err")} >/dev/null; echo "$? $(cat ${at("err")})"
        mount -o remount,size=64m ${mounted}
        ${command} load ${SAMPLES} --case c.case >/dev/null 2>&1; echo "$? $(ls)"; cp c.case ${at("stage-")}$size.case
        cd / && umount ${mounted}
      done
    `;
    const { stdout } = spawnSync("unshare", ["--mount", "sh", "-c", script], { encoding: "utf8" });
    const refused =
      `1 eqlite: ${mounted}/c.case ${NO_ROOM}\n` +
      "  make room, and repeat the command; what the case held before is whole\n0 c.case\n";
    expect(stdout).toBe(refused.repeat(sizes.length));
    const undisturbed = evidenceOf(at("loaded.case"));
    for (const size of sizes) expect([size, evidenceOf(at(`stage-${size}.case`))]).toEqual([size, undisturbed]);
  });

  it.skipIf(!canMount())("leaves no half bundle and no half copy of an older case (needs mounts)", () => {
    const mounted = at("copies");
    const older = brotliDecompressSync(readFileSync(path.join(import.meta.dirname, "older", "0010.case.br")));
    writeFileSync(at("older.case"), older);
    const script = `
      mkdir ${mounted} && mount -t tmpfs -o size=4m none ${mounted} && cd ${mounted} || exit 9
      cp ${at("hunted.case")} h.case && cp ${at("older.case")} o.case && cat /dev/zero > fill 2>/dev/null; truncate -s -300K fill
      for words in 'bundle --output b --case h.case' 'bundle --redact user.name --output b --case h.case' 'upgrade --case o.case'; do
        ${command} $words 2>&1; echo "$?" *
      done
      cp o.case ${at("kept.case")}; rm fill
      ${command} upgrade --case o.case >/dev/null 2>&1; echo "$?" *
      ${command} bundle --output b --case h.case 2>/dev/null; echo "$? $(ls b)"
    `;
    const { stdout } = spawnSync("unshare", ["--mount", "sh", "-c", script], { encoding: "utf8" });
    // One plain file, not one that needs its journal.
    expect([...readFileSync(at("kept.case")).subarray(18, 20)]).toEqual([1, 1]);
    expect(evidenceOf(at("kept.case"))).toEqual(evidenceOf(at("older.case")));
    const before = "1 fill h.case o.case";
    const bundle = `eqlite: ${mounted}/b ${NO_ROOM}`;
    const forBundle = "  make room for one more copy of the case (for two with --redact), and repeat the command";
    expect(stdout.split("\n")).toEqual([
      ...[bundle, forBundle, before],
      ...[bundle, forBundle, before],
      `eqlite: ${mounted}/o.case.schema-10 ${NO_ROOM}`,
      "  make room, and repeat the command; what the case held before is whole",
      before,
      "0 h.case o.case o.case.schema-10",
      "0 h.case",
      "manifest.json",
      "",
    ]);
  });
});

describe("a case that cannot be written", () => {
  it.skipIf(!canMount())("is read, and says so when it would have to be written (needs mounts)", () => {
    copyFileSync(at("hunted.case"), at("r.case"));
    const script = `
      mount --bind ${folder} ${folder} && mount -o remount,ro,bind ${folder} && cd ${folder} || exit 9
      ${command} findings --case r.case --json | grep -c '"ruleName"'
      ${command} query 'process where process.name == "nc"' --case r.case --format ndjson | wc -l
      ${command} verify --case r.case | tail -1
      ${command} export --case r.case --readonly --format csv 2>/dev/null | head -1 | cut -c1-8
      for words in 'verdict 1 true_positive' hunt 'load ${SAMPLES}'; do ${command} $words --case r.case 2>&1; echo $?; done
    `;
    const { stdout } = spawnSync("unshare", ["--mount", "sh", "-c", script], { encoding: "utf8" });
    const refused = [
      `eqlite: ${at("r.case")} cannot be opened for writing: the medium cannot be written`,
      "  work on a copy in a folder that may be written, or only read (--readonly)",
      "1",
    ];
    expect(stdout.trimEnd().split("\n")).toEqual([
      "61",
      "8",
      "The case is sound.",
      "finding,",
      ...refused,
      ...refused,
      ...refused,
    ]);
  });

  it("says that its folder is missing", async () => {
    expect(await run("load", SAMPLES, "--case", "no/where.case")).toEqual({
      code: 1,
      out: "",
      err: `eqlite: ${at("no/where.case")} cannot be opened for writing: its folder does not exist\n  make the folder first\n`,
    });
  });
});

describe("a case that another process writes to", () => {
  it("can be read meanwhile; a second writer waits, then says who writes and what to do", async () => {
    copyFileSync(at("hunted.case"), at("l.case"));
    const book = await CaseBook.open(at("l.case"), options);
    const other = new Database(at("l.case"));
    other.exec("UPDATE hunt SET status = 'running', owner = '4711@analysis-1'");
    other.exec("BEGIN IMMEDIATE; UPDATE finding SET marked = 1 WHERE id = 2");
    book.file.db.pragma("busy_timeout = 20");
    expect(() => book.setVerdict([1], "true_positive")).toThrow(
      expect.objectContaining({
        code: "case-busy",
        message: `another process is writing to ${at("l.case")}: process 4711 of analysis-1 hunts`,
        hint: "wait for it to finish and repeat the command; commands that only read can be used meanwhile",
      }),
    );
    const reader = await openCase(at("l.case"), "read");
    expect(reader.rows({ sql: "SELECT count(*), sum(marked) FROM finding", parameters: [] })).toEqual([[61n, 0n]]);
    reader.close();
    other.exec("COMMIT");
    book.setVerdict([1], "true_positive");
    expect(book.finding(1).verdict).toBe("true_positive");
    other.close();
    book.close();
  });
});

describe("a case that is loaded only in part", () => {
  it("is hunted and searched with a warning", async () => {
    copyFileSync(at("loaded.case"), at("p.case"));
    const db = new Database(at("p.case"));
    db.exec("UPDATE source SET status = 'loading', owner = NULL, path = 'dump.ndjson' WHERE id = 1");
    db.close();
    const warning =
      "eqlite: only a part of dump.ndjson is loaded so far: 244 events were searched\n" +
      "  load it again: the load goes on where it was interrupted\n";
    const hunt = await run("hunt", "--case", "p.case", "--processes", "1");
    expect([hunt.code, hunt.err]).toEqual([3, warning]);
    const query = await run("query", 'process where process.name == "nc"', "--case", "p.case", "--format", "ndjson");
    expect([query.code, query.err]).toEqual([0, warning]);
    rmSync(at("p.case"));
  });
});

/** Whether this user may mount things in a namespace of their own: a user of a build machine often may not. */
function canMount(): boolean {
  const folder = tempFolder();
  const tried = spawnSync("unshare", ["--mount", "sh", "-c", `mount -t tmpfs none ${folder}`]);
  return tried.status === 0 && readFileSync("/proc/mounts", "utf8").includes(folder) === false;
}
