import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import Database from "better-sqlite3";
import { beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../../src/cli/program.ts";
import { memoryIo } from "../cli/memory-io.ts";
import { tempFolder } from "../temp-folder.ts";

/** Rules whose answers over the first evidence the second evidence changes, each in its own way. */
const RULES: Readonly<Record<string, string>> = {
  single: 'process where process.name : "NC"',
  last: 'process where process.name : "nc" | tail 1',
  pair: 'sequence by host.id with maxspan=1h [process where process.name == "a"] [process where process.name == "b"]',
  unanswered:
    'sequence by host.id with maxspan=10s [process where process.name == "begin"] ![process where process.name == "end"]',
  both: 'sample by host.id [process where process.name == "a"] [process where process.name == "b"]',
  below: 'process where process.name == "leaf" and descendant of [process where process.name == "root"]',
  number: "process where custom.n + 1 > 5",
  late: 'process where labels.late == "x" or process.name == "a"',
  blind: "process where labels.only_later == 7",
  none: 'process where process.name == "later"',
};

const KQL: Readonly<Record<string, string>> = {
  many: 'type = "threshold"\nquery = "process.name : dup"\n[rule.threshold]\nfield = ["host.id"]\nvalue = 2\n',
  fresh:
    'type = "new_terms"\nquery = "process.name : login"\n[rule.new_terms]\nfield = "new_terms_fields"\nvalue = ["user.name"]\n[[rule.new_terms.history_window_start]]\nfield = "history_window_start"\nvalue = "now-1d"\n',
};

let serial = 0;
function at(day: number, time: string, name: string, more: object = {}): object {
  serial += 1;
  return {
    "@timestamp": `2026-01-0${day}T${time}.000Z`,
    "event.id": `e${serial}`,
    "event.category": "process",
    "host.id": "h1",
    "process.name": name,
    ...more,
  };
}
const process = (id: string, parent: string): object => ({
  "process.entity_id": id,
  "process.parent.entity_id": parent,
});

const FIRST = [
  at(1, "00:00:00", "login", { "user.name": "ann" }),
  at(3, "00:00:00", "login", { "user.name": "bob" }),
  at(3, "10:00:00", "nc", { "custom.n": 10 }),
  at(3, "10:00:01", "a"),
  at(3, "10:30:00", "b"),
  at(3, "10:40:00", "begin"),
  at(3, "10:50:00", "root", process("r", "0")),
  at(3, "10:51:00", "leaf", process("l1", "r")),
  at(3, "10:52:00", "leaf", process("l2", "m")),
  at(3, "11:00:00", "dup", { "custom.n": 3 }),
  at(3, "11:00:01", "dup"),
];

const SECOND = [
  at(1, "00:00:00", "login", { "@timestamp": "2025-12-01T00:00:00.000Z", "user.name": "eve" }),
  at(2, "00:00:00", "login", { "user.name": "bob" }),
  at(3, "09:00:00", "nc", { "custom.n": "text" }),
  at(3, "12:00:00", "nc"),
  at(3, "10:10:00", "a", { "labels.late": 1, "labels.only_later": 7 }),
  at(3, "10:20:00", "b"),
  at(3, "10:40:05", "end"),
  at(3, "10:50:30", "middle", process("m", "r")),
  at(3, "10:59:59", "dup"),
  at(3, "11:00:02", "dup", { "host.id": "h2" }),
  at(3, "11:00:03", "dup", { "host.id": "h2" }),
  at(3, "11:30:00", "later"),
];

async function run(...line: string[]): Promise<{ exit: number; out: string }> {
  const io = memoryIo();
  const exit = await runCli(line, io);
  return { exit, out: io.out() };
}

/** What verify says of the findings: how many, what is wrong, what was left. */
async function findings(casePath: string, ...more: string[]): Promise<[number, string[], string | null]> {
  const { out } = await run("verify", "--case", casePath, "--json", ...more);
  const { checks } = JSON.parse(out) as {
    checks: { name: string; checked: number; problems: string[]; skipped: string | null }[];
  };
  const other = checks.filter(({ name }) => name !== "findings").flatMap(({ problems }) => problems);
  const found = checks.find(({ name }) => name === "findings");
  return [found?.checked ?? -1, [...(found?.problems ?? []), ...other], found?.skipped ?? null];
}

let folder: string;
let pack: string;
/** Hunted over the first evidence; then the second was loaded. */
let grown: string;

beforeAll(async () => {
  folder = tempFolder();
  pack = path.join(folder, "pack");
  mkdirSync(pack);
  const head = (id: string): string =>
    `[rule]\nname = "${id}"\nrule_id = "${id}"\nrisk_score = 1\nseverity = "low"\ndescription = "d"\n`;
  for (const [id, query] of Object.entries(RULES)) {
    writeFileSync(path.join(pack, `${id}.toml`), `${head(id)}type = "eql"\nlanguage = "eql"\nquery = '${query}'\n`);
  }
  for (const [id, rest] of Object.entries(KQL)) {
    writeFileSync(path.join(pack, `${id}.toml`), `${head(id)}language = "kuery"\n${rest}`);
  }
  for (const [name, events] of Object.entries({ first: FIRST, second: SECOND })) {
    writeFileSync(path.join(folder, `${name}.ndjson`), events.map((event) => `${JSON.stringify(event)}\n`).join(""));
  }
  grown = path.join(folder, "grown.case");
  await run("load", path.join(folder, "first.ndjson"), "--case", grown);
  await run("hunt", "--rules", pack, "--case", grown, "--analyst", "ann");
  await run("load", path.join(folder, "second.ndjson"), "--case", grown);
});

function copyOf(name: string): string {
  const copy = path.join(folder, `${name}.case`);
  cpSync(grown, copy);
  return copy;
}

function change(casePath: string, sql: string): void {
  const db = new Database(casePath);
  db.exec(sql);
  db.close();
}

function first<T>(casePath: string, sql: string): T {
  const db = new Database(casePath, { readonly: true });
  const value = db.prepare<[], T>(sql).pluck().get();
  db.close();
  return value as T;
}

describe("verify after evidence was added", () => {
  it("runs every rule over what its hunt saw: what came later changes nothing", async () => {
    expect(
      first<string>(
        grown,
        "SELECT group_concat(name, ' ') FROM (SELECT DISTINCT r.name FROM finding f JOIN rule r ON r.id = f.rule ORDER BY 1)",
      ),
    ).toBe("below both fresh last late many number pair single unanswered");
    expect(await findings(grown)).toEqual([10, [], null]);
    expect(await findings(grown, "--all-rules")).toEqual([10, [], null]);
  });

  it("and over all of it where the next hunt found the same again, gone findings over what the first one saw", async () => {
    const copy = copyOf("again");
    await run("hunt", "--rules", pack, "--case", copy, "--analyst", "ann");
    expect(first<number>(copy, "SELECT count(*) FROM finding WHERE state = 'gone'")).toBeGreaterThan(2);
    expect(first<number>(copy, "SELECT count(*) FROM finding WHERE state = 'unchanged'")).toBeGreaterThan(2);
    const total = first<number>(copy, "SELECT count(*) FROM finding");
    expect(await findings(copy, "--all-rules")).toEqual([total, [], null]);
  });

  it("knows that a later hunt over a part of the time found a part of what an earlier one had found", async () => {
    const copy = copyOf("window");
    const window = ["--from", "2026-01-03T10:00:00Z", "--to", "2026-01-03T10:05:00Z"];
    await run("hunt", "--rules", pack, "--case", copy, "--analyst", "ann", ...window);
    expect(first<number>(copy, "SELECT count(DISTINCT last_hunt) FROM finding")).toBe(2);
    const total = first<number>(copy, "SELECT count(*) FROM finding");
    expect(await findings(copy, "--all-rules")).toEqual([total, [], null]);
  });

  it("names a finding that the rule did not give over the evidence of its hunt", async () => {
    const copy = copyOf("forged");
    const event = first<number>(copy, "SELECT max(id) FROM event");
    const finding = first<number>(
      copy,
      "SELECT f.id FROM finding f JOIN rule r ON r.id = f.rule WHERE r.name = 'late'",
    );
    change(copy, `UPDATE finding_event SET event = ${event} WHERE finding = ${finding}`);
    expect(await findings(copy)).toEqual([
      10,
      [
        `finding ${finding}: its key is not that of its rule and events`,
        `finding ${finding}: its times are not those of its events`,
        `finding ${finding}: its rule does not give its events`,
        "rule late: 1 findings that it gives are not in the case",
      ],
      null,
    ]);
  });

  it("names a finding that was taken out together with its place in the ledger", async () => {
    const copy = copyOf("taken");
    const finding = first<number>(
      copy,
      "SELECT f.id FROM finding f JOIN rule r ON r.id = f.rule WHERE r.name = 'single'",
    );
    const rule = first<number>(copy, `SELECT rule FROM finding WHERE id = ${finding}`);
    change(
      copy,
      `DELETE FROM finding_event WHERE finding = ${finding}; DELETE FROM finding WHERE id = ${finding};
       UPDATE hunt_rule SET outcome = 'none', findings = 0, fresh = 0 WHERE rule = ${rule}`,
    );
    const ledger = "hunt 1: it, its ledger or its rules are not what they were when it ended";
    expect(await findings(copy)).toEqual([9, [ledger], null]);
    expect(await findings(copy, "--all-rules")).toEqual([
      9,
      [ledger, "rule single: hunt 1 says that it found nothing, but it gives 1 findings"],
      null,
    ]);
  });
});
