/** Proof that events are what their originals say, where they stand in the evidence, and what the load made of them. */
import { NORMALISER_VERSION } from "../ecs/normalise.ts";
import type { CaseFile } from "../store/case-file.ts";
import { EVENT_FLAG } from "../store/event-flags.ts";
import { listFields, type StoredField } from "../store/fields.ts";
import { memberBytes } from "../store/members.ts";
import { readRedaction } from "../store/redaction.ts";
import { listSources } from "../store/sources.ts";
import { compareOriginals } from "./compare-threads.ts";
import { Problems } from "./verify-problems.ts";
import { type CheckedRows, checkEventRows } from "./verify-rows.ts";
import type { Check } from "./verify-types.ts";

/** Every event has the values that its original gives, in every column; and every row is what the load wrote. */
export async function checkEvents(file: CaseFile, onProgress: (share: number) => void): Promise<Check> {
  const check = new Problems("events");
  if (readRedaction(file) !== null) return check.withhold("events are not compared with originals that are withheld");
  const sources = new Map(listSources(file).map((source) => [source.id, source]));
  const others = [...sources.values()].filter(({ normaliser }) => normaliser !== NORMALISER_VERSION);
  const problems = await compareOriginals(file, onProgress);
  // Where an event stands says more than what it then is said to hold.
  for (const event of placedEvents(file)) {
    check.count += 1;
    if (event.problem !== null) problems.set(event.id, event.problem);
  }
  const changed = new ChangedRows(file);
  for (const [event, problem] of [...problems].sort(([a], [b]) => a - b)) {
    check.add(`event ${event}: ${problem}`);
    changed.told(event);
  }
  const fields = listFields(file).filter(({ column, side }) => column || side);
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

interface EventRow {
  readonly id: number;
  readonly source: number | null;
  readonly member: number;
  /** In the member; -1 when its block is not there, or another member's. */
  readonly start: number;
  readonly bytes: number;
  readonly line: number;
  readonly flags: number;
}

/** Every event by id, and what is wrong with its place in the evidence; null when nothing is. */
function* placedEvents(file: CaseFile): Generator<{ readonly id: number; readonly problem: string | null }> {
  const places = new Places(file);
  const rows = file.db.prepare<[], EventRow>(
    `SELECT e.id, m.source, e.member, ifnull(b.offset + e.offset, -1) AS start, e.bytes, e.line, e.flags
     FROM event e LEFT JOIN member m ON m.id = e.member LEFT JOIN block b ON b.id = e.block AND b.member = e.member
     ORDER BY e.id`,
  );
  for (const row of rows.iterate()) {
    const isThere = row.source !== null && row.start >= 0;
    yield { id: row.id, problem: isThere ? places.problem(row) : "it is not in the evidence" };
  }
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
