/** A finding with all that leaves the tool with it. */
import type { Rule } from "../rules/rule.ts";
import { readFindingEvents, type StoredFinding } from "../store/finding-rows.ts";
import type { CaseBook, StepProgress } from "../triage/case-book.ts";
import { type EventEvidence, EvidenceReader } from "../triage/event-evidence.ts";
import type { FindingRow, MatchedLeaf, NoteView } from "../triage/types.ts";

export interface ExportedEvent {
  /** 1-based place in the match. */
  readonly position: number;
  /** null: a missing event of a sequence. */
  readonly event: EventEvidence | null;
  /** Leaves of the rule's condition that held, with their values; empty when it was not asked. */
  readonly matched: readonly MatchedLeaf[];
}

export interface ExportedFinding {
  readonly row: FindingRow;
  readonly stored: StoredFinding;
  readonly rule: Rule;
  readonly joinKeys: readonly { readonly field: string; readonly value: string | null }[];
  readonly events: readonly ExportedEvent[];
  readonly notes: readonly NoteView[];
  readonly steps: readonly StepProgress[];
  readonly responses: readonly StepProgress[];
  /** sha256 of the SQL that found it last; null when it was not recorded. */
  readonly sqlHash: string | null;
  readonly toolVersion: string | null;
}

/** Says why the events of a finding matched, by position. */
export type Explain = (finding: number) => readonly (readonly MatchedLeaf[])[];

/** The findings of `rows`, in their order, one at a time: memory does not grow with their number. */
export function* exportedFindings(
  book: CaseBook,
  rows: readonly FindingRow[],
  explain: Explain = () => [],
): Generator<ExportedFinding> {
  const evidence = new EvidenceReader(book.file);
  const provenance = provenanceReader(book);
  for (const row of rows) {
    const stored = book.stored(row.id);
    const events = readFindingEvents(book.file, [row.id]).get(row.id) ?? [];
    const reasons = explain(row.id);
    const found = evidence.read(events.filter((event) => event !== null));
    yield {
      row,
      stored,
      rule: book.rule(stored.rule),
      joinKeys: JSON.parse(stored.joinKeys) as ExportedFinding["joinKeys"],
      events: events.map((event, index) => ({
        position: index + 1,
        event: event === null ? null : (found.get(event) ?? null),
        matched: reasons[index] ?? [],
      })),
      notes: book.notes(row.id),
      steps: book.steps(row.id, "step"),
      responses: book.steps(row.id, "response"),
      ...provenance(stored),
    };
  }
}

function provenanceReader(book: CaseBook): (stored: StoredFinding) => Pick<ExportedFinding, "sqlHash" | "toolVersion"> {
  const select = book.file.db.prepare<[number, number], { sqlHash: string | null; toolVersion: string }>(
    `SELECT r.sql_hash AS sqlHash, h.tool_version AS toolVersion
     FROM hunt h LEFT JOIN hunt_rule r ON r.hunt = h.id AND r.rule = ? WHERE h.id = ?`,
  );
  return (stored) => select.get(stored.rule, stored.lastHunt) ?? { sqlHash: null, toolVersion: null };
}
