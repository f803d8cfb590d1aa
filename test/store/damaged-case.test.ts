/** What is said of a file that is no case, is damaged, or was left in the middle of a write. Nothing of it is changed. */
import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import Database from "better-sqlite3";
import { beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../../src/cli/program.ts";
import { openCase } from "../../src/store/case-file.ts";
import { SCHEMA_VERSION } from "../../src/store/migrations.ts";
import { memoryIo } from "../cli/memory-io.ts";
import { tempFolder } from "../temp-folder.ts";

const SAMPLE = path.resolve(import.meta.dirname, "../../samples/container-breach/01-shop-node-1.ndjson");
const PAGE = 8192;
const folder = tempFolder();
const at = (name: string): string => path.join(folder, name);

async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const io = memoryIo({ cwd: folder });
  const code = await runCli(argv, io);
  return { code, out: io.out(), err: io.err() };
}

let good: Buffer;

beforeAll(async () => {
  expect(await run("load", SAMPLE, "--case", "good.case")).toMatchObject({ code: 0 });
  expect(await run("hunt", "--case", "good.case", "--processes", "1")).toMatchObject({ code: 0 });
  good = readFileSync(at("good.case"));
});

/** Commands of each kind: they read, they write, they read a lot, they create. */
const COMMANDS: readonly (readonly string[])[] = [
  ["info"],
  ["findings"],
  ["query", "process where true"],
  ["verdict", "1", "true_positive"],
  ["hunt", "--processes", "1"],
  ["export", "--format", "csv"],
  ["bundle", "--output", "b"],
  ["verify"],
  ["upgrade"],
  ["load", SAMPLE],
];

const LOAD_FIRST = "load evidence first: eqlite load DUMP --case FILE";
const GO_BACK =
  "go back to a copy of it, or load the evidence again; where it still opens, eqlite verify tells what is damaged";

/** The good case with a number of its header changed. */
function withHeader(offset: number, value: number): Buffer {
  const bytes = Buffer.from(good);
  bytes.writeInt32BE(value, offset);
  return bytes;
}

function withoutPage(page: number): Buffer {
  const bytes = Buffer.from(good);
  bytes.fill(0, page * PAGE, (page + 1) * PAGE);
  return bytes;
}

function otherDatabase(): Buffer {
  new Database(at("other.db")).exec("CREATE TABLE IF NOT EXISTS t (x)").close();
  return readFileSync(at("other.db"));
}

const USER_VERSION = 60;
const APPLICATION_ID = 68;

interface Kind {
  readonly name: string;
  readonly bytes: () => Buffer;
  readonly says: string;
  readonly hint: string;
  /** Commands for which it is nothing bad: the load of an empty file makes a case of it. */
  readonly except?: readonly string[];
}

const KINDS: readonly Kind[] = [
  { name: "empty", bytes: () => Buffer.alloc(0), says: "is empty, not a case", hint: LOAD_FIRST, except: ["load"] },
  {
    name: "a text",
    bytes: () => Buffer.from("this is no database at all\n"),
    says: "is not a case: it is not an SQLite file",
    hint: "--case names the case to create or open; evidence is given to eqlite load",
  },
  {
    name: "another program's database",
    bytes: otherDatabase,
    says: "is an SQLite file, but not a case of eqlite",
    hint: "name the file that eqlite load has made",
  },
  {
    name: "a database with another application id",
    bytes: () => withHeader(APPLICATION_ID, 7),
    says: "is an SQLite file, but not a case of eqlite",
    hint: "name the file that eqlite load has made",
  },
  {
    name: "the first bytes of a case",
    bytes: () => good.subarray(0, 20),
    says: "is damaged or not an SQLite file: file is not a database",
    hint: GO_BACK,
  },
  {
    name: "a case cut in half",
    bytes: () => good.subarray(0, good.length >> 1),
    says: "is damaged or not an SQLite file: database disk image is malformed",
    hint: GO_BACK,
  },
  {
    name: "a case cut within a page",
    bytes: () => good.subarray(0, PAGE * 3 + 1000),
    says: "is damaged or not an SQLite file: database disk image is malformed",
    hint: GO_BACK,
  },
  {
    name: "a case whose first page is zeros",
    bytes: () => withoutPage(0),
    says: "is not a case: it is not an SQLite file",
    hint: "--case names the case to create or open; evidence is given to eqlite load",
  },
  {
    name: "a case whose header names a schema that never was",
    bytes: () => withHeader(USER_VERSION, 5),
    says: "is damaged: its header names schema 5, which does not exist",
    hint: GO_BACK,
  },
  {
    name: "a case whose header names no schema",
    bytes: () => withHeader(USER_VERSION, 0),
    says: "is damaged: its header names schema 0, which does not exist",
    hint: GO_BACK,
  },
  {
    name: "a case of a newer schema",
    bytes: () => withHeader(USER_VERSION, 99_999),
    says: `was written by a newer eqlite (schema 99999; this one knows ${SCHEMA_VERSION})`,
    hint: "update eqlite",
  },
];

describe.each(KINDS)("$name", ({ bytes, says, hint, except = [] }) => {
  it("is refused by every command with one sentence and how to mend it, and stays as it is", async () => {
    for (const command of COMMANDS.filter(([name = ""]) => !except.includes(name))) {
      rmSync(at("x.case"), { force: true });
      writeFileSync(at("x.case"), bytes());
      expect([command[0], await run(...command, "--case", "x.case")]).toEqual([
        command[0],
        { code: 1, out: "", err: `eqlite: ${at("x.case")} ${says}\n  ${hint}\n` },
      ]);
      expect(readFileSync(at("x.case")).equals(bytes())).toBe(true);
      expect([existsSync(at("b")), existsSync(at("b.partial"))]).toEqual([false, false]);
    }
  });
});

describe("a case with a page of zeros", () => {
  it("is named by every command that meets the page", async () => {
    const db = new Database(at("good.case"), { readonly: true });
    const page = db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'source'").pluck().get() as number;
    db.close();
    const commands = [["info"], ["evidence", "list"], ["export", "--format", "csv"], ["bundle", "--output", "b"]];
    for (const command of commands) {
      writeFileSync(at("x.case"), withoutPage(page - 1));
      const { code, err } = await run(...command, "--case", "x.case");
      expect([command[0], code, err]).toEqual([
        command[0],
        1,
        `eqlite: ${at("x.case")} is damaged or not an SQLite file: database disk image is malformed\n  ${GO_BACK}\n`,
      ]);
    }
    expect(existsSync(at("b.partial"))).toBe(false);
    const verified = await run("verify", "--case", "x.case");
    expect([verified.code, verified.err]).toEqual([1, ""]);
    expect(verified.out).toContain("The case is NOT what was loaded and done.");
  });
});

describe("a case with a text or a block that cannot be read", () => {
  it.each([
    ["UPDATE finding SET summary = '{' WHERE id = 1", ["findings"], /^Expected property name .* in JSON at position 1/],
    ["UPDATE block SET data = x'0102030405' WHERE id = 1", ["evidence", "show", "1"], /^\S.*$/],
  ])("%s", async (sql, command, why) => {
    copyFileSync(at("good.case"), at("text.case"));
    new Database(at("text.case")).exec(sql).close();
    const { code, err } = await run(...command, "--case", "text.case");
    const [sentence = "", hint] = err.split("\n");
    const begin = `eqlite: ${at("text.case")} is damaged: a text or a block in it cannot be read: `;
    expect([code, sentence.slice(0, begin.length), hint]).toEqual([1, begin, `  ${GO_BACK}`]);
    expect(sentence.slice(begin.length)).toMatch(why);
    expect(await run("verify", "--case", "text.case")).toMatchObject({ code: 1, err: "" });
  });
});

describe("a name that cannot be a case", () => {
  it("is refused when it is a folder, a pipe, a device, below a file or too long", async () => {
    mkdirSync(at("folder.case"));
    expect(spawnSync("mkfifo", [at("pipe.case")]).status).toBe(0);
    symlinkSync("/dev/null", at("null.case"));
    const long = `${"x".repeat(300)}.case`;
    const device = (name: string): string =>
      `eqlite: ${at(name)} is a device or a pipe, not a case\n  name a file, e.g. incident.case\n`;
    const unwritable = (name: string, why: string, hint: string): string =>
      `eqlite: ${at(name)} cannot be opened for writing: ${why}\n  ${hint}\n`;
    const says: Readonly<Record<string, string>> = {
      "folder.case": `eqlite: ${at("folder.case")} is a directory, not a case\n  name a file, e.g. incident.case\n`,
      "pipe.case": device("pipe.case"),
      "null.case": device("null.case"),
      "good.case/x.case": unwritable("good.case/x.case", "a part of its path is no folder", "name a file in a folder"),
      [long]: unwritable(long, "its name is too long", "give it a shorter name"),
    };
    for (const [name, err] of Object.entries(says)) {
      expect(await run("load", SAMPLE, "--case", name)).toEqual({ code: 1, out: "", err });
    }
    for (const name of ["folder.case", "pipe.case", "null.case"]) {
      expect(await run("info", "--case", name)).toEqual({ code: 1, out: "", err: says[name] });
    }
    expect(await run("info", "--case", long)).toMatchObject({
      err: `eqlite: there is no case at ${at(long)}\n  ${LOAD_FIRST}\n`,
    });
  });
});

/** A process that begins to write to a case with the journal mode of a closed one, and is killed in the middle. */
const WRITER = `
import Database from "better-sqlite3";
const db = new Database(process.argv[1]);
db.pragma("cache_size = 1");
db.exec("BEGIN; UPDATE finding SET marked = 1; UPDATE value SET text = text || 'x' WHERE text IS NOT NULL");
process.kill(process.pid, "SIGKILL");
`;

describe("a case whose writer was killed while it wrote", () => {
  it("is put in order by the next command, also by one that only reads", async () => {
    copyFileSync(at("good.case"), at("hot.case"));
    const root = path.resolve(import.meta.dirname, "../..");
    const child = spawnSync(process.execPath, ["--input-type=module", "--eval", WRITER, at("hot.case")], { cwd: root });
    expect([child.signal, existsSync(at("hot.case-journal"))]).toEqual(["SIGKILL", true]);
    expect(readFileSync(at("hot.case")).equals(good)).toBe(false);
    expect(await run("verify", "--case", "hot.case")).toMatchObject({ code: 0, err: "" });
    expect(existsSync(at("hot.case-journal"))).toBe(false);
    expect(await run("findings", "--marked", "--case", "hot.case", "--json")).toMatchObject({ code: 0, out: "[]\n" });
  });

  it("that cannot be written says what has to be copied where (needs setpriv)", async (context) => {
    // Permissions bind root, too, without these; another user might not read the program.
    const bound = ["--inh-caps=-all", "--bounding-set=-dac_override,-dac_read_search"];
    if (spawnSync("setpriv", [...bound, "true"]).status !== 0) return context.skip();
    copyFileSync(at("good.case"), at("left.case"));
    const writer = new Database(at("left.case"));
    writer.pragma("journal_mode = WAL");
    writer.exec("UPDATE setting SET value = value");
    mkdirSync(at("medium"));
    copyFileSync(at("left.case"), at("medium/left.case"));
    writer.close();
    expect(spawnSync("chmod", ["-R", "a-w", at("medium")]).status).toBe(0);
    const main = path.resolve(import.meta.dirname, "../../src/main.ts");
    const { status, stderr } = spawnSync(
      "setpriv",
      [...bound, process.execPath, main, "info", "--case", at("medium/left.case")],
      { encoding: "utf8" },
    );
    expect([status, stderr]).toEqual([
      1,
      `eqlite: ${at("medium/left.case")} was not closed in order, and what mends that may not be written\n` +
        "  copy it, with left.case-wal or left.case-journal where there is one, to a folder that may be written, and open the copy\n",
    ]);
  });
});

describe("a case that others use", () => {
  it("cannot be written while a reading that began before goes on; the error says so, and nothing is lost", async () => {
    copyFileSync(at("good.case"), at("read.case"));
    const reader = new Database(at("read.case"), { readonly: true });
    const rows = reader.prepare("SELECT id FROM event").iterate();
    rows.next();
    await expect(openCase(at("read.case"), "write", undefined, 20)).rejects.toMatchObject({
      code: "case-busy",
      message: `another process is reading ${at("read.case")}, and has to finish before it can be written`,
      hint: "wait for it (a verify, an export, a search), and repeat the command",
    });
    rows.return?.();
    reader.close();
    expect(await run("verdict", "1", "true_positive", "--case", "read.case")).toMatchObject({ code: 0 });
  });

  it("takes the acts of many writers at the same time, each once", async () => {
    copyFileSync(at("good.case"), at("many.case"));
    const main = path.resolve(import.meta.dirname, "../../src/main.ts");
    const codes = await Promise.all(
      [1, 2, 3, 4, 5].map(
        (finding) =>
          new Promise((resolve) => {
            const args = [main, "note", String(finding), "seen", "--case", at("many.case")];
            spawn(process.execPath, args, { stdio: "ignore" }).once("exit", resolve);
          }),
      ),
    );
    expect(codes).toEqual([0, 0, 0, 0, 0]);
    const notes = new Database(at("many.case"), { readonly: true });
    expect(notes.prepare("SELECT finding FROM note ORDER BY finding").pluck().all()).toEqual([1, 2, 3, 4, 5]);
    notes.close();
    expect(await run("verify", "--case", "many.case")).toMatchObject({ code: 0 });
    expect([existsSync(at("many.case-wal")), existsSync(at("many.case-shm"))]).toEqual([false, false]);
  });
});
