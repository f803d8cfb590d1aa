import type { FamiliesOfSource } from "../hunt/rule-families.ts";
import type { Rule } from "../rules/rule.ts";
import type { CaseFile } from "../store/case-file.ts";
import type { StoredField } from "../store/fields.ts";
import type { Redaction } from "../store/redaction.ts";
import type { StoredSource } from "../store/sources.ts";
import type { Telemetry } from "../store/telemetry.ts";

/** What `eqlite info` tells. Times of events are nanoseconds; in JSON they are ISO 8601. */
export interface CaseInfo {
  readonly case: string;
  /** What this copy of the case withholds; null when it is complete. */
  readonly redaction: Redaction | null;
  readonly sources: readonly StoredSource[];
  readonly events: number;
  /** Entries of archives that gave no events: how many are in the case byte for byte, and how many are listed only. */
  readonly withoutEvents: readonly { readonly source: number; readonly kept: number; readonly listed: number }[];
  readonly telemetry: Telemetry;
  /** Which families of rules each source can feed, in the order of `sources`. */
  readonly families: readonly FamiliesOfSource[];
  readonly fields: {
    readonly total: number;
    /** Fields of which some values do not fit the type. */
    readonly malformed: readonly Pick<StoredField, "path" | "type" | "malformed">[];
  };
}

/** @param rules counted per source: which of them it lets look */
export async function readInfo(file: CaseFile, rules: readonly Rule[]): Promise<CaseInfo> {
  const [
    { listFields },
    { readRedaction },
    { listMembers, listSources, MEMBER_FORMAT },
    { readTelemetry },
    { readSourceKinds },
    hunt,
    { Evidence },
  ] = await Promise.all([
    import("../store/fields.ts"),
    import("../store/redaction.ts"),
    import("../store/sources.ts"),
    import("../store/telemetry.ts"),
    import("../store/source-kinds.ts"),
    import("../hunt/rule-families.ts"),
    import("../hunt/evidence.ts"),
  ]);
  const sources = listSources(file);
  const fields = listFields(file);
  const members = listMembers(file);
  const count = (source: number, format: string): number =>
    members.filter((member) => member.source === source && member.format === format).length;
  return {
    case: file.path,
    redaction: readRedaction(file),
    sources,
    events: sources.reduce((sum, source) => sum + source.events, 0),
    withoutEvents: sources
      .map(({ id }) => ({ source: id, kept: count(id, MEMBER_FORMAT.kept), listed: count(id, MEMBER_FORMAT.listed) }))
      .filter(({ kept, listed }) => kept + listed > 0),
    telemetry: readTelemetry(file),
    families: hunt.familiesOfSources(readSourceKinds(file), rules, new Evidence(file)),
    fields: {
      total: fields.length,
      malformed: fields
        .filter((field) => field.malformed > 0)
        .map(({ path, type, malformed }) => ({ path, type, malformed })),
    },
  };
}
