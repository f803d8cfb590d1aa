import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { NORMALISER_VERSION } from "../../src/ecs/normalise.ts";
import { loadEvidence } from "../../src/ingest/load.ts";
import { DEFAULT_LOAD_OPTIONS } from "../../src/ingest/load-types.ts";
import { runCli } from "../../src/cli/program.ts";
import type { CaseFile } from "../../src/store/case-file.ts";
import { finishHunt, recordRule, startHunt } from "../../src/store/hunts.ts";
import { huntDigest } from "../../src/store/record-digests.ts";
import { CaseBook } from "../../src/triage/case-book.ts";
import { verifyCase } from "../../src/triage/verify-case.ts";
import { memoryIo } from "../cli/memory-io.ts";
import { smallCase } from "../store/small-case.ts";
import { ACTOR, EVENTS, TOOL_RULE } from "./sample-case.ts";

let folder: string;
let file: CaseFile;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "eqlite-"));
  file = await smallCase(path.join(folder, "a.case"), EVENTS);
  const hunt = startHunt(file, { actor: ACTOR, from: null, to: null, options: {} });
  const { id, hash, name } = TOOL_RULE;
  recordRule(
    file,
    hunt,
    { id, path: TOOL_RULE.path, hash, name, document: TOOL_RULE },
    {
      outcome: "hit",
      reason: null,
      ms: 1,
      sqlHash: null,
      details: {},
      matches: [1n, 4n].map((event) => ({ events: [event], joinKeys: [], total: 1 })),
    },
  );
  finishHunt(file, hunt, ACTOR);
  const book = new CaseBook(file, { readonly: false, analyst: "ann", now: () => new Date("2026-02-03T04:05:06.789Z") });
  book.setVerdict([1], "true_positive", "why");
  book.addNote(1, "noted");
  book.setStep(1, "step", 1, "done");
  book.setVerdict([2], "false_positive");
  book.undo();
});
afterEach(() => {
  file.close();
  rmSync(folder, { recursive: true, force: true });
});

const problems = async () =>
  (await verifyCase(file)).checks.flatMap(({ name, problems }) => problems.map((problem) => `${name}: ${problem}`));

describe("verify", () => {
  it("finds nothing wrong with an untouched case", async () => {
    const result = await verifyCase(file);
    expect(result.checks.map(({ name, checked, total, skipped }) => [name, checked, total, skipped])).toEqual([
      ["file", 1, 0, null],
      ["evidence", 1, 0, null],
      ["events", 4, 0, null],
      ["dictionary", expect.any(Number), 0, null],
      ["findings", 2, 0, null],
      ["journal", 9, 0, null],
      ["acts", 4, 0, null],
    ]);
    expect(result.ok).toBe(true);
  });

  it("finds a flipped bit of the evidence, in the bytes and in the event", async () => {
    const data = zstdDecompressSync(file.db.prepare("SELECT data FROM block").pluck().get() as Buffer);
    const at = data.indexOf('"nc"') + 1;
    data[at] = (data[at] ?? 0) ^ 1;
    file.db.prepare("UPDATE block SET data = ?").run(zstdCompressSync(data));
    expect(await problems()).toEqual([
      "evidence: dump.ndjson: the bytes have another SHA-256 than when they were loaded",
      'events: event 1: process.name is ["nc"], but its original says ["oc"]',
    ]);
  });

  it("finds a column that was changed", async () => {
    const field = file.db.prepare("SELECT id FROM field WHERE path = 'destination.port'").pluck().get() as number;
    file.db.exec(`UPDATE event SET f${field} = 80 WHERE id = 2`);
    expect(await problems()).toEqual(['events: event 2: destination.port is ["80"], but its original says ["4444"]']);
  });

  it("finds a change of a row that its original says nothing of, by the digest of its block", async () => {
    file.db.exec("UPDATE event SET identity = identity + 1 WHERE id = 3");
    expect(await problems()).toEqual([
      "events: events 1 to 4, of block 1 of dump.ndjson, are not the rows that were loaded",
    ]);
  });

  it("finds a changed value of the dictionary by its digest, too", async () => {
    file.db.exec("UPDATE value SET folded = 'nd' WHERE folded = 'nc'");
    const last = file.db.prepare("SELECT max(id) FROM value").pluck().get() as number;
    expect(await problems()).toContain(`dictionary: values 1 to ${last} are not those that were loaded`);
  });

  it("finds a changed digest", async () => {
    file.db.exec("UPDATE row_digest SET sha256 = zeroblob(32) WHERE kind = 'event'");
    expect(await problems()).toEqual([
      "evidence: dump.ndjson: the digests of its rows are not those that were taken when it was loaded",
      "events: events 1 to 4, of block 1 of dump.ndjson, are not the rows that were loaded",
    ]);
  });

  it("compares rows of another version of the normaliser with their digests alone, and says so", async () => {
    file.db.exec("UPDATE source SET normaliser = 0");
    const skipped = async () => (await verifyCase(file)).checks.find(({ name }) => name === "events")?.skipped;
    expect(await skipped()).toBe(
      `loaded by another version of the normaliser, not normalised anew: dump.ndjson (0); this is ${NORMALISER_VERSION}. ` +
        "Their rows were compared with the digests that were taken when they were loaded",
    );
    const field = file.db.prepare("SELECT id FROM field WHERE path = 'destination.port'").pluck().get() as number;
    file.db.exec(`UPDATE event SET f${field} = 80 WHERE id = 2`);
    expect(await problems()).toEqual([
      "evidence: dump.ndjson: what the case says of it is not what was loaded",
      "events: events 1 to 4, of block 1 of dump.ndjson, are not the rows that were loaded",
    ]);
  });

  it("finds a dictionary that folds wrongly", async () => {
    const id = file.db.prepare("SELECT id FROM value WHERE folded = 'nc'").pluck().get() as number;
    file.db.exec(`UPDATE value SET text = 'NC', folded = 'xc' WHERE id = ${id}`);
    expect(await problems()).toContain(`dictionary: value ${id} is folded wrongly`);
  });

  it("finds findings that their rule does not give, and those taken away", async () => {
    file.db.exec("UPDATE finding_event SET event = 3 WHERE finding = 2");
    expect(await problems()).toEqual([
      "findings: finding 2: its key is not that of its rule and events",
      "findings: finding 2: its times are not those of its events",
      "findings: finding 2: its rule does not give its events",
      "findings: rule Network tool <b>started</b>: 1 findings that it gives are not in the case",
    ]);
  });

  it("finds verdicts, notes and steps that nobody gave", async () => {
    file.db.exec(
      "UPDATE finding SET verdict = 'benign_positive' WHERE id = 1; UPDATE note SET text = 'other'; UPDATE step_state SET analyst = 'bob'",
    );
    expect(await problems()).toEqual([
      "acts: finding 1: the journal does not tell of its verdict",
      "acts: note 1 is not what the journal says",
      "acts: step 1 of finding 1 is not what the journal says",
    ]);
  });

  it("runs the rules of an older version's hunt over what it saw, and says where that cannot be told", async () => {
    const { db } = file;
    const digest = (): string => huntDigest(file, 1);
    const before = digest();
    db.exec("UPDATE hunt SET options = '{}'");
    // The digest in the journal is of the hunt as it is: as that version left it.
    const { sql } = db
      .prepare<[], { sql: string }>("SELECT sql FROM sqlite_schema WHERE name = 'journal_is_append_only_update'")
      .get() ?? { sql: "" };
    db.exec("DROP TRIGGER journal_is_append_only_update");
    db.prepare("UPDATE journal SET detail = replace(detail, ?, ?)").run(before, digest());
    db.exec(sql);
    const more = path.join(folder, "more.ndjson");
    writeFileSync(more, '{"@timestamp":"2026-01-01T00:00:00Z","event.category":"process","process.name":"nc"}\n');
    await loadEvidence(file, [more], { ...DEFAULT_LOAD_OPTIONS, workers: 1 });
    const findings = async () => (await verifyCase(file)).checks.find(({ name }) => name === "findings");
    expect(await findings()).toMatchObject({ problems: [], skipped: null });
    db.exec('UPDATE hunt SET sources = \'[{"id":1,"sha256":null}]\'');
    expect((await findings())?.skipped).toBe(
      "hunt 1: the rules of 2 findings were not run again: evidence was being loaded meanwhile, and that version did not note how far it was",
    );
  });

  it("ends with exit code 1, and names what is wrong, on the command line", async () => {
    file.db.exec("UPDATE finding SET verdict = 'duplicate' WHERE id = 2");
    const io = memoryIo();
    expect(await runCli(["verify", "--case", path.join(folder, "a.case")], io)).toBe(1);
    expect(io.out()).toContain(
      "BAD  acts        4 checked, 1 wrong\n       finding 2: the journal does not tell of its verdict\n",
    );
    expect(io.out()).toContain("The case is NOT what was loaded and done.\n");
  });
});
