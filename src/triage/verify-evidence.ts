/** Proof that the evidence in the case is what was loaded: bytes against hashes, events against bytes. */
import { errorMessage } from "../base/errors.ts";
import { parseExactJson } from "../base/exact-json.ts";
import { foldAscii } from "../base/fold-ascii.ts";
import { isoTime } from "../base/time-text.ts";
import { type LeafValue, toBoolean, toDate, toDouble, toIp, toLong, toText } from "../ecs/field-value.ts";
import { forEachLeaf, NORMALISER_VERSION } from "../ecs/normalise.ts";
import { parseTimeZone, type TimeZone } from "../ecs/time-zone.ts";
import type { CaseFile } from "../store/case-file.ts";
import { eventValues } from "../store/decoded-values.ts";
import { EventReader } from "../store/events.ts";
import { checkMembers } from "../store/members.ts";
import { readRedaction } from "../store/redaction.ts";
import { listFields, type StoredField } from "../store/fields.ts";
import { listMembers, listSources } from "../store/sources.ts";
import { decodeText, encodeText } from "../store/text.ts";
import { Problems } from "./verify-problems.ts";
import type { Check } from "./verify-types.ts";

/** Every member, put together again from its blocks, has the size and sha256 it was loaded with. */
export function checkEvidence(file: CaseFile): Check {
  const check = new Problems("evidence");
  const sources = new Map(listSources(file).map((source) => [source.id, source]));
  for (const { path, status } of sources.values()) {
    if (status !== "complete") check.add(`${path}: its load did not finish`);
  }
  let withheld = 0;
  for (const { path, problem, withheldBlocks } of checkMembers(file)) {
    check.count += 1;
    withheld += withheldBlocks;
    if (problem !== null) check.add(`${path}: ${problem}`);
  }
  for (const member of listMembers(file)) {
    const source = sources.get(member.source);
    const plain = member.path === "" && source?.bytes === member.bytes;
    if (plain && member.sha256 !== source.sha256) check.add(`${source.path}: the hashes of source and content differ`);
  }
  return withheld === 0 ? check.done() : check.withhold(`${withheld} blocks; their sha256 is kept`);
}

/** Every event has the values that its original gives, in every column. */
export function checkEvents(file: CaseFile, onProgress: (share: number) => void): Check {
  const check = new Problems("events");
  if (readRedaction(file) !== null) return check.withhold("events are not compared with originals that are withheld");
  const versions = new Set(listSources(file).map(({ normaliser }) => normaliser));
  if (versions.size > 1 || (versions.size === 1 && !versions.has(NORMALISER_VERSION))) {
    return check.skip("the case was loaded with other rules of normalisation than this version has");
  }
  const fields = listFields(file).filter((field) => field.column);
  const paths = fields.map(({ path }) => path);
  const reader = new EventReader(file);
  const zones = zoneReader(file);
  const last = file.db.prepare<[], number>("SELECT ifnull(max(id), 0) FROM event").pluck().get() ?? 0;
  const select = file.db.prepare<[number, number], { id: number; source: number }>(
    "SELECT e.id, m.source FROM event e LEFT JOIN member m ON m.id = e.member WHERE e.id > ? ORDER BY e.id LIMIT ?",
  );
  for (let after = 0; ;) {
    const batch = select.all(after, BATCH);
    if (batch.length === 0) break;
    const stored = eventValues(
      file,
      batch.map(({ id }) => id),
      paths,
    );
    for (const { id, source } of batch) {
      check.count += 1;
      const problem = eventProblem(reader, id, fields, stored.get(id) ?? {}, zones(source));
      if (problem !== null) check.add(`event ${id}: ${problem}`);
      after = id;
    }
    onProgress(last === 0 ? 1 : after / last);
  }
  return check.done();
}

const BATCH = 1_000;

function eventProblem(
  reader: EventReader,
  event: number,
  fields: readonly StoredField[],
  stored: Readonly<Record<string, readonly string[]>>,
  zone: TimeZone | undefined,
): string | null {
  let json: string;
  try {
    ({ json } = reader.document(event));
  } catch (error) {
    return `its original cannot be read: ${errorMessage(error)}`;
  }
  const parsed = parseExactJson(json);
  if (!parsed.ok || typeof parsed.value !== "object" || parsed.value === null) return "its original is no document";
  const byPath = new Map(fields.map((field) => [field.path, field]));
  const expected = new Map<string, Set<string>>();
  forEachLeaf({ ...parsed.value }, (path, value) => {
    const field = byPath.get(path);
    const text = field === undefined ? null : storedText(field, value, zone);
    if (text === null) return;
    const values = expected.get(path);
    if (values === undefined) expected.set(path, new Set([text]));
    else values.add(text);
  });
  for (const { path } of fields) {
    const found = new Set(stored[path] ?? []);
    const wanted = expected.get(path) ?? new Set<string>();
    if (found.size !== wanted.size || [...found].some((value) => !wanted.has(value))) {
      return `${path} is ${JSON.stringify([...found])}, but its original says ${JSON.stringify([...wanted])}`;
    }
  }
  return null;
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

/** The zone that the load of a source was given. */
function zoneReader(file: CaseFile): (source: number) => TimeZone | undefined {
  const zones = new Map(
    listSources(file).map(({ id, options }) => {
      const { timezone = null } = JSON.parse(options) as { timezone?: string | null };
      return [id, timezone === null ? undefined : parseTimeZone(timezone)];
    }),
  );
  return (source) => zones.get(source);
}

/** The dictionary says what its texts say: folded forms are right, and no text stands twice. */
export function checkDictionary(file: CaseFile): Check {
  const check = new Problems("dictionary");
  const rows = file.db
    .prepare<[], { id: number; folded: string; text: string | null; odd: number | null }>(
      "SELECT id, folded, text, odd FROM value WHERE folded IS NOT NULL",
    )
    .iterate();
  for (const { id, folded, text, odd } of rows) {
    check.count += 1;
    const own = text ?? folded;
    if (foldAscii(own) !== folded) check.add(`value ${id} is folded wrongly`);
    else if (!isEncoded(own, odd === 1)) check.add(`value ${id} is not encoded as the loader does`);
  }
  for (const id of file.db
    .prepare<[], number>(
      "SELECT min(id) FROM value WHERE folded IS NOT NULL GROUP BY family, folded, ifnull(text, folded), odd HAVING count(*) > 1",
    )
    .pluck()
    .iterate()) {
    check.add(`value ${id} stands more than once`);
  }
  return check.done();
}

function isEncoded(stored: string, odd: boolean): boolean {
  if (!odd) return !encodeText(stored).odd;
  try {
    return encodeText(decodeText(stored, true)).text === stored;
  } catch {
    return false;
  }
}
