/** Proof that the evidence in the case is what was loaded: bytes against hashes, counts and digests against the journal. */
import { foldAscii } from "../base/fold-ascii.ts";
import { parseIp } from "../ecs/ip.ts";
import type { CaseFile } from "../store/case-file.ts";
import { iterateJournal } from "../store/journal.ts";
import { checkMembers } from "../store/members.ts";
import { caseDigests, loadDigests } from "../store/record-digests.ts";
import { readRedaction } from "../store/redaction.ts";
import { listMembers, listSources, type StoredSource } from "../store/sources.ts";
import { decodeText, encodeText } from "../store/text.ts";
import { Problems } from "./verify-problems.ts";
import { checkValueRows } from "./verify-rows.ts";
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
  for (const source of sources.values()) if (source.status === "complete") checkCounts(file, source, check);
  if (readRedaction(file) === null) checkDigests(file, check);
  return withheld === 0 ? check.done() : check.withhold(`${withheld} blocks; their sha256 is kept`);
}

/** A source has as many rows of each kind as it says. */
function checkCounts(file: CaseFile, source: StoredSource, check: Problems): void {
  const members = "(SELECT id FROM member WHERE source = ?)";
  const count = (table: string): number =>
    file.db
      .prepare<[bigint], number>(`SELECT count(*) FROM ${table} WHERE member IN ${members}`)
      .pluck()
      .get(BigInt(source.id)) ?? 0;
  const kinds = [
    ["events", "event", source.events],
    ["duplicates", "duplicate", source.duplicates],
    ["rejected documents", "rejected", source.rejected],
  ] as const;
  for (const [what, table, said] of kinds) {
    const found = count(table);
    if (found !== said) check.add(`${source.path}: ${found} ${what} are in the case, ${said} were loaded`);
  }
}

/** What the journal says of sources when they were loaded, and of the inventory after the last load. */
function checkDigests(file: CaseFile, check: Problems): void {
  const loads = new Map<number, Readonly<Record<string, unknown>>>();
  let last: Readonly<Record<string, unknown>> | null = null;
  for (const { action, target, detail } of iterateJournal(file)) {
    if (action === "load") {
      loads.set(Number(target?.slice("source:".length)), detail);
      // A load that was killed before its end: what the one before left is not what is there.
      last = null;
    }
    if (action === "load.finish") last = detail;
  }
  for (const { id, path, status } of listSources(file)) {
    const told = loads.get(id)?.["digests"];
    if (!loads.has(id)) {
      if (status === "complete") check.add(`${path}: the journal does not tell of its load`);
    } else if (told !== undefined) {
      for (const name of differing(told, loadDigests(file, id))) check.add(`${path}: ${DIGESTED[name] ?? name}`);
    }
    loads.delete(id);
  }
  for (const id of loads.keys()) check.add(`source ${id} is gone, but the journal tells of its load`);
  if (last === null || listSources(file).some(({ status }) => status !== "complete")) return;
  for (const name of differing(last["digests"], caseDigests(file))) check.add(DIGESTED[name] ?? name);
}

/** What is wrong where a digest differs. */
const DIGESTED: Readonly<Record<string, string>> = {
  source: "what the case says of it is not what was loaded",
  members: "its members are not those that were loaded",
  rejected: "what the case says of rejected documents is not what was loaded",
  duplicates: "what the case says of duplicates is not what was loaded",
  rows: "the digests of its rows are not those that were taken when it was loaded",
  fields: "the inventory of fields is not what the last load left",
  places: "where the documents that others were converted to are from is not what the last load left",
  derived: "the documents that others were converted to are not what the last load left",
};

/** What is not as it was told; an older version told of less. */
function differing(told: unknown, found: Readonly<Record<string, string>>): string[] {
  const before = told as Readonly<Record<string, string>>;
  return Object.keys(found).filter((name) => name in before && before[name] !== found[name]);
}

/** The dictionary says what its texts say: folded forms are right, and no text stands twice. */
export function checkDictionary(file: CaseFile): Check {
  const check = new Problems("dictionary");
  const rows = file.db
    .prepare<[], DictionaryRow>(
      `SELECT v.id, v.folded, v.text, v.odd, v.ip, y.name AS family FROM value v LEFT JOIN family y ON y.id = v.family
       WHERE v.folded IS NOT NULL`,
    )
    .iterate();
  for (const { id, folded, text, odd, ip, family } of rows) {
    check.count += 1;
    const own = text ?? folded;
    if (foldAscii(own) !== folded) check.add(`value ${id} is folded wrongly`);
    else if (!isEncoded(own, odd !== null)) check.add(`value ${id} is not encoded as the loader does`);
    else if (text === folded) check.add(`value ${id} has its text twice`);
    else if (family === null) check.add(`value ${id} is of no family`);
    else if (ip !== null && parseIp(own)?.some((byte, at) => byte !== ip[at]) !== false) {
      check.add(`value ${id} is not the address that its bytes are`);
    }
  }
  for (const id of file.db
    .prepare<[], number>(
      "SELECT min(id) FROM value WHERE folded IS NOT NULL GROUP BY family, folded, ifnull(text, folded), odd HAVING count(*) > 1",
    )
    .pluck()
    .iterate()) {
    check.add(`value ${id} stands more than once`);
  }
  if (check.total > 0 || readRedaction(file) !== null) return check.done();
  for (const { first, last, same } of checkValueRows(file)) {
    if (!same) check.add(`values ${first} to ${last} are not those that were loaded`);
  }
  return check.done();
}

interface DictionaryRow {
  readonly id: number;
  readonly folded: string;
  readonly text: string | null;
  readonly odd: number | null;
  readonly ip: Buffer | null;
  /** null: there is no such family. */
  readonly family: string | null;
}

function isEncoded(stored: string, odd: boolean): boolean {
  if (!odd) return !encodeText(stored).odd;
  try {
    const again = encodeText(decodeText(stored, true));
    return again.odd && again.text === stored;
  } catch {
    return false;
  }
}
