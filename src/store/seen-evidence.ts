/**
 * What a hunt looks at: everything that the case held when it began. Ids of events and of fields ascend in the order of
 * loading, and no load changes an event that is there, so the last of each tell it apart from what came later.
 */
import type { FieldType } from "../ecs/field-type.ts";
import type { CaseFile } from "./case-file.ts";
import { listFields } from "./fields.ts";

export interface SeenEvidence {
  readonly events: number;
  /** Ids; 0: none. */
  readonly lastEvent: number;
  readonly lastField: number;
  /**
   * Fields typed from the data (`typed_by`) whose values made them something else than `keyword`: a later load can change
   * that.
   */
  readonly types: Readonly<Record<string, FieldType>>;
}

/** A source as a hunt saw it: without a hash it was not loaded to its end. */
export interface SeenSource {
  readonly id: number;
  readonly sha256: string | null;
}

/** What the case holds now, while nothing else can be written in between. */
export function readSeenEvidence(file: CaseFile): { readonly seen: SeenEvidence; readonly sources: SeenSource[] } {
  return file.snapshot(() => {
    const row = file.db
      .prepare<[], Omit<SeenEvidence, "types">>(
        `SELECT (SELECT count(*) FROM event) AS events, (SELECT ifnull(max(id), 0) FROM event) AS lastEvent,
           (SELECT ifnull(max(id), 0) FROM field) AS lastField`,
      )
      .get();
    const fields = listFields(file).filter(({ typedBy, type }) => typedBy === "data" && type !== "keyword");
    const types = Object.fromEntries(fields.map(({ path, type }) => [path, type]));
    const sources = file.db.prepare<[], SeenSource>("SELECT id, sha256 FROM source ORDER BY id").all();
    return { seen: { events: 0, lastEvent: 0, lastField: 0, ...row, types }, sources };
  });
}
