import { EXIT, UserError } from "../base/errors.ts";
import type { CaseFile } from "./case-file.ts";
import { type Actor, appendJournal } from "./journal.ts";
import { findingTarget, readMarks } from "./verdicts.ts";

export interface StoredNote extends Actor {
  readonly id: number;
  readonly finding: number;
  readonly text: string;
}

/** `detail` of a journalled `note`. */
export interface NoteDetail {
  readonly note: number;
  readonly text: string;
}

/**
 * Adds a note to a finding.
 * @throws UserError `unknown-finding`, `empty-note`
 */
export function addNote(file: CaseFile, actor: Actor, finding: number, text: string): void {
  if (text.trim() === "") throw new UserError("empty-note", "a note needs a text", { exitCode: EXIT.usage });
  file.transaction(() => {
    readMarks(file, [finding]);
    const { lastInsertRowid } = file.db
      .prepare("INSERT INTO note (finding, text, analyst, at) VALUES (?, ?, ?, ?)")
      .run(finding, text, actor.analyst, actor.at);
    const detail: NoteDetail = { note: Number(lastInsertRowid), text };
    appendJournal(file, actor, { action: "note", target: findingTarget([finding]), detail: { ...detail } });
  });
}

/** Hides or shows a note again (undo, redo). False when it was so already. */
export function setNoteDeleted(file: CaseFile, note: number, deleted: boolean): boolean {
  const { changes } = file.db
    .prepare("UPDATE note SET deleted = ? WHERE id = ? AND deleted <> ?")
    .run(deleted ? 1 : 0, note, deleted ? 1 : 0);
  return changes > 0;
}

/** The notes of a finding that were not taken back, oldest first. */
export function readNotes(file: CaseFile, finding: number): StoredNote[] {
  return file.objects<StoredNote>(
    "SELECT id, finding, text, analyst, at FROM note WHERE finding = ? AND deleted = 0 ORDER BY id",
    finding,
  );
}
