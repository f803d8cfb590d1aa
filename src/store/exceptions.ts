import { canonicalJson } from "../base/canonical-json.ts";
import { sha256Hex } from "../base/sha256.ts";
import { EXIT, UserError } from "../base/errors.ts";
import type { CaseFile } from "./case-file.ts";
import { groupIncidents } from "./incidents.ts";
import { type Actor, appendJournal } from "./journal.ts";
import { idList } from "./summary.ts";

/** An exception to be stored. */
export interface ExceptionDraft {
  readonly itemId: string;
  readonly name: string;
  /** Elastic exception item, JSON-serialisable. */
  readonly document: object;
  /** Rules it applies to, stage, list: JSON-serialisable. */
  readonly scope: object;
  /** ISO 8601, UTC; null: never. */
  readonly expiresAt: string | null;
}

/** A stored exception; `document` and `scope` are JSON. */
export interface StoredException extends Actor {
  readonly id: number;
  readonly itemId: string;
  readonly name: string;
  readonly document: string;
  readonly scope: string;
  readonly expiresAt: string | null;
  /** Findings it hides now. */
  readonly hides: number;
}

/** `detail` of a journalled `exception.add` or `exception.delete`: the findings that it hid at that moment. */
export interface ExceptionDetail {
  readonly exception: number;
  readonly name: string;
  readonly hidden: readonly number[];
  /** Of what it says, where it is added. */
  readonly digest?: string;
}

/** sha256 of what an exception says; `document` and `scope` as they are stored. */
export function exceptionDigest({
  itemId,
  document,
  scope,
  expiresAt,
}: Pick<StoredException, "itemId" | "document" | "scope" | "expiresAt">): string {
  return sha256Hex(canonicalJson({ itemId, document, scope, expiresAt }));
}

/** Stores an exception and hides the given findings by it; those hidden by another one stay with that. Returns its id. */
export function addException(file: CaseFile, actor: Actor, draft: ExceptionDraft, findings: readonly number[]): number {
  return file.transaction(() => {
    const { lastInsertRowid } = file.db
      .prepare(
        "INSERT INTO exception (item_id, name, document, scope, analyst, at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
      )
      .run(
        draft.itemId,
        draft.name,
        JSON.stringify(draft.document),
        JSON.stringify(draft.scope),
        actor.analyst,
        actor.at,
        draft.expiresAt,
      );
    const exception = Number(lastInsertRowid);
    const hidden = hide(file, exception, findings);
    const digest = exceptionDigest({
      itemId: draft.itemId,
      document: JSON.stringify(draft.document),
      scope: JSON.stringify(draft.scope),
      expiresAt: draft.expiresAt,
    });
    const detail: ExceptionDetail = { exception, name: draft.name, hidden, digest };
    appendJournal(file, actor, { action: "exception.add", target: `exception:${exception}`, detail: { ...detail } });
    return exception;
  });
}

/**
 * Takes an exception back: what it hid is shown again.
 * @throws UserError `unknown-exception`
 */
export function deleteException(file: CaseFile, actor: Actor, exception: number): void {
  file.transaction(() => {
    const stored = readExceptions(file).find(({ id }) => id === exception);
    if (stored === undefined) {
      throw new UserError("unknown-exception", `there is no exception ${exception}`, {
        hint: "eqlite exceptions lists them",
        exitCode: EXIT.usage,
      });
    }
    const hidden = withdraw(file, exception);
    const detail: ExceptionDetail = { exception, name: stored.name, hidden };
    appendJournal(file, actor, { action: "exception.delete", target: `exception:${exception}`, detail: { ...detail } });
  });
}

/** Marks an exception deleted and shows what it hid; returns those findings. */
export function withdraw(file: CaseFile, exception: number): number[] {
  const { db } = file;
  const hidden = db
    .prepare<[number], number>("SELECT id FROM finding WHERE suppressed_by = ? ORDER BY id")
    .pluck()
    .all(exception);
  db.prepare("UPDATE exception SET deleted = 1 WHERE id = ?").run(exception);
  db.prepare("UPDATE finding SET suppressed_by = NULL WHERE suppressed_by = ?").run(exception);
  groupIncidents(file);
  return hidden;
}

/** Makes a deleted exception valid again and hides findings by it. */
export function reinstate(file: CaseFile, exception: number, findings: readonly number[]): void {
  file.db.prepare("UPDATE exception SET deleted = 0 WHERE id = ?").run(exception);
  hide(file, exception, findings);
}

function hide(file: CaseFile, exception: number, findings: readonly number[]): number[] {
  const hidden = file.db
    .prepare<[number, string], number>(
      `UPDATE finding SET suppressed_by = ?
       WHERE suppressed_by IS NULL AND id IN (SELECT value FROM json_each(?)) RETURNING id`,
    )
    .pluck()
    .all(exception, idList(findings));
  groupIncidents(file);
  return hidden.sort((a, b) => a - b);
}

/** Exceptions that are in force or expired, and those taken back where they are asked for; oldest first. */
export function readExceptions(file: CaseFile, which: "kept" | "all" = "kept"): StoredException[] {
  return file.db
    .prepare<[], StoredException>(
      `SELECT id, item_id AS itemId, name, document, scope, analyst, at, expires_at AS expiresAt,
              (SELECT count(*) FROM finding f WHERE f.suppressed_by = e.id) AS hides
       FROM exception e ${which === "kept" ? "WHERE deleted = 0 " : ""}ORDER BY id`,
    )
    .all();
}

/** The items that the case has by their id, those taken back included; of several versions the last. JSON unread. */
export function knownExceptionItems(
  file: CaseFile,
): Map<string, { readonly id: number; readonly deleted: boolean; readonly document: string; readonly scope: string }> {
  const rows = file.db
    .prepare<[], { itemId: string; id: number; deleted: number; document: string; scope: string }>(
      "SELECT item_id AS itemId, id, deleted, document, scope FROM exception ORDER BY id",
    )
    .all();
  return new Map(rows.map(({ itemId, deleted, ...row }) => [itemId, { ...row, deleted: deleted === 1 }]));
}
