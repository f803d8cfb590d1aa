import { readFindingIds, readFindings, type StoredFinding } from "../store/finding-rows.ts";
import type { CaseBook } from "./case-book.ts";
import { type FindingFilter, passesFilter } from "./finding-filter.ts";
import { toFindingRow } from "./finding-row.ts";
import type { FindingRow } from "./types.ts";

/** Findings read at once. */
const PART = 500;

/** A choice of findings that keeps only their numbers, so that a hundred thousand can be walked again and again. */
export interface FindingSelection {
  /** In their order: time, then number. */
  readonly ids: readonly number[];
  /** Findings of the case, also those that an exception hides or that are gone. */
  readonly all: number;
}

/** The findings that pass a filter. */
export function selectFindings(book: CaseBook, filter: FindingFilter): FindingSelection {
  const every = readFindingIds(book.file);
  const ids: number[] = [];
  for (const row of findingRows(book, every)) if (passesFilter(row, filter)) ids.push(row.id);
  return { ids, all: every.length };
}

/** The rows of findings, in the order of `ids`; read in parts. */
export function* findingRows(book: CaseBook, ids: readonly number[]): Generator<FindingRow> {
  for (const stored of storedFindings(book, ids)) yield toFindingRow(stored, book.rule(stored.rule));
}

/** As `findingRows`, as they are stored. */
export function* storedFindings(book: CaseBook, ids: readonly number[]): Generator<StoredFinding> {
  for (let at = 0; at < ids.length; at += PART) {
    const part = ids.slice(at, at + PART);
    const found = new Map(readFindings(book.file, part).map((stored) => [stored.id, stored]));
    for (const id of part) {
      const stored = found.get(id);
      if (stored !== undefined) yield stored;
    }
  }
}
