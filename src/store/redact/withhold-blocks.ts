/** The second pass of a redaction: blocks of evidence that hold a withheld value are emptied; their sha256 is kept. */
import { sha256Hex } from "../../base/sha256.ts";
import type { CaseFile } from "../case-file.ts";
import { EventReader } from "../events.ts";
import { decompressBlock } from "../originals.ts";
import type { Secrets } from "./secrets.ts";

/**
 * Empties each block in which a document with a withheld value stands, or a withheld value anywhere, also escaped as in
 * JSON. In a transaction of the caller, with the tables `secret_range` (of `collectSecrets`) and `withheld`; leaves the
 * temporary table `hidden_block (id)`.
 * @param onProgress gets the share of the blocks that is done
 */
export function withholdBlocks(file: CaseFile, secrets: Secrets, onProgress: (share: number) => void): void {
  const { db } = file;
  db.exec(
    `CREATE TEMP TABLE hidden_block (id INTEGER PRIMARY KEY);
     CREATE TEMP TABLE hidden_derived (id INTEGER PRIMARY KEY);
     INSERT OR IGNORE INTO hidden_block
       SELECT b.id FROM secret_range r CROSS JOIN block b ON ${overlaps("r.member", "r.start", "r.end")};
     INSERT OR IGNORE INTO hidden_derived SELECT derived FROM secret_range WHERE derived IS NOT NULL`,
  );
  scanBlocks(file, secrets, onProgress);
  scanDerivedBlocks(file, secrets);
  keepHashesOfOriginals(file);
  keepHashesOfBlocks(file);
  db.exec(
    `UPDATE block SET data = x'' WHERE id IN (SELECT id FROM hidden_block);
     UPDATE derived_block SET data = x'' WHERE id IN (SELECT id FROM hidden_derived)`,
  );
}

/**
 * Whether a block holds some of the bytes of a member from `start` to `end`. The blocks of a member follow one another, so
 * the first is looked up, not looked for.
 */
function overlaps(member: string, start: string, end: string, block = "b"): string {
  const first = `SELECT max(q.offset) FROM block q WHERE q.member = ${member} AND q.offset <= ${start}`;
  return `${block}.member = ${member} AND ${block}.offset >= (${first}) AND ${block}.offset < ${end}
    AND ${block}.offset + ${block}.bytes > ${start}`;
}

/** Hides blocks with a withheld value that no document told of: in a wrapper, a header, another field. */
function scanBlocks(file: CaseFile, secrets: Secrets, onProgress: (share: number) => void): void {
  const { db } = file;
  const hide = db.prepare("INSERT OR IGNORE INTO hidden_block VALUES (?)");
  const total = db.prepare<[], number>("SELECT count(*) FROM block").pluck().get() ?? 0;
  const ids = db.prepare<[], { id: number; member: number }>("SELECT id, member FROM block ORDER BY member, offset");
  const isHidden = db.prepare("SELECT 1 FROM hidden_block WHERE id = ?");
  const select = db.prepare<[number], Buffer>("SELECT data FROM block WHERE id = ?").pluck();
  let before: { id: number; member: number; tail: string } | null = null;
  ids.all().forEach(({ id, member }, index) => {
    onProgress(index / total);
    const data = select.get(id);
    if (data === undefined) return;
    const text = decompressBlock(data, `block ${id}`).toString("utf8");
    const tail = before?.member === member ? before.tail : "";
    if (isHidden.get(id) === undefined && holdsSecret(text, secrets)) hide.run(id);
    // What begins in one block and ends in the next is in both. An escaped letter takes six.
    const reach = 6 * secrets.longest;
    if (before !== null && tail !== "" && holdsSecret(tail + text.slice(0, reach), secrets)) {
      hide.run(before.id);
      hide.run(id);
    }
    before = { id, member, tail: reach === 0 ? "" : text.slice(-reach) };
  });
}

function scanDerivedBlocks(file: CaseFile, secrets: Secrets): void {
  const { db } = file;
  const hide = db.prepare("INSERT OR IGNORE INTO hidden_derived VALUES (?)");
  const select = db.prepare<[number], Buffer>("SELECT data FROM derived_block WHERE id = ?").pluck();
  for (const id of db.prepare<[], number>("SELECT id FROM derived_block").pluck().all()) {
    const data = select.get(id);
    if (data !== undefined && holdsSecret(decompressBlock(data, `derived block ${id}`).toString("utf8"), secrets)) {
      hide.run(id);
    }
  }
}

/** As it stands, and with JSON's escapes undone once and twice: a document may stand in a string of another. */
function holdsSecret(text: string, secrets: Secrets): boolean {
  if (secrets.isIn(text)) return true;
  if (!text.includes("\\")) return false;
  const once = unescaped(text);
  return secrets.isIn(once) || (once.includes("\\") && secrets.isIn(unescaped(once)));
}

const ESCAPES: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

function unescaped(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_all, code: string | undefined, letter: string | undefined) =>
    code === undefined ? (ESCAPES[letter ?? ""] ?? letter ?? "") : String.fromCharCode(parseInt(code, 16)),
  );
}

/** Findings cite the sha256 of their originals: it is kept where the original is not. */
function keepHashesOfOriginals(file: CaseFile): void {
  const { db } = file;
  const reader = new EventReader(file);
  const insert = db.prepare("INSERT OR IGNORE INTO withheld (kind, id, sha256) VALUES ('original', ?, ?)");
  const events = db
    .prepare<[], number>(
      `SELECT DISTINCT e.id FROM finding_event f JOIN event e ON e.id = f.event JOIN block b ON b.id = e.block
       LEFT JOIN derived d ON d.event = e.id
       WHERE d.block IN (SELECT id FROM hidden_derived) OR EXISTS (
         SELECT 1 FROM block o
         WHERE ${overlaps("e.member", "b.offset + e.offset", "b.offset + e.offset + e.bytes", "o")}
           AND o.id IN (SELECT id FROM hidden_block))`,
    )
    .pluck()
    .all();
  for (const event of events) insert.run(BigInt(event), sha256Hex(reader.originalBytes(event)));
}

/** Of hidden blocks, and of those beside them, whose member's sha256 cannot be checked any more. */
function keepHashesOfBlocks(file: CaseFile): void {
  const { db } = file;
  const insert = db.prepare("INSERT INTO withheld (kind, id, sha256) VALUES (?, ?, ?)");
  const rows = db
    .prepare<[], { id: number; hidden: number }>(
      `SELECT id, id IN (SELECT id FROM hidden_block) AS hidden FROM block
       WHERE member IN (SELECT member FROM block WHERE id IN (SELECT id FROM hidden_block)) ORDER BY id`,
    )
    .all();
  const select = db.prepare<[number], Buffer>("SELECT data FROM block WHERE id = ?").pluck();
  for (const { id, hidden } of rows) {
    const data = select.get(id) ?? Buffer.alloc(0);
    insert.run(hidden === 1 ? "block" : "kept_block", BigInt(id), sha256Hex(decompressBlock(data, `block ${id}`)));
  }
  const derived = db.prepare<[number], Buffer>("SELECT data FROM derived_block WHERE id = ?").pluck();
  for (const id of db.prepare<[], number>("SELECT id FROM hidden_derived ORDER BY id").pluck().all()) {
    const data = derived.get(id) ?? Buffer.alloc(0);
    insert.run("derived_block", BigInt(id), sha256Hex(decompressBlock(data, `derived block ${id}`)));
  }
}
