import type { Engine } from "../hunt/engine.ts";
import { eventValues } from "../store/decoded-values.ts";
import { readOrigins } from "../store/event-origin.ts";
import { EventReader } from "../store/events.ts";
import { flattenJson } from "./event-evidence.ts";
import type { EventRow } from "./types.ts";

/** Columns of an events table when none are asked for; those the evidence lacks are left out. */
const USUAL_COLUMNS = [
  "event.category",
  "event.action",
  "host.name",
  "container.name",
  "user.name",
  "process.name",
  "process.command_line",
  "process.args",
  "file.path",
  "destination.ip",
  "destination.port",
  "dns.question.name",
] as const;

/** The usual columns as far as the evidence has them. */
export function usualColumns(engine: Engine): string[] {
  return USUAL_COLUMNS.filter((path) => engine.evidence.hasField(path));
}

/**
 * Events as rows of a table, in the order of `events`. Values come from the columns of the case; a field without one is
 * read from the originals. Lists of arguments keep their order, which only the originals have.
 */
export function toEventRows(engine: Engine, events: readonly number[], columns: readonly string[]): EventRow[] {
  const { file, evidence } = engine;
  const stored = columns.filter((path) => evidence.field(path)?.complete === true && path !== "process.args");
  const values = eventValues(file, events, stored);
  const origins = readOrigins(file, events);
  const unstored = columns.filter((path) => !stored.includes(path) && evidence.field(path) !== undefined);
  const reader = new EventReader(file);
  return events.flatMap((event) => {
    const origin = origins.get(event);
    if (origin === undefined) return [];
    const row: Record<string, readonly string[]> = Object.create(null) as Record<string, readonly string[]>;
    Object.assign(row, values.get(event));
    if (unstored.length > 0) {
      const document = flattenJson(reader.document(event).json);
      for (const path of unstored) row[path] = document.get(path) ?? [];
    }
    const source = origin.memberPath === "" ? origin.sourcePath : `${origin.sourcePath}!${origin.memberPath}`;
    return [{ id: event, time: origin.time, source, line: origin.line, values: row }];
  });
}
