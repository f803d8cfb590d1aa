/**
 * The journal: every act on the case, append-only, each row chained to the one before it by
 * `hash = sha256(previous hash + canonical JSON of the row)`. An undo appends a row, too. See docs/integrity.md.
 */
import { canonicalJson } from "../base/canonical-json.ts";
import type { CaseFile } from "./case-file.ts";
import { appendJournalRow, JOURNAL_ROOT, type JournalContent, journalHash } from "./journal-row.ts";
import { readWithheld } from "./redaction.ts";

/** Who acts, and when (ISO 8601, UTC). */
export interface Actor {
  readonly analyst: string;
  readonly at: string;
}

export interface JournalEntry {
  /** `verdict`, `note`, `step`, `mark`, `hunt.start`, `export`, ... */
  readonly action: string;
  /** What it was done to, e.g. `finding:12`; null for the whole case. */
  readonly target: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface StoredJournalEntry extends JournalEntry, Actor {
  readonly id: number;
  readonly previous: string;
  readonly hash: string;
}

interface RawRow extends JournalContent {
  readonly previous: string;
  readonly hash: string;
}

/** Appends a row and returns its id. Call it inside the transaction of the act it tells of. */
export function appendJournal(file: CaseFile, actor: Actor, entry: JournalEntry): number {
  const { action, target, detail } = entry;
  return appendJournalRow(file.db, {
    at: actor.at,
    analyst: actor.analyst,
    action,
    target,
    detail: canonicalJson(detail),
  });
}

/** The last `limit` rows, newest first. */
export function readJournal(file: CaseFile, limit: number): StoredJournalEntry[] {
  return file.db.prepare<[number], RawRow>("SELECT * FROM journal ORDER BY id DESC LIMIT ?").all(limit).map(toEntry);
}

/** All rows, oldest first, one at a time. */
export function* iterateJournal(file: CaseFile): Generator<StoredJournalEntry> {
  for (const row of file.db.prepare<[], RawRow>("SELECT * FROM journal ORDER BY id").iterate()) yield toEntry(row);
}

function toEntry(row: RawRow): StoredJournalEntry {
  return { ...row, detail: JSON.parse(row.detail) as Record<string, unknown> };
}

/** Hash of the last row: cites the state of the journal in an export. `JOURNAL_ROOT` when it is empty. */
export function journalHead(file: CaseFile): string {
  return (
    file.db.prepare<[], { hash: string }>("SELECT hash FROM journal ORDER BY id DESC LIMIT 1").get()?.hash ??
    JOURNAL_ROOT
  );
}

export interface JournalCheck {
  readonly rows: number;
  /** Hash of the last row: compare it with one noted elsewhere to know that nothing was cut off the end. */
  readonly head: string;
  /** What is wrong, one sentence per row that does not fit, in order; at most 100. */
  readonly problems: readonly string[];
  /** Rows whose text a redacted case withholds in part: only their place in the chain can be checked. */
  readonly withheld: number;
}

const MAX_PROBLEMS = 100;

/** Recomputes the chain. A changed, missing or inserted row is named; rows cut off the end show only in `head`. */
export function verifyJournal(file: CaseFile): JournalCheck {
  const problems: string[] = [];
  const withheld = readWithheld(file, "journal");
  let previous = JOURNAL_ROOT;
  let rows = 0;
  for (const row of file.db.prepare<[], RawRow>("SELECT * FROM journal ORDER BY id").iterate()) {
    rows += 1;
    const wrong = checkRow(row, rows, previous, withheld.has(row.id));
    if (wrong !== null && problems.length < MAX_PROBLEMS) problems.push(wrong);
    previous = row.hash;
  }
  return { rows, head: previous, problems, withheld: withheld.size };
}

function checkRow(row: RawRow, expectedId: number, previous: string, withheld: boolean): string | null {
  if (row.previous !== previous) return `journal row ${row.id} does not continue row ${expectedId - 1}`;
  if (!withheld && row.hash !== journalHash(row.previous, row))
    return `journal row ${row.id} was changed: its hash does not fit its content`;
  if (row.id !== expectedId) return `journal row ${row.id} stands where row ${expectedId} belongs`;
  return null;
}
