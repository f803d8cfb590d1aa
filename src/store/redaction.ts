/** What a redacted copy of a case says of itself. How it is made: `redact/redact-case.ts`; what it means: docs/integrity.md. */
import type { CaseFile } from "./case-file.ts";
import { getSetting, setSetting } from "./settings.ts";

export interface Redaction {
  /** As they were asked for; `*` stands for any characters. */
  readonly patterns: readonly string[];
  /** The fields of the evidence that they named. */
  readonly fields: readonly string[];
  /** How many different values are withheld. */
  readonly values: number;
  /** Events whose original is withheld, because it stands in a block that is. */
  readonly events: number;
  /** Blocks of evidence that are withheld, and how many there are. */
  readonly blocks: number;
  readonly allBlocks: number;
  /** Texts of the investigation (notes, verdicts, rules, acts, ...) in which a value was replaced. */
  readonly texts: number;
  readonly analyst: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly toolVersion: string;
  /** Hash of the last row of the journal of the case that this is a copy of. */
  readonly journalHead: string;
}

const KEY = "redaction";

/** Null for a case that is complete. */
export function readRedaction(file: CaseFile): Redaction | null {
  const text = getSetting(file, KEY);
  return text === null ? null : (JSON.parse(text) as Redaction);
}

export function storeRedaction(file: CaseFile, redaction: Redaction): void {
  setSetting(file, KEY, JSON.stringify(redaction));
}

/** One sentence for people. */
export function redactionText({ fields, values, events, blocks, allBlocks }: Redaction): string {
  const what = fields.length === 0 ? "no field of this evidence" : fields.join(", ");
  return (
    `values are withheld from this copy of the case: ${values} of ${what}; ` +
    `${events} events are without their originals (${blocks} of ${allBlocks} blocks)`
  );
}

/** What a copy of a case withholds, as a sentence; null for a case that is complete. */
export function withheldText(file: CaseFile): string | null {
  const redaction = readRedaction(file);
  return redaction === null ? null : redactionText(redaction);
}

/**
 * What is withheld, one row each: `block` and `derived_block` with the sha256 of the (decompressed) bytes, `kept_block` with
 * that of a block that stayed beside a withheld one, `original` (an event of a finding) with that of its original document,
 * and `journal` rows in which a value was replaced. Only in redacted cases.
 */
export type WithheldKind = "block" | "kept_block" | "derived_block" | "original" | "journal";

/** Ids of a kind, with their sha256 (null for journal rows); empty for a case that is complete. */
export function readWithheld(file: CaseFile, kind: WithheldKind): Map<number, string | null> {
  if (!hasWithheldTable(file)) return new Map();
  return new Map(
    file.db
      .prepare<[string], { id: number; sha256: string | null }>("SELECT id, sha256 FROM withheld WHERE kind = ?")
      .all(kind)
      .map(({ id, sha256 }) => [id, sha256]),
  );
}

/** The sha256 of a finding's event whose original is withheld; null where it is not known. */
export function withheldOriginal(file: CaseFile, event: number): string | null {
  if (!hasWithheldTable(file)) return null;
  const select = file.db.prepare<[bigint], string>("SELECT sha256 FROM withheld WHERE kind = 'original' AND id = ?");
  return select.pluck().get(BigInt(event)) ?? null;
}

function hasWithheldTable(file: CaseFile): boolean {
  return file.db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'withheld'").get() !== undefined;
}
