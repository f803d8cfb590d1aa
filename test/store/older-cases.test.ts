/**
 * Cases that earlier schemas have left, each loaded, hunted and triaged by the eqlite of its time, brought to the newest.
 * `older/0010.case.br` is one of schema 10: see "a migration" in docs/contributing.md.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { brotliDecompressSync } from "node:zlib";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { runCli } from "../../src/cli/program.ts";
import { readMigrations, SCHEMA_VERSION } from "../../src/store/migrations.ts";
import { memoryIo } from "../cli/memory-io.ts";
import { evidenceOf, findingsOf } from "../survival/case-state.ts";
import { tempFolder } from "../temp-folder.ts";

const OLDER = path.join(import.meta.dirname, "older");
const older = readMigrations()
  .map(({ version }) => version)
  .filter((version) => version < SCHEMA_VERSION);

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A folder with the stored case of a schema as `web.case`, and the commands run in it. */
function caseOfSchema(version: number): { folder: string; file: string; run: (...argv: string[]) => Promise<Ran> } {
  const folder = tempFolder();
  const file = path.join(folder, "web.case");
  const name = `${String(version).padStart(4, "0")}.case.br`;
  writeFileSync(file, brotliDecompressSync(readFileSync(path.join(OLDER, name))));
  return {
    folder,
    file,
    run: async (...argv) => {
      const io = memoryIo({ cwd: folder });
      const code = await runCli([...argv, "--case", "web.case"], io);
      return { code, out: io.out(), err: io.err() };
    },
  };
}

/** Verdicts, notes, steps and marks. */
function actsOfTriage(file: string): unknown[] {
  const db = new Database(file, { readonly: true });
  try {
    return [
      "SELECT id, verdict, marked FROM finding ORDER BY id",
      "SELECT * FROM note ORDER BY id",
      "SELECT * FROM step_state ORDER BY 1, 2",
      "SELECT * FROM exception ORDER BY 1",
      "SELECT * FROM journal WHERE action <> 'upgrade' ORDER BY id",
    ].map((sql) => db.prepare(sql).raw().all());
  } finally {
    db.close();
  }
}

it("there is a case of every older schema", () => {
  expect(readdirSync(OLDER).sort()).toEqual(older.map((version) => `${String(version).padStart(4, "0")}.case.br`));
});

describe.each(older)("a case of schema %i", (version) => {
  it("is refused by what only reads, which leaves it as it is", async () => {
    const { folder, file, run } = caseOfSchema(version);
    const before = readFileSync(file);
    for (const command of [["info"], ["findings"], ["verify"], ["export", "--format", "csv", "--readonly"]]) {
      expect(await run(...command)).toEqual({
        code: 1,
        out: "",
        err:
          `eqlite: ${file} has schema ${version}, older than ${SCHEMA_VERSION}, and cannot be read as it is\n` +
          "  bring it to the current schema: eqlite upgrade --case FILE; a copy of what it is now is kept beside it\n",
      });
    }
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(folder)).toEqual(["web.case"]);
  });

  it("is copied and upgraded by the first command that writes, verifies, and gives the same findings", async () => {
    const { folder, file, run } = caseOfSchema(version);
    const was = [evidenceOf(file), findingsOf(file), actsOfTriage(file)];
    expect(findingsOf(file).count).toBeGreaterThan(20);
    const before = readFileSync(file);
    const copy = `${file}.schema-${version}`;
    // What an upgrade has left that was killed while it made the copy.
    writeFileSync(`${copy}.partial`, "half a copy");
    expect(await run("upgrade")).toEqual({
      code: 0,
      out: "",
      err:
        `eqlite: ${file} was brought from schema ${version} to ${SCHEMA_VERSION}\n` +
        `  what it was before is kept as ${copy}\nthe case has schema ${SCHEMA_VERSION}, the current one\n`,
    });
    expect([evidenceOf(file), findingsOf(file), actsOfTriage(file)]).toMatchObject(was);
    expect([evidenceOf(copy), findingsOf(copy), actsOfTriage(copy)]).toEqual(was);
    expect(readFileSync(copy).length).toBe(before.length);
    const verified = await run("verify");
    expect([verified.code, verified.out.includes("The case is sound."), verified.err]).toEqual([0, true, ""]);
    const again = await run("hunt", "--processes", "1");
    expect([again.code, again.out.includes("Findings: 30 (0 new, 30 unchanged, 0 gone)")]).toEqual([0, true]);
    expect(readdirSync(folder).sort()).toEqual(["web.case", `web.case.schema-${version}`]);
    expect(await run("upgrade")).toMatchObject({ err: `the case has schema ${SCHEMA_VERSION}, the current one\n` });
  });

  it("takes more evidence and triage after that, and verifies", async () => {
    const { folder, run } = caseOfSchema(version);
    writeFileSync(
      path.join(folder, "more.ndjson"),
      '{"@timestamp":"2025-03-14T10:00:00Z","event":{"category":"process","type":"start"},"process":{"name":"nc"}}\n',
    );
    expect(await run("load", "more.ndjson")).toMatchObject({ code: 0 });
    expect(await run("undo", "--analyst", "ada")).toMatchObject({ code: 0 });
    expect(await run("hunt", "--processes", "1")).toMatchObject({ code: 0 });
    expect(await run("verify")).toMatchObject({ code: 0, err: "" });
  });

  it("is upgraded once when two processes do it at the same time", async () => {
    const { folder, file } = caseOfSchema(version);
    const main = path.resolve(import.meta.dirname, "../../src/main.ts");
    const both = [0, 1].map(() => spawn(process.execPath, [main, "upgrade", "--case", file], { stdio: "ignore" }));
    const codes = await Promise.all(both.map(async (child) => (await once(child, "exit"))[0] as number));
    expect(codes).toEqual([0, 0]);
    const db = new Database(file, { readonly: true });
    expect(db.prepare("SELECT count(*) FROM journal WHERE action = 'upgrade'").pluck().get()).toBe(1);
    db.close();
    for (const name of readdirSync(folder).filter((name) => name.includes(".schema-"))) {
      const copy = new Database(path.join(folder, name), { readonly: true });
      expect([name, copy.pragma("user_version", { simple: true })]).toEqual([name, version]);
      copy.close();
    }
    expect(readdirSync(folder).filter((name) => name.endsWith(".partial"))).toEqual([]);
  });
});
