/** The third pass of a redaction: the dictionary, the columns of events, side tables, the inventory. */
import type { CaseFile } from "../case-file.ts";
import { listFields, type StoredField } from "../fields.ts";
import { decodeText } from "../text.ts";
import type { FieldTest } from "./patterns.ts";
import { type Secrets, WITHHELD } from "./secrets.ts";

/**
 * Withheld values become missing, in the fields to withhold and wherever else they stand; a list with one of them as a
 * whole. A field of which nothing may stay leaves the inventory: a rule that needs it is blind. In a transaction of the
 * caller, after `withholdBlocks`.
 * @param keep values that may stay
 */
export function withholdValues(file: CaseFile, secrets: Secrets, isWithheld: FieldTest, keep: readonly string[]): void {
  const { db } = file;
  hideDictionary(file, secrets);
  keepValues(file, keep);
  const fields = listFields(file);
  const assignments = fields.filter(({ column }) => column).map((field) => columnSql(field, isWithheld(field.path)));
  const inHidden = "block IN (SELECT id FROM temp.hidden_block)";
  assignments.push(`identity = iif(${inHidden}, 0, identity)`, `hit = iif(${inHidden}, NULL, hit)`);
  db.exec(`UPDATE event SET ${assignments.filter((sql) => sql !== "").join(", ")}`);
  for (const field of fields) {
    if (!isWithheld(field.path)) {
      if (field.side && field.family !== null) {
        db.exec(`DELETE FROM f_${field.id} WHERE v IN (SELECT id FROM temp.hidden_value)`);
      }
    } else if (keep.length === 0 || field.family === null) removeField(file, field);
    else if (field.side) db.exec(`DELETE FROM f_${field.id} WHERE v NOT IN (SELECT id FROM temp.kept_value)`);
  }
  db.exec(
    `DELETE FROM value_item WHERE list IN (SELECT id FROM temp.hidden_value);
     DELETE FROM value WHERE id IN (SELECT id FROM temp.hidden_value);
     DELETE FROM row_digest`,
  );
  renameFields(file, secrets);
}

/** Fills the temporary table `hidden_value`: texts in which a secret stands, and lists that have one of them. */
function hideDictionary(file: CaseFile, secrets: Secrets): void {
  const { db } = file;
  db.exec("CREATE TEMP TABLE hidden_value (id INTEGER PRIMARY KEY)");
  const hide = db.prepare("INSERT INTO hidden_value VALUES (?)");
  const select = db.prepare<[number, number], { id: number; text: string; odd: number | null }>(
    "SELECT id, ifnull(text, folded) AS text, odd FROM value WHERE folded IS NOT NULL AND id > ? ORDER BY id LIMIT ?",
  );
  let batch = select.all(0, BATCH);
  while (batch.length > 0) {
    for (const { id, text, odd } of batch) if (secrets.isIn(decodeText(text, odd === 1))) hide.run(id);
    batch = select.all(batch.at(-1)?.id ?? 0, BATCH);
  }
  db.exec("INSERT INTO hidden_value SELECT DISTINCT list FROM value_item WHERE item IN (SELECT id FROM hidden_value)");
}

const BATCH = 10_000;

/** Fills the temporary table `kept_value`: values that may stay, and lists of nothing else. */
function keepValues(file: CaseFile, keep: readonly string[]): void {
  file.db.exec("CREATE TEMP TABLE kept_value (id INTEGER PRIMARY KEY)");
  file.db
    .prepare(
      `INSERT INTO kept_value SELECT id FROM value WHERE ifnull(text, folded) IN (SELECT value FROM json_each(?))
         AND id NOT IN (SELECT id FROM hidden_value)`,
    )
    .run(JSON.stringify(keep));
  file.db.exec(
    `INSERT INTO kept_value SELECT list FROM value_item GROUP BY list
       HAVING count(*) = sum(item IN (SELECT id FROM kept_value))`,
  );
}

/** What becomes of a column; empty: it stays as it is. */
function columnSql({ id, family }: StoredField, withheld: boolean): string {
  if (family === null) return withheld ? `f${id} = NULL` : "";
  return withheld
    ? `f${id} = iif(f${id} IN (SELECT id FROM temp.kept_value), f${id}, NULL)`
    : `f${id} = iif(f${id} IN (SELECT id FROM temp.hidden_value), NULL, f${id})`;
}

function removeField({ db }: CaseFile, { id }: StoredField): void {
  db.exec(`DROP INDEX IF EXISTS event_f${id}; DROP TABLE IF EXISTS f_${id}`);
  db.prepare("DELETE FROM field_source WHERE field = ?").run(BigInt(id));
  db.prepare("DELETE FROM field WHERE id = ?").run(BigInt(id));
}

/** Keys of documents are text of the evidence, too. */
function renameFields(file: CaseFile, secrets: Secrets): void {
  const rename = file.db.prepare("UPDATE field SET path = ? WHERE id = ?");
  for (const { id, path } of listFields(file)) {
    if (secrets.isIn(path)) rename.run(`${WITHHELD} ${id}`, BigInt(id));
  }
}
