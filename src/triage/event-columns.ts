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

/**
 * The usual columns as far as the evidence has them. The arguments say nothing that the command line does not, and have to be
 * read from the originals: where each event with the one has the other, they are left out.
 */
export function usualColumns({ evidence }: Engine): string[] {
  const documents = (path: string): number => evidence.field(path)?.documents ?? 0;
  const isTold = documents("process.command_line") >= documents("process.args");
  return USUAL_COLUMNS.filter((path) => evidence.hasField(path) && !(path === "process.args" && isTold));
}

/**
 * Events as rows of a table, in the order of `events`. Values come from the columns of the case; a field without one is
 * read from the originals. Lists of arguments keep their order, which only the originals have.
 */
export function toEventRows(engine: Engine, events: readonly number[], columns: readonly string[]): EventRow[] {
  const { file, evidence } = engine;
  const stored = columns.filter((path) => evidence.field(path)?.complete === true);
  const values = eventValues(file, events, stored);
  const origins = readOrigins(file, events);
  const unstored = columns.filter((path) => !stored.includes(path) && evidence.field(path) !== undefined);
  const hasArguments = columns.includes("process.args");
  const reader = new EventReader(file);
  return events.flatMap((event) => {
    const origin = origins.get(event);
    if (origin === undefined) return [];
    const row: Record<string, readonly string[]> = Object.create(null) as Record<string, readonly string[]>;
    Object.assign(row, values.get(event));
    const fromOriginal =
      hasArguments && (row["process.args"]?.length ?? 0) > 1 ? [...unstored, "process.args"] : unstored;
    if (fromOriginal.length > 0) {
      const document = flattenJson(reader.document(event).json);
      for (const path of fromOriginal) row[path] = document.get(path) ?? [];
    }
    const source = origin.memberPath === "" ? origin.sourcePath : `${origin.sourcePath}!${origin.memberPath}`;
    return [{ id: event, time: origin.time, source, line: origin.line, values: row }];
  });
}
