/** Events against their originals, each normalised anew: the costly part of `verify`, a range of events at a time. */
import { errorMessage } from "../base/errors.ts";
import { parseExactJson } from "../base/exact-json.ts";
import { isoTime } from "../base/time-text.ts";
import { type LeafValue, toBoolean, toDate, toDouble, toIp, toLong, toText } from "../ecs/field-value.ts";
import { forEachLeaf, NORMALISER_VERSION } from "../ecs/normalise.ts";
import { parseTimeZone, type TimeZone } from "../ecs/time-zone.ts";
import type { CaseFile } from "../store/case-file.ts";
import { EVENT_FLAG } from "../store/event-flags.ts";
import { EventValueReader } from "../store/event-value-reader.ts";
import { type DocumentPlace, EventReader } from "../store/events.ts";
import { listFields, type StoredField } from "../store/fields.ts";
import { listSources } from "../store/sources.ts";

/** An event, and what is wrong with it. */
export type EventProblem = readonly [event: number, problem: string];

interface ComparedEvent extends DocumentPlace {
  readonly source: number;
  readonly time: string | null;
  readonly tiebreaker: string | null;
}

const NOTHING: ReadonlyMap<string, string | readonly string[]> = new Map();

/** Compares events of sources that this version of the normaliser made. */
export class OriginalComparison {
  readonly #reader: EventReader;
  readonly #fields: ReadonlyMap<string, StoredField>;
  readonly #values: EventValueReader;
  readonly #loads: ReadonlyMap<number, LoadFacts>;
  readonly #select: (first: number, last: number) => ComparedEvent[];

  constructor(file: CaseFile) {
    // The side table of a field without a column ends where the last hunt or query that asked for it filled it.
    const fields = listFields(file)
      .filter(({ column, side }) => column || side)
      .map((field) => (field.column ? { ...field, sideUntil: Infinity } : field));
    this.#reader = new EventReader(file);
    this.#fields = new Map(fields.map((field) => [field.path, field]));
    this.#values = new EventValueReader(file, fields);
    this.#loads = loadsOf(file);
    const select = file.db.prepare<[number, number], ComparedEvent>(
      `SELECT e.id AS event, m.source, e.block, e.offset, e.bytes, e.flags, CAST(e.time AS TEXT) AS time,
         CAST(e.tiebreaker AS TEXT) AS tiebreaker
       FROM event e JOIN member m ON m.id = e.member WHERE e.id BETWEEN ? AND ? ORDER BY e.id`,
    );
    this.#select = (first, last) => select.all(first, last);
  }

  /** Events from `first` to `last` that are not what their originals say, by id. */
  problems(first: number, last: number): EventProblem[] {
    const stored = this.#values.read(first, last);
    return this.#select(first, last).flatMap((row): EventProblem[] => {
      const load = this.#loads.get(row.source);
      if (load === undefined) return [];
      const problem = eventProblem(this.#reader, row, this.#fields, stored.get(row.event) ?? NOTHING, load);
      return problem === null ? [] : [[row.event, problem]];
    });
  }
}

function eventProblem(
  reader: EventReader,
  event: ComparedEvent,
  fields: ReadonlyMap<string, StoredField>,
  stored: ReadonlyMap<string, string | readonly string[]>,
  load: LoadFacts,
): string | null {
  let json: string;
  try {
    ({ json } = reader.text(event));
    if ((event.flags & EVENT_FLAG.derived) === 0 && !isWithinLines(reader.bytesAt(event))) {
      return "its place in the evidence is not where its document begins and ends";
    }
  } catch (error) {
    return `its original cannot be read: ${errorMessage(error)}`;
  }
  const parsed = parseExactJson(json);
  if (!parsed.ok || typeof parsed.value !== "object" || parsed.value === null) return "its original is no document";
  const expected = new Map<string, string | Set<string>>();
  const times = new Set<string>();
  const ties = new Set<string>();
  forEachLeaf({ ...parsed.value }, (path, value) => {
    if (path === load.timestampField) addText(times, toDate(value, load.zone));
    if (path === load.tiebreakerField) addText(ties, toLong(value));
    const field = fields.get(path);
    const text = field === undefined || field.sideUntil < event.event ? null : storedText(field, value, load.zone);
    if (text === null) return;
    const known = expected.get(path);
    if (known === undefined) expected.set(path, text);
    else if (typeof known !== "string") known.add(text);
    else if (known !== text) expected.set(path, new Set([known, text]));
  });
  if (!isOneOf(event.time, times))
    return `its time is ${event.time ?? "unknown"}, but its original says ${said(times)}`;
  if ((event.time === null) !== ((event.flags & EVENT_FLAG.untimed) !== 0)) return "its flags do not fit its time";
  if (!isOneOf(event.tiebreaker, ties)) {
    return `its tiebreaker is ${event.tiebreaker ?? "missing"}, but its original says ${said(ties)}`;
  }
  for (const [path, wanted] of expected) {
    const found = stored.get(path) ?? [];
    if (!sameValues(found, wanted)) return valuesProblem(path, found, wanted);
  }
  for (const [path, found] of stored) if (!expected.has(path)) return valuesProblem(path, found, []);
  return null;
}

function sameValues(found: string | readonly string[], wanted: string | ReadonlySet<string>): boolean {
  if (typeof found === "string") return found === wanted;
  const values = new Set(found);
  if (typeof wanted === "string") return values.size === 1 && values.has(wanted);
  return values.size === wanted.size && found.every((value) => wanted.has(value));
}

function valuesProblem(path: string, found: string | readonly string[], wanted: Iterable<string> | string): string {
  const list = (values: Iterable<string> | string): string =>
    JSON.stringify(typeof values === "string" ? [values] : [...new Set(values)]);
  return `${path} is ${list(found)}, but its original says ${list(wanted)}`;
}

function isWithinLines(bytes: Buffer): boolean {
  const [first = LF] = bytes;
  const last = bytes.at(-1) ?? LF;
  return first !== LF && first !== CR && last !== LF && last !== CR;
}

const LF = 0x0a;
const CR = 0x0d;

function addText(texts: Set<string>, value: bigint | null): void {
  if (value !== null) texts.add(value.toString());
}

/** One of what the original says, or nothing where it says nothing. */
function isOneOf(stored: string | null, texts: ReadonlySet<string>): boolean {
  return stored === null ? texts.size === 0 : texts.has(stored);
}

function said(texts: ReadonlySet<string>): string {
  return texts.size === 0 ? "none" : [...texts].join(" or ");
}

/** A value of the original as `eventValues` gives it back; null where it does not fit the field. */
function storedText(field: StoredField, value: LeafValue, zone: TimeZone | undefined): string | null {
  if (field.family !== null) {
    return field.type === "ip" && field.typedBy !== "data" ? (toIp(value)?.text ?? null) : toText(value);
  }
  switch (field.type) {
    case "long":
      return toLong(value)?.toString() ?? null;
    case "double":
      return toDouble(value)?.toString() ?? null;
    case "boolean":
      return toBoolean(value)?.toString() ?? null;
    default: {
      const time = toDate(value, zone);
      return time === null ? null : isoTime(time);
    }
  }
}

/** How a source was loaded. */
interface LoadFacts {
  readonly zone: TimeZone | undefined;
  readonly timestampField: string;
  readonly tiebreakerField: string;
}

/** Of the sources that this version of the normaliser made. */
function loadsOf(file: CaseFile): Map<number, LoadFacts> {
  const sources = listSources(file).filter(({ normaliser }) => normaliser === NORMALISER_VERSION);
  return new Map(
    sources.map(({ id, options }) => {
      const {
        timezone = null,
        timestampField = "@timestamp",
        tiebreakerField = "event.sequence",
      } = JSON.parse(options) as { timezone?: string | null; timestampField?: string; tiebreakerField?: string };
      const zone = timezone === null ? undefined : parseTimeZone(timezone);
      return [id, { zone, timestampField, tiebreakerField }];
    }),
  );
}
