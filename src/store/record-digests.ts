/**
 * Digests that journal rows carry of what cannot be worked out anew from the evidence: so a change of it shows. They are
 * of the tables as they were when the row was written.
 */
import type { CaseFile } from "./case-file.ts";
import { rowDigest } from "./row-digest.ts";

export type LoadDigests = Readonly<Record<"source" | "members" | "rejected" | "duplicates" | "rows", string>>;
export type CaseDigests = Readonly<Record<"fields" | "derived" | "places", string>>;

const MEMBERS = "(SELECT id FROM member WHERE source = ?)";

/** Of a source that was loaded: its row, and what became of its documents. */
export function loadDigests(file: CaseFile, source: number): LoadDigests {
  const id = BigInt(source);
  return {
    source: rowDigest(
      file,
      [
        ...["id", "path", "sha256", "bytes", "format", "status", "options", "normaliser", "tool_version", "documents"],
        ...["events", "duplicates", "rejected", "blank", "untimed", "conflicts", "zoneless", "unnamed", "warnings"],
        ...["started_at", "finished_at"],
      ],
      "FROM source WHERE id = ?",
      id,
    ),
    members: rowDigest(
      file,
      ["id", "path", "format", "sha256", "bytes", "complete", "note"],
      "FROM member WHERE source = ? ORDER BY id",
      id,
    ),
    rejected: rowDigest(
      file,
      ["id", "member", "line", "offset", "bytes", "code", "reason"],
      `FROM rejected WHERE member IN ${MEMBERS} ORDER BY id`,
      id,
    ),
    duplicates: rowDigest(
      file,
      ["id", "event", "member", "line", "block", "offset", "bytes"],
      `FROM duplicate WHERE member IN ${MEMBERS} ORDER BY id`,
      id,
    ),
    rows: rowDigest(
      file,
      ["kind", "first", "last", "block", "sha256"],
      "FROM row_digest WHERE source = ? ORDER BY kind, first",
      id,
    ),
  };
}

/** Of what a load leaves behind for all sources: the inventory, and the documents that others were converted to and where. */
export function caseDigests(file: CaseFile): CaseDigests {
  return {
    fields: rowDigest(
      file,
      [
        ...["f.id", "f.path", "f.type", "f.typed_by", "y.name", "f.has_column", "f.strings", "f.numbers", "f.booleans"],
        ...["f.lists", "s.source", "s.documents", "s.malformed"],
      ],
      `FROM field f LEFT JOIN family y ON y.id = f.family LEFT JOIN field_source s ON s.field = f.id
       ORDER BY f.id, s.source`,
    ),
    derived: rowDigest(file, ["id", "data"], "FROM derived_block ORDER BY id"),
    places: rowDigest(
      file,
      ["d.event", "d.block", "d.offset", "d.bytes", "e.member", "e.line", "e.block", "e.offset", "e.bytes"],
      "FROM derived d CROSS JOIN event e ON e.id = d.event ORDER BY d.event",
    ),
  };
}

/** Of a hunt that ended: its row, its ledger, and the rules as they ran. */
export function huntDigest(file: CaseFile, hunt: number): string {
  return rowDigest(
    file,
    [
      ...["h.id", "h.started_at", "h.finished_at", "h.status", "h.tool_version", "h.analyst", "h.from_time"],
      ...["h.to_time", "h.options", "h.sources", "h.events", "l.outcome", "l.reason", "l.findings", "l.fresh"],
      ...["l.unchanged", "l.gone", "l.ms", "l.sql_hash", "l.details", "r.id", "r.rule_id", "r.path", "r.hash"],
      ...["r.name", "r.document"],
    ],
    `FROM hunt h LEFT JOIN hunt_rule l ON l.hunt = h.id LEFT JOIN rule r ON r.id = l.rule WHERE h.id = ? ORDER BY r.id`,
    BigInt(hunt),
  );
}
