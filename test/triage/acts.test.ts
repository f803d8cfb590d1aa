import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CaseFile } from "../../src/store/case-file.ts";
import { verifyJournal } from "../../src/store/journal.ts";
import { CaseBook, undoText } from "../../src/triage/case-book.ts";
import { sampleCase } from "./sample-case.ts";

let folder: string;
let file: CaseFile;
let book: CaseBook;
let bob: CaseBook;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "eqlite-"));
  file = await sampleCase(path.join(folder, "a.case"));
  let seconds = 0;
  const now = () => new Date(Date.UTC(2026, 1, 2, 0, 0, (seconds += 1)));
  book = new CaseBook(file, { readonly: false, analyst: "ann", now });
  bob = new CaseBook(file, { readonly: false, analyst: "bob", now });
});
afterEach(() => {
  book.close();
  rmSync(folder, { recursive: true, force: true });
});

const verdicts = () => [1, 2, 3].map((id) => book.finding(id).verdict);

describe("verdicts", () => {
  it("are given to many findings in one act, with who, when and why", () => {
    book.setVerdict([1, 3], "true_positive", "shell");
    expect(book.finding(3)).toMatchObject({
      verdict: "true_positive",
      verdictBy: "ann",
      verdictAt: "2026-02-02T00:00:01.000Z",
      verdictWhy: "shell",
    });
    expect(verdicts()).toEqual(["true_positive", "undetermined", "true_positive"]);
    expect(book.journal(1)[0]).toMatchObject({ action: "verdict", target: "finding:1,3", analyst: "ann" });
  });

  it("change nothing when one of the findings does not exist", () => {
    expect(() => book.setVerdict([1, 99], "true_positive")).toThrow("there is no finding 99");
    expect(verdicts()).toEqual(["undetermined", "undetermined", "undetermined"]);
  });
});

describe("undo and redo", () => {
  it("take back and do again verdict, note, step and mark, in order", () => {
    book.setVerdict([1], "false_positive");
    book.setVerdict([1], "true_positive");
    book.addNote(1, "seen before");
    book.setStep(1, "step", 2, "done", "looked");
    book.setMarked([2], true);
    expect(book.undo()).toMatchObject({ action: "mark", changed: 1, left: 0 });
    expect(book.finding(2).marked).toBe(false);
    expect(book.undo()).toMatchObject({ action: "step" });
    expect(book.steps(1, "step").map((step) => step.state)).toEqual(["open", "open"]);
    expect(book.undo()).toMatchObject({ action: "note" });
    expect(book.notes(1)).toEqual([]);
    expect(book.undo()).toMatchObject({ action: "verdict" });
    expect(verdicts()[0]).toBe("false_positive");
    expect(book.undo()).toMatchObject({ action: "verdict" });
    expect(verdicts()[0]).toBe("undetermined");
    expect(book.undo()).toBeNull();
    for (let i = 0; i < 5; i += 1) expect(book.redo()).not.toBeNull();
    expect(book.redo()).toBeNull();
    expect(verdicts()[0]).toBe("true_positive");
    expect(book.notes(1).map((note) => note.text)).toEqual(["seen before"]);
    expect(book.steps(1, "step")[1]).toMatchObject({ state: "done", note: "looked", analyst: "ann" });
    expect(book.finding(2).marked).toBe(true);
    expect(verifyJournal(file).problems).toEqual([]);
  });

  it("append to the journal and never take rows away", () => {
    book.setMarked([1], true);
    const before = book.journal(100).length;
    const result = book.undo();
    expect(result === null ? null : undoText("undo", result)).toBe("took back: mark of finding 1");
    expect(book.journal(100).length).toBe(before + 1);
  });

  it("forget what was undone once something new is done", () => {
    book.setMarked([1], true);
    book.undo();
    book.setMarked([2], true);
    expect(book.redo()).toBeNull();
  });

  it("take back only what the analyst did, and leave what somebody changed since", () => {
    book.setVerdict([1, 2], "true_positive");
    bob.setVerdict([2], "false_positive");
    const result = book.undo();
    expect(result === null ? null : undoText("undo", result)).toBe(
      "took back: verdict of finding 1,2 (1 left alone: changed since)",
    );
    expect(verdicts()).toEqual(["undetermined", "false_positive", "undetermined"]);
  });
});

describe("steps", () => {
  it("must be steps of the guide", () => {
    expect(() => book.setStep(1, "step", 3, "done")).toThrow("the guide of finding 1 has no step 3");
    expect(() => book.setStep(3, "response", 1, "done")).toThrow("the guide of finding 3 has no step 1");
    book.setStep(1, "response", 1, "skipped");
    expect(book.finding(1)).toMatchObject({ stepsDone: 0, steps: 2 });
    book.setStep(1, "step", 1, "skipped");
    expect(book.finding(1)).toMatchObject({ stepsDone: 1, steps: 2 });
  });
});

describe("a case opened read-only", () => {
  it("refuses to be changed, in words", async () => {
    book.close();
    book = await CaseBook.open(path.join(folder, "a.case"), { readonly: true, analyst: "ann", now: () => new Date(0) });
    expect(() => book.setMarked([1], true)).toThrow("the case is open read-only");
  });
});
