/**
 * What events are about at a glance: host, container, user, process, destination. Kept with each finding, so that lists
 * of thousands need no original documents.
 */
import { SUMMARY_FIELDS } from "../ecs/summary-fields.ts";
import type { CaseFile } from "./case-file.ts";

/** What is known of one event; null where it does not say. */
export interface EventSummary {
  /** Nanoseconds since 1970 UTC. */
  readonly time: bigint | null;
  readonly host: string | null;
  readonly container: string | null;
  readonly user: string | null;
  readonly process: string | null;
  readonly commandLine: string | null;
  readonly entity: string | null;
  readonly parentEntity: string | null;
  readonly destination: string | null;
}

/** The same of a finding, as stored in `finding.summary`. */
export interface FindingSummary {
  readonly host: string | null;
  readonly container: string | null;
  readonly user: string | null;
  readonly process: string | null;
  readonly commandLine: string | null;
  readonly destination: string | null;
  readonly entity: string | null;
  /** `process.entity_id` of all its events, each once, in order. */
  readonly entities: readonly string[];
  /** `process.parent.entity_id` of all its events, each once, in order. */
  readonly parents: readonly string[];
}

interface Column {
  readonly path: string;
  readonly name: string;
  readonly inDictionary: boolean;
}

/** Summaries of events by id. Events that do not exist are left out. */
export function summariseEvents(file: CaseFile, events: readonly bigint[]): Map<bigint, EventSummary> {
  const columns = summaryColumns(file);
  const selected = columns.map((column) => `, e.${column.name}`).join("");
  const rows = file.rows({
    sql: `SELECT e.id, e.time${selected} FROM event e WHERE e.id IN (SELECT value FROM json_each(?))`,
    parameters: [idList(events)],
  });
  const texts = dictionaryTexts(file, columns, rows);
  return new Map(
    rows.map((row) => {
      const fields = new Map<string, string>();
      columns.forEach((column, index) => {
        const stored = row[index + 2] as bigint | number | null | undefined;
        if (stored === null || stored === undefined) return;
        const text = column.inDictionary ? texts.get(BigInt(stored)) : String(stored);
        if (text !== undefined) fields.set(column.path, text);
      });
      return [row[0] as bigint, toSummary(row[1] as bigint | null, fields)];
    }),
  );
}

/** A JSON list of ids for `json_each`. */
export function idList(ids: readonly (bigint | number)[]): string {
  return `[${ids.join(",")}]`;
}

function summaryColumns(file: CaseFile): Column[] {
  const wanted = Object.values(SUMMARY_FIELDS).flat();
  return file.db
    .prepare<[string], { id: number; path: string; family: number | null }>(
      "SELECT id, path, family FROM field WHERE has_column = 1 AND path IN (SELECT value FROM json_each(?)) ORDER BY id",
    )
    .all(JSON.stringify(wanted))
    .map(({ id, path, family }) => ({ path, name: `f${id}`, inDictionary: family !== null }));
}

function dictionaryTexts(file: CaseFile, columns: readonly Column[], rows: readonly unknown[][]): Map<bigint, string> {
  const ids = new Set<bigint>();
  columns.forEach((column, index) => {
    if (!column.inDictionary) return;
    for (const row of rows) {
      const id = row[index + 2];
      if (typeof id === "bigint") ids.add(id);
    }
  });
  const found = file.rows({
    sql: "SELECT id, coalesce(text, folded), odd FROM value WHERE id IN (SELECT value FROM json_each(?))",
    parameters: [idList([...ids])],
  });
  return new Map(
    found.flatMap(([id, text, odd]) =>
      typeof text === "string"
        ? [[id as bigint, odd === 1n ? (JSON.parse(`"${text}"`) as string) : text] as const]
        : [],
    ),
  );
}

function toSummary(time: bigint | null, fields: ReadonlyMap<string, string>): EventSummary {
  const first = (paths: readonly string[]): string | null => {
    for (const path of paths) {
      const text = fields.get(path);
      if (text !== undefined && text !== "") return text;
    }
    return null;
  };
  return {
    time,
    host: first(SUMMARY_FIELDS.host),
    container: first(SUMMARY_FIELDS.container),
    user: first(SUMMARY_FIELDS.user),
    process: first(SUMMARY_FIELDS.process),
    commandLine: first(SUMMARY_FIELDS.commandLine),
    entity: first(SUMMARY_FIELDS.entity),
    parentEntity: first(SUMMARY_FIELDS.parentEntity),
    destination: withPort(first(SUMMARY_FIELDS.destinationAddress), first(SUMMARY_FIELDS.destinationPort)),
  };
}

function withPort(address: string | null, port: string | null): string | null {
  if (address === null || port === null) return address;
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/**
 * One summary for the events of a finding, in their order. The process, its command line, entity and user are those of
 * one event, the first that names a process; the rest comes from the first event that says it.
 */
export function mergeSummaries(events: readonly EventSummary[]): FindingSummary {
  const told = events.find((event) => event.process !== null) ?? events[0];
  const first = (key: keyof Omit<EventSummary, "time">): string | null =>
    told?.[key] ?? events.find((event) => event[key] !== null)?.[key] ?? null;
  return {
    host: first("host"),
    container: first("container"),
    user: first("user"),
    process: told?.process ?? null,
    commandLine: told?.commandLine ?? null,
    destination: first("destination"),
    entity: first("entity"),
    entities: distinct(events.map((event) => event.entity)),
    parents: distinct(events.map((event) => event.parentEntity)),
  };
}

function distinct(items: readonly (string | null)[]): string[] {
  return [...new Set(items.filter((item) => item !== null))];
}
