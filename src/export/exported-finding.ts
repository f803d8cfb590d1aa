/** A finding with all that leaves the tool with it. */
import type { Rule } from "../rules/rule.ts";
import { readFindingEvents, type StoredFinding } from "../store/finding-rows.ts";
import type { CaseBook, StepProgress } from "../triage/case-book.ts";
import { type EventEvidence, EvidenceReader } from "../triage/event-evidence.ts";
import { toFindingRow } from "../triage/finding-row.ts";
import { storedFindings } from "../triage/select-findings.ts";
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

/** The file an event was read from; an entry of an archive after `!`. */
export function evidenceFile({ sourcePath, memberPath }: EventEvidence): string {
  return memberPath === "" ? sourcePath : `${sourcePath}!${memberPath}`;
}

/** Says why the events of a finding matched, by position. */
export type Explain = (finding: number) => readonly (readonly MatchedLeaf[])[];

/** Findings whose parts are read at once. */
const PART = 100;

/** The findings with these numbers, in their order, one at a time: memory does not grow with their number. */
export function* exportedFindings(
  book: CaseBook,
  ids: readonly number[],
  explain: Explain = () => [],
): Generator<ExportedFinding> {
  const evidence = new EvidenceReader(book.file);
  const foundBy = foundByReader(book);
  for (let at = 0; at < ids.length; at += PART) {
    const part = ids.slice(at, at + PART);
    const eventsOf = readFindingEvents(book.file, part);
    const found = evidence.read([...eventsOf.values()].flat().filter((event) => event !== null));
    for (const stored of storedFindings(book, part)) {
      const { id } = stored;
      const rule = book.rule(stored.rule);
      const events = eventsOf.get(id) ?? [];
      const reasons = explain(id);
      yield {
        row: toFindingRow(stored, rule),
        stored,
        rule,
        joinKeys: JSON.parse(stored.joinKeys) as ExportedFinding["joinKeys"],
        events: events.map((event, index) => ({
          position: index + 1,
          event: event === null ? null : (found.get(event) ?? null),
          matched: reasons[index] ?? [],
        })),
        notes: stored.notes === 0 ? [] : book.notes(id),
        steps: book.stepsOf(id, rule, "step"),
        responses: book.stepsOf(id, rule, "response"),
        ...foundBy(stored),
      };
    }
  }
}

type FoundBy = Pick<ExportedFinding, "sqlHash" | "toolVersion">;

/** Says of findings which SQL and which program found them last. */
export function foundByReader(book: CaseBook): (finding: Pick<StoredFinding, "rule" | "lastHunt">) => FoundBy {
  const known = new Map<string, FoundBy>();
  return ({ rule, lastHunt }) => {
    const key = `${rule} ${lastHunt}`;
    const found = known.get(key) ?? readFoundBy(book, rule, lastHunt);
    known.set(key, found);
    return found;
  };
}

function readFoundBy(book: CaseBook, rule: number, lastHunt: number): FoundBy {
  const [found] = book.file.objects<FoundBy>(
    `SELECT r.sql_hash AS sqlHash, h.tool_version AS toolVersion
     FROM hunt h LEFT JOIN hunt_rule r ON r.hunt = h.id AND r.rule = ? WHERE h.id = ?`,
    rule,
    lastHunt,
  );
  return found ?? { sqlHash: null, toolVersion: null };
}
