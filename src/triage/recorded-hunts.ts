/** Hunts as the case recorded them, with all that running their rules again takes. */
import type { FieldType } from "../ecs/field-type.ts";
import type { TaskOptions } from "../hunt/rule-task.ts";
import type { CaseFile } from "../store/case-file.ts";
import { countEvents } from "../store/event-counts.ts";
import { readSeenEvidence, type SeenEvidence, type SeenSource } from "../store/seen-evidence.ts";

export interface RecordedHunt {
  readonly id: number;
  readonly startedAt: string;
  readonly options: TaskOptions;
  /** What it looked at; a sentence where that cannot be told. */
  readonly seen: SeenEvidence | string;
}

interface HuntFacts {
  readonly id: number;
  readonly startedAt: string;
  readonly events: number;
  readonly options: string;
  readonly sources: string;
}

type StoredOptions = Partial<TaskOptions> & { readonly saw?: Pick<SeenEvidence, "lastEvent" | "lastField"> };

/** Every hunt by its id. */
export function readRecordedHunts(file: CaseFile): Map<number, RecordedHunt> {
  const windows = new Map(
    file
      .rows({ sql: "SELECT id, from_time, to_time FROM hunt", parameters: [] })
      .map(([id, from, to]) => [Number(id), { from: from as bigint | null, to: to as bigint | null }]),
  );
  const rows = file.db
    .prepare<[], HuntFacts>("SELECT id, started_at AS startedAt, events, options, sources FROM hunt ORDER BY id")
    .all();
  return new Map(
    rows.map((row) => {
      const { respectIndex = false, maxFindings = 0, saw } = JSON.parse(row.options) as StoredOptions;
      const window = windows.get(row.id) ?? { from: null, to: null };
      const seen =
        saw === undefined ? seenByOldHunt(file, row) : { ...saw, events: row.events, types: typesOf(file, row.id) };
      const { id, startedAt } = row;
      return [id, { id, startedAt, options: { ...window, respectIndex, maxFindings }, seen }];
    }),
  );
}

/** The types that the rules of a hunt found fields to have because of their values. */
function typesOf(file: CaseFile, hunt: number): Record<string, FieldType> {
  const rows = file.db
    .prepare<[number], { path: string; type: FieldType }>(
      `SELECT t.key AS path, t.value AS type FROM hunt_rule l, json_each(l.details, '$.types') t
       WHERE l.hunt = ? AND json_type(l.details, '$.types') = 'object' ORDER BY l.rule`,
    )
    .all(hunt);
  return Object.fromEntries(rows.map(({ path, type }) => [path, type]));
}

/** A hunt of a version that noted no more than the number of events and the sources. */
function seenByOldHunt(file: CaseFile, { events, sources: json }: HuntFacts): SeenEvidence | string {
  const { seen: now } = readSeenEvidence(file);
  if (events === countEvents(file)) return now;
  const sources = JSON.parse(json) as SeenSource[];
  if (sources.some(({ sha256 }) => sha256 === null)) {
    return "evidence was being loaded meanwhile, and that version did not note how far it was";
  }
  const ids = JSON.stringify(sources.map(({ id }) => id));
  const lastEvent = file.db
    .prepare<[number], number>("SELECT id FROM event ORDER BY id LIMIT 1 OFFSET ?")
    .pluck()
    .get(events - 1);
  const known = "SELECT field FROM field_source WHERE source IN (SELECT value FROM json_each(@ids))";
  const lastField = file.db
    .prepare<{ ids: string }, number>(`SELECT ifnull(max(field), 0) FROM (${known})`)
    .pluck()
    .get({ ids });
  // Values of one kind alone made the same type then.
  const changed = file.db
    .prepare<{ ids: string }, string>(
      `SELECT path FROM field WHERE typed_by = 'data' AND id IN (${known})
         AND (strings > 0) + (numbers > 0) + (booleans > 0) > 1
         AND id IN (SELECT field FROM field_source WHERE source NOT IN (SELECT value FROM json_each(@ids)))
       ORDER BY path LIMIT 1`,
    )
    .pluck()
    .get({ ids });
  if (changed !== undefined) {
    return `evidence was added that may have changed the type of ${changed}, and that version did not note types`;
  }
  return { events, lastEvent: events === 0 ? 0 : (lastEvent ?? 0), lastField: lastField ?? 0, types: now.types };
}
