import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import Database from "better-sqlite3";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runCli } from "../../src/cli/program.ts";
import { memoryIo } from "../cli/memory-io.ts";
import { tempFolder } from "../temp-folder.ts";

const RULES: Readonly<Record<string, string>> = {
  tool: 'type = "eql"\nlanguage = "eql"\nquery = \'process where process.name == "nc"\'\n',
  pair: 'type = "eql"\nlanguage = "eql"\nquery = \'sequence by host.id [process where process.name == "a"] [process where process.name == "b"]\'\n',
  many: 'type = "threshold"\nlanguage = "kuery"\nquery = "process.name : dup"\n[rule.threshold]\nfield = ["host.id"]\nvalue = 2\n',
};

let serial = 0;
function event(name: string, pid: number): string {
  serial += 1;
  const time = new Date(Date.UTC(2026, 0, 1) + serial * 1000).toISOString();
  const rest = { "event.id": `e${serial}`, "event.category": "process", "host.id": "h", "process.name": name };
  return `${JSON.stringify({ "@timestamp": time, ...rest, "process.pid": pid })}\n`;
}

/** Findings 1 (many), 2 (pair), 3 to 5 (tool: pid 5, 6, 7), in the order of the pack. */
let hunted: string;
let folder: string;
let pack: string;
let casePath: string;

async function run(...line: string[]): Promise<string> {
  const io = memoryIo();
  const exit = await runCli([...line, "--case", casePath], io);
  if (exit !== 0 && line[0] !== "verify") throw new Error(`${line.join(" ")}: ${io.err()}`);
  return io.out();
}

const act = (...line: string[]): Promise<string> => run(...line, "--analyst", "ann");
const hunt = (...more: string[]): Promise<string> => act("hunt", "--rules", pack, ...more);

function change(sql: string): void {
  const db = new Database(casePath);
  db.exec(sql);
  db.close();
}

const hidden = (): unknown[] => {
  const db = new Database(casePath, { readonly: true });
  const rows = db
    .prepare("SELECT id, suppressed_by FROM finding WHERE suppressed_by IS NOT NULL ORDER BY id")
    .raw()
    .all();
  db.close();
  return rows;
};

/** What verify names, but for incidents, to which only visible findings belong. */
async function problems(): Promise<{ readonly wrong: string[]; readonly left: string | null }> {
  const { checks } = JSON.parse(await run("verify", "--json")) as {
    checks: { name: string; problems: string[]; skipped: string | null }[];
  };
  const wrong = checks.flatMap((check) => check.problems.map((text) => `${check.name}: ${text}`));
  const left = checks.find(({ name }) => name === "findings")?.skipped ?? null;
  return { wrong: wrong.filter((text) => !text.endsWith("it is of another incident")), left };
}

const SOUND = { wrong: [], left: null };

beforeAll(async () => {
  folder = tempFolder();
  pack = path.join(folder, "pack");
  mkdirSync(pack);
  for (const [id, rest] of Object.entries(RULES)) {
    const head = `[rule]\nname = "${id}"\nrule_id = "${id}"\nrisk_score = 1\nseverity = "low"\ndescription = "d"\n`;
    writeFileSync(path.join(pack, `${id}.toml`), head + rest);
  }
  const events = [event("nc", 5), event("nc", 6), event("nc", 7), event("a", 1), event("b", 2)];
  writeFileSync(path.join(folder, "dump.ndjson"), [...events, event("dup", 3), event("dup", 4)].join(""));
  hunted = path.join(folder, "hunted.case");
  casePath = hunted;
  await run("load", path.join(folder, "dump.ndjson"));
  await hunt();
});

beforeEach(() => {
  casePath = path.join(folder, "a.case");
  cpSync(hunted, casePath);
});

describe("verify of what exceptions hide", () => {
  it("names a finding that was shown by hand though an exception of its hunt hides it", async () => {
    await act("exceptions", "add", "process.pid == 6", "--name", "known");
    await hunt();
    expect(hidden()).toEqual([[4, 1]]);
    expect(await problems()).toEqual(SOUND);
    change("UPDATE finding SET suppressed_by = NULL");
    expect(await problems()).toEqual({
      wrong: ["findings: finding 4: exception 1 (known) hides it, but it is shown"],
      left: null,
    });
  });

  it("and though an exception that was added after its hunt hides it", async () => {
    await act("exceptions", "add", "process.pid == 6", "--name", "known");
    expect(hidden()).toEqual([[4, 1]]);
    expect(await problems()).toEqual(SOUND);
    change("UPDATE finding SET suppressed_by = NULL");
    expect((await problems()).wrong).toEqual(["findings: finding 4: exception 1 (known) hides it, but it is shown"]);
  });

  it("names a finding that was hidden by hand, by an exception that does not hold for it, or by another one", async () => {
    await act("exceptions", "add", "process.pid == 6", "--name", "six");
    await act("exceptions", "add", "process.pid == 7", "--name", "seven");
    change("UPDATE finding SET suppressed_by = 1 WHERE id IN (3, 5)");
    expect((await problems()).wrong).toEqual([
      "findings: finding 3: no exception hides it",
      "findings: finding 5: exception 2 (seven) hides it, not exception 1 (six)",
    ]);
  });

  it("knows exceptions that were taken back, undone, done again, or had expired at the hunt", async () => {
    await act("exceptions", "add", "process.pid == 5", "--name", "five");
    await act("exceptions", "add", "process.pid == 6", "--name", "six");
    await act("exceptions", "add", "process.pid == 7", "--name", "seven", "--expires", "2026-01-31T00:00:00Z");
    await act("exceptions", "delete", "1");
    await act("undo");
    await act("undo");
    await act("redo");
    expect(hidden()).toEqual([
      [3, 1],
      [4, 2],
      [5, 3],
    ]);
    expect(await problems()).toEqual(SOUND);
    await hunt();
    expect(hidden()).toEqual([
      [3, 1],
      [4, 2],
    ]);
    expect(await problems()).toEqual(SOUND);
    await act("exceptions", "delete", "2");
    expect(hidden()).toEqual([[3, 1]]);
    expect(await problems()).toEqual(SOUND);
    change("UPDATE finding SET suppressed_by = 2 WHERE id = 4");
    expect((await problems()).wrong).toEqual([
      "findings: finding 4: the exception that hides it is not there",
      "findings: finding 4: no exception hides it",
    ]);
  });

  it("knows exceptions that take events away before they are counted or joined", async () => {
    await act("exceptions", "add", "process.pid == 3", "--name", "three");
    await act("exceptions", "add", "process.pid == 2", "--name", "two", "--stage", "2");
    await hunt();
    expect(hidden()).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(await problems()).toEqual(SOUND);
    change("UPDATE finding SET suppressed_by = NULL");
    expect((await problems()).wrong).toEqual([
      "findings: finding 1: exception 1 (three) hides it, but it is shown",
      "findings: finding 2: exception 2 (two) hides it, but it is shown",
    ]);
  });

  it("runs rules with the exceptions of their hunt: those that came later do not change which matches were kept", async () => {
    await hunt("--max-findings", "1");
    await act("exceptions", "add", "process.pid in (5, 6)", "--name", "later");
    expect(hidden()).toEqual([[3, 1]]);
    expect(await problems()).toEqual(SOUND);
  });

  it("says that rules were not run again whose exceptions refer to a value list that was imported anew", async () => {
    const list = path.join(folder, "list.txt");
    const exceptions = path.join(folder, "exceptions.ndjson");
    const item = {
      ...{ item_id: "i", list_id: "l", name: "listed", description: "d", type: "simple", namespace_type: "single" },
      entries: [{ field: "process.pid", operator: "included", type: "list", list: { id: "pids", type: "keyword" } }],
    };
    const container = { list_id: "l", name: "l", description: "d", type: "detection", namespace_type: "single" };
    writeFileSync(exceptions, `${JSON.stringify(container)}\n${JSON.stringify(item)}\n`);
    const rule = path.join(folder, "listed.toml");
    writeFileSync(
      rule,
      `[rule]\nname = "listed"\nrule_id = "listed"\nrisk_score = 1\nseverity = "low"\ndescription = "d"\n${RULES["tool"] ?? ""}[[rule.exceptions_list]]\nid = "x"\nlist_id = "l"\nnamespace_type = "single"\ntype = "detection"\n`,
    );
    writeFileSync(list, "5\n");
    await act("exceptions", "values", "pids", list);
    await act("hunt", "--rules", rule, "--rules", exceptions);
    expect(hidden()).toEqual([[6, 1]]);
    await act("exceptions", "values", "pids", list);
    expect(await problems()).toEqual(SOUND);
    writeFileSync(list, "5\n6\n");
    await act("exceptions", "values", "pids", list);
    expect(await problems()).toEqual({
      wrong: [],
      left: "hunt 2: the rules of 3 findings were not run again: value list pids of their exceptions was imported anew since",
    });
  });
});
