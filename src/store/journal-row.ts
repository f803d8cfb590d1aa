import type Database from "better-sqlite3";
import { canonicalJson } from "../base/canonical-json.ts";
import { sha256Hex } from "../base/sha256.ts";

/** What the first row continues. */
export const JOURNAL_ROOT = "0".repeat(64);

/** What a row's hash covers, besides the hash before it. */
export interface JournalContent {
  readonly id: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly analyst: string;
  readonly action: string;
  readonly target: string | null;
  /** Canonical JSON. */
  readonly detail: string;
}

/** The hash of a row that follows one of the hash `previous`. */
export function journalHash(previous: string, { id, at, analyst, action, target, detail }: JournalContent): string {
  return sha256Hex(previous + canonicalJson({ id, at, analyst, action, target, detail }));
}

/** Appends a row and returns its id. */
export function appendJournalRow(db: Database.Database, content: Omit<JournalContent, "id">): number {
  const last = db
    .prepare<[], { id: number; hash: string }>("SELECT id, hash FROM journal ORDER BY id DESC LIMIT 1")
    .get();
  const previous = last?.hash ?? JOURNAL_ROOT;
  const row = { ...content, id: (last?.id ?? 0) + 1 };
  db.prepare(
    `INSERT INTO journal (id, at, analyst, action, target, detail, previous, hash)
     VALUES (@id, @at, @analyst, @action, @target, @detail, @previous, @hash)`,
  ).run({ ...row, previous, hash: journalHash(previous, row) });
  return row.id;
}
