import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sha256Hex } from "../../src/base/sha256.ts";
import { type CaseFile, openCase } from "../../src/store/case-file.ts";
import { appendJournal, iterateJournal, readJournal, verifyJournal } from "../../src/store/journal.ts";
import { JOURNAL_ROOT } from "../../src/store/journal-row.ts";

let folder: string;
let file: CaseFile;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "eqlite-"));
  file = await openCase(path.join(folder, "a.case"), "create");
  for (const n of [1, 2, 3]) {
    appendJournal(
      file,
      { analyst: "ann", at: `2026-01-0${String(n)}T00:00:00.000Z` },
      { action: "note", target: `finding:${String(n)}`, detail: { z: n, a: "é\u0000" } },
    );
  }
});
afterEach(() => {
  file.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What somebody does who changes the file behind the tool's back. */
function tamper(sql: string): void {
  file.db.exec("DROP TRIGGER journal_is_append_only_update; DROP TRIGGER journal_is_append_only_delete");
  file.db.exec(sql);
}

describe("the journal", () => {
  it("chains each row to the one before it", () => {
    const [first, second] = [...iterateJournal(file)];
    expect(first?.previous).toBe(JOURNAL_ROOT);
    expect(first?.hash).toBe(
      sha256Hex(
        `${JOURNAL_ROOT}{"action":"note","analyst":"ann","at":"2026-01-01T00:00:00.000Z","detail":${JSON.stringify('{"a":"é\\u0000","z":1}')},"id":1,"target":"finding:1"}`,
      ),
    );
    expect(second?.previous).toBe(first?.hash);
    expect(readJournal(file, 2).map((row) => row.id)).toEqual([3, 2]);
    expect(verifyJournal(file)).toEqual({ rows: 3, withheld: 0, head: readJournal(file, 1)[0]?.hash, problems: [] });
  });

  it("cannot be changed through SQL", () => {
    expect(() => file.db.exec("UPDATE journal SET analyst = 'bob'")).toThrow("the journal is append-only");
    expect(() => file.db.exec("DELETE FROM journal")).toThrow("the journal is append-only");
  });

  it("names a row that was changed", () => {
    tamper("UPDATE journal SET analyst = 'bob' WHERE id = 2");
    expect(verifyJournal(file).problems).toEqual(["journal row 2 was changed: its hash does not fit its content"]);
  });

  it("names the place where a row was taken out", () => {
    tamper("DELETE FROM journal WHERE id = 2");
    expect(verifyJournal(file).problems).toEqual(["journal row 3 does not continue row 1"]);
  });
});
