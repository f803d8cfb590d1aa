import { counted } from "../base/counted.ts";
import { VERSION } from "../base/version.ts";
import { journalHead } from "../store/journal.ts";
import { withheldText } from "../store/redaction.ts";
import { listSources, type StoredSource } from "../store/sources.ts";
import type { CaseBook } from "../triage/case-book.ts";
import type { FindingFilter } from "../triage/finding-filter.ts";
import type { FindingSelection } from "../triage/select-findings.ts";
import { filterParts, filterText } from "./filter-text.ts";

/** What an export says of itself and of the case. */
export interface ExportHeader {
  readonly case: string;
  readonly tool: "eqlite";
  readonly tool_version: string;
  readonly analyst: string;
  /** ISO 8601, UTC. */
  readonly generated_at: string;
  /** Hash of the journal's last row before the export: what the export says is the case's state up to there. */
  readonly journal_head: string;
  /** What this copy of the case withholds, as a sentence; null when it is complete. */
  readonly withheld: string | null;
  /** Findings in this export, and those of the case that its filter left out. */
  readonly findings: number;
  readonly left_out: number;
  /** The parts of the filter that narrow; and in words, empty where none does. */
  readonly filter: Readonly<Record<string, unknown>>;
  readonly filter_text: string;
  readonly sources: readonly SourceFact[];
}

export interface SourceFact {
  readonly path: string;
  readonly sha256: string | null;
  readonly bytes: number | null;
  readonly format: string;
  readonly status: string;
  readonly documents: number;
  readonly events: number;
  readonly duplicates: number;
  readonly rejected: number;
}

export function exportHeader(book: CaseBook, { ids, all }: FindingSelection, filter: FindingFilter): ExportHeader {
  return {
    case: book.file.path,
    tool: "eqlite",
    tool_version: VERSION,
    analyst: book.analyst,
    generated_at: book.now().toISOString(),
    journal_head: journalHead(book.file),
    withheld: withheldText(book.file),
    findings: ids.length,
    left_out: all - ids.length,
    filter: filterParts(filter),
    filter_text: filterText(filter),
    sources: listSources(book.file).map(toSourceFact),
  };
}

/** Which findings of the case an export has, in a line. */
export function scopeText({ findings, left_out, filter_text }: Omit<ExportHeader, "sources">): string {
  const filter = filter_text === "" ? "no filter" : `filter: ${filter_text}`;
  const rest = left_out === 0 ? "none left out" : `${counted(left_out, "other")} of the case left out`;
  return `${counted(findings, "finding")}, ${filter}, ${rest}`;
}

/** What is said of a source wherever evidence is listed. */
export function toSourceFact(source: StoredSource): SourceFact {
  const { path, sha256, bytes, format, status, documents, events, duplicates, rejected } = source;
  return { path, sha256, bytes, format, status, documents, events, duplicates, rejected };
}
