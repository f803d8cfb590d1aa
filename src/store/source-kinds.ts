import type { CaseFile } from "./case-file.ts";
import { decodeValue } from "./decoded-values.ts";
import { fieldByPath } from "./fields.ts";

/** Fields whose values name what an event is about; each event of a source is counted under each of its values. */
export const KIND_FIELDS = [
  "event.category",
  "event.kind",
  "event.dataset",
  "data_stream.dataset",
  "host.os.type",
] as const;

export type KindField = (typeof KIND_FIELDS)[number];

/** What the events of one source are about. */
export interface SourceKinds {
  readonly source: number;
  readonly events: number;
  /** Events by value, for each of the fields. */
  readonly values: Readonly<Record<KindField, ReadonlyMap<string, number>>>;
  /** Fields that some document of the source has, with how many. */
  readonly fields: ReadonlyMap<string, number>;
}

/** What the events of each source are about, in the order of loading; sources without an event included. */
export function readSourceKinds(file: CaseFile): SourceKinds[] {
  const kinds = new Map<number, { events: number; values: Record<KindField, Map<string, number>> }>();
  const sources = file.db.prepare<[], number>("SELECT id FROM source ORDER BY id").pluck().all();
  for (const id of sources) {
    const values = Object.fromEntries(KIND_FIELDS.map((path) => [path, new Map<string, number>()]));
    kinds.set(id, { events: 0, values: values as Record<KindField, Map<string, number>> });
  }
  const columns = KIND_FIELDS.map((path) => {
    const field = fieldByPath(file, path);
    return field?.column === true ? `f${field.id}` : "NULL";
  });
  const sourceOf = new Map(file.rows({ sql: "SELECT id, source FROM member", parameters: [] }) as [bigint, bigint][]);
  const rows = file.rows({
    sql: `SELECT member, ${columns.join(", ")}, count(*) FROM event GROUP BY 1, 2, 3, 4, 5, 6`,
    parameters: [],
  }) as (bigint | null)[][];
  const texts = new Map<bigint, string[]>();
  for (const [member, ...rest] of rows) {
    const kind = kinds.get(Number(sourceOf.get(member ?? 0n)));
    const events = Number(rest.at(-1));
    if (kind === undefined) continue;
    kind.events += events;
    KIND_FIELDS.forEach((path, index) => {
      const id = rest[index] ?? null;
      if (id === null) return;
      const known = texts.get(id) ?? decodeValue(file, id);
      texts.set(id, known);
      for (const text of known) kind.values[path].set(text, (kind.values[path].get(text) ?? 0) + events);
    });
  }
  const fields = fieldsBySource(file);
  return [...kinds].map(([source, kind]) => ({ source, ...kind, fields: fields.get(source) ?? new Map() }));
}

function fieldsBySource(file: CaseFile): Map<number, Map<string, number>> {
  const rows = file.db
    .prepare<[], { source: number; path: string; documents: number }>(
      "SELECT s.source, f.path, s.documents FROM field_source s JOIN field f ON f.id = s.field WHERE s.documents > 0",
    )
    .all();
  const found = new Map<number, Map<string, number>>();
  for (const { source, path, documents } of rows) {
    const own = found.get(source) ?? new Map<string, number>();
    found.set(source, own.set(path, documents));
  }
  return found;
}
