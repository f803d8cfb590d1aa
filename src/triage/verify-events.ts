/** Proof that events are what their originals say: each is normalised anew and compared. */
import { errorMessage } from "../base/errors.ts";
import { parseExactJson } from "../base/exact-json.ts";
import { isoTime } from "../base/time-text.ts";
import { type LeafValue, toBoolean, toDate, toDouble, toIp, toLong, toText } from "../ecs/field-value.ts";
import { forEachLeaf, NORMALISER_VERSION } from "../ecs/normalise.ts";
import { parseTimeZone, type TimeZone } from "../ecs/time-zone.ts";
import type { CaseFile } from "../store/case-file.ts";
import { EventValueReader } from "../store/event-value-reader.ts";
import { EVENT_FLAG } from "../store/event-flags.ts";
import { type DocumentPlace, EventReader } from "../store/events.ts";
import { listFields, type StoredField } from "../store/fields.ts";
import { memberBytes } from "../store/members.ts";
import { readRedaction } from "../store/redaction.ts";
import { listSources } from "../store/sources.ts";
import { Problems } from "./verify-problems.ts";
import { type CheckedRows, checkEventRows } from "./verify-rows.ts";
import type { Check } from "./verify-types.ts";

/** Every event has the values that its original gives, in every column. */
export function checkEvents(file: CaseFile, onProgress: (share: number) => void): Check {
  const check = new Problems("events");
  if (readRedaction(file) !== null) return check.withhold("events are not compared with originals that are withheld");
  const sources = new Map(listSources(file).map((source) => [source.id, source]));
  const others = [...sources.values()].filter(({ normaliser }) => normaliser !== NORMALISER_VERSION);
  const fields = listFields(file).filter((field) => field.complete);
  const byPath = new Map(fields.map((field) => [field.path, field]));
  const reader = new EventReader(file);
  const values = new EventValueReader(file, fields);
  const loads = loadsOf(file);
  const places = new Places(file);
  const last = file.db.prepare<[], number>("SELECT ifnull(max(id), 0) FROM event").pluck().get() ?? 0;
  const changed = new ChangedRows(file);
  const select = file.db.prepare<[number, number], EventRow>(
    `SELECT e.id AS event, m.source, e.member, e.block, e.offset, ifnull(b.offset + e.offset, -1) AS start, e.bytes, e.line,
       e.flags, CAST(e.time AS TEXT) AS time, CAST(e.tiebreaker AS TEXT) AS tiebreaker
     FROM event e LEFT JOIN member m ON m.id = e.member LEFT JOIN block b ON b.id = e.block AND b.member = e.member
     WHERE e.id > ? ORDER BY e.id LIMIT ?`,
  );
  for (let after = 0; ;) {
    const batch = select.all(after, BATCH);
    const [first] = batch;
    const end = batch.at(-1);
    if (first === undefined || end === undefined) break;
    const stored = values.read(first.event, end.event);
    for (const row of batch) {
      check.count += 1;
      const load = loads.get(row.source);
      const problem =
        load === undefined || row.start < 0
          ? "it is not in the evidence"
          : (places.problem(row) ??
            (load.sameVersion ? eventProblem(reader, row, byPath, stored.get(row.event) ?? NOTHING, load) : null));
      if (problem !== null) {
        check.add(`event ${row.event}: ${problem}`);
        changed.told(row.event);
      }
    }
    after = end.event;
    onProgress(last === 0 ? 1 : after / last);
  }
  for (const problem of familyProblems(file, fields)) check.add(problem);
  for (const path of sideProblems(file)) check.add(`${path}: what the case says of its side table is not so`);
  for (const { first, last, source, block } of changed.rest()) {
    const path = sources.get(source)?.path ?? `source ${source}`;
    check.add(`events ${first} to ${last}, of block ${block} of ${path}, are not the rows that were loaded`);
  }
  if (others.length === 0) return check.done();
  const paths = others.map(({ path, normaliser }) => `${path} (${normaliser})`).join(", ");
  return check.skip(
    `loaded by another version of the normaliser, not normalised anew: ${paths}; this is ${NORMALISER_VERSION}. Their rows were compared with the digests that were taken when they were loaded`,
  );
}

/** Rows that are not what they were, but for those of which something was said already. */
class ChangedRows {
  readonly #changed: CheckedRows[] = [];
  readonly #told = new Set<CheckedRows>();

  constructor(file: CaseFile) {
    for (const rows of checkEventRows(file)) if (!rows.same) this.#changed.push(rows);
  }

  told(event: number): void {
    const rows = this.#changed.find(({ first, last }) => first <= event && event <= last);
    if (rows !== undefined) this.#told.add(rows);
  }

  rest(): CheckedRows[] {
    return this.#changed.filter((rows) => !this.#told.has(rows));
  }
}

const BATCH = 1_000;
const NOTHING: ReadonlyMap<string, string | readonly string[]> = new Map();

interface EventRow extends DocumentPlace {
  readonly source: number;
  readonly member: number;
  /** In the member; -1 when its block is not there, or another member's. */
  readonly start: number;
  readonly line: number;
  readonly time: string | null;
  readonly tiebreaker: string | null;
}

/** Events of a member stand in the order of their places, one after another, and on the lines that they say. */
class Places {
  readonly #file: CaseFile;
  readonly #members = new Map<number, { end: number; readonly lines: LineCounter | null }>();

  constructor(file: CaseFile) {
    this.#file = file;
  }

  problem({ member, start, bytes, line, flags }: EventRow): string | null {
    // What was converted from records of a log may be several to a record, or one of several.
    if ((flags & EVENT_FLAG.derived) !== 0) return null;
    let known = this.#members.get(member);
    if (known === undefined) {
      known = { end: 0, lines: new LineCounter(memberBytes(this.#file, member)) };
      this.#members.set(member, known);
    }
    if (start < known.end) return `it stands at byte ${start}, where another event is`;
    known.end = start + bytes;
    const counted = known.lines?.lineAt(start) ?? line;
    return counted === line ? null : `it stands on line ${counted}, not ${line}`;
  }
}

const LF = 0x0a;

/** Counts lines up to places that only ascend. */
class LineCounter {
  readonly #blocks: Iterator<Buffer>;
  #block: Buffer = Buffer.alloc(0);
  #start = 0;
  #at = 0;
  #line = 1;

  constructor(blocks: Iterator<Buffer>) {
    this.#blocks = blocks;
  }

  /** The 1-based line of a byte; null when the member ends before it. */
  lineAt(byte: number): number | null {
    while (this.#start + this.#block.length <= byte) {
      this.#count(this.#block.length);
      this.#start += this.#block.length;
      this.#at = 0;
      const next = this.#blocks.next();
      if (next.done === true) return null;
      this.#block = next.value;
    }
    this.#count(byte - this.#start);
    return this.#line;
  }

  #count(until: number): void {
    for (let at = this.#block.indexOf(LF, this.#at); at >= 0 && at < until; at = this.#block.indexOf(LF, at + 1)) {
      this.#line += 1;
    }
    this.#at = until;
  }
}

function eventProblem(
  reader: EventReader,
  event: EventRow,
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
    const text = field === undefined ? null : storedText(field, value, load.zone);
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

/** Fields that have a side table and do not say so, or the other way round. */
function sideProblems(file: CaseFile): string[] {
  return file.db
    .prepare<[], string>(
      `SELECT path FROM field f WHERE has_side <> EXISTS (
         SELECT 1 FROM sqlite_schema s WHERE s.type = 'table' AND s.name = 'f_' || f.id)`,
    )
    .pluck()
    .all();
}

/** Values are of the family of their field: a search of the field would not find others. */
function* familyProblems(file: CaseFile, fields: readonly StoredField[]): Generator<string> {
  const { db } = file;
  for (const { id, path, familyId, column, side, type, typedBy } of fields) {
    if (familyId === null) continue;
    const places = [...(column ? [`SELECT f${id} AS v FROM event`] : []), ...(side ? [`SELECT v FROM f_${id}`] : [])];
    for (const place of places) {
      const wrong = db
        .prepare<[number], number>(
          `SELECT d.v FROM (SELECT DISTINCT v FROM (${place}) WHERE v IS NOT NULL) d LEFT JOIN value v ON v.id = d.v
           WHERE v.family IS NOT ? LIMIT 1`,
        )
        .pluck()
        .get(familyId);
      if (wrong !== undefined) yield `value ${wrong} is no value of ${path}`;
      if (type !== "ip" || typedBy === "data") continue;
      const bare = db
        .prepare<[], number>(
          `SELECT v.id FROM (SELECT DISTINCT v FROM (${place}) WHERE v IS NOT NULL) d JOIN value v ON v.id = d.v
           WHERE v.folded IS NOT NULL AND v.ip IS NULL LIMIT 1`,
        )
        .pluck()
        .get();
      if (bare !== undefined) yield `value ${bare} of ${path} is an address without its bytes`;
    }
  }
  const items = db
    .prepare<[], number>(
      `SELECT i.list FROM value_item i LEFT JOIN value l ON l.id = i.list LEFT JOIN value t ON t.id = i.item
       WHERE l.folded IS NOT NULL OR t.folded IS NULL OR t.family IS NOT l.family LIMIT 100`,
    )
    .pluck();
  for (const list of items.iterate()) yield `list ${list} of the dictionary has an element that is none`;
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
  /** By the rules of normalisation that this program has. */
  readonly sameVersion: boolean;
  readonly zone: TimeZone | undefined;
  readonly timestampField: string;
  readonly tiebreakerField: string;
}

function loadsOf(file: CaseFile): Map<number, LoadFacts> {
  return new Map(
    listSources(file).map(({ id, options, normaliser }) => {
      const {
        timezone = null,
        timestampField = "@timestamp",
        tiebreakerField = "event.sequence",
      } = JSON.parse(options) as { timezone?: string | null; timestampField?: string; tiebreakerField?: string };
      const zone = timezone === null ? undefined : parseTimeZone(timezone);
      return [id, { sameVersion: normaliser === NORMALISER_VERSION, zone, timestampField, tiebreakerField }];
    }),
  );
}
