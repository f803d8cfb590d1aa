/**
 * Makes a case withhold the values of some fields: see docs/integrity.md. It changes the file it is given, which has to be
 * a copy that nobody else opens, and leaves old pages in it: `VACUUM INTO` the file that leaves the house.
 */
import { invariant } from "../../base/errors.ts";
import { VERSION } from "../../base/version.ts";
import { buildIndexes } from "../case-indexes.ts";
import type { CaseFile } from "../case-file.ts";
import { type Actor, appendJournal, journalHead } from "../journal.ts";
import { readRedaction, type Redaction, storeRedaction } from "../redaction.ts";
import { evidenceTables, lastValue, tableDigest } from "../table-digest.ts";
import { createViews } from "../views.ts";
import { collectSecrets } from "./collect-secrets.ts";
import { fieldTest } from "./patterns.ts";
import { withholdBlocks } from "./withhold-blocks.ts";
import { withholdTexts } from "./withhold-texts.ts";
import { withholdValues } from "./withhold-values.ts";

export interface RedactOptions {
  /** Fields to withhold; `*` stands for any characters. */
  readonly fields: readonly string[];
  /** Values that may stay. */
  readonly keep: readonly string[];
}

/**
 * Withholds, and notes in the journal what was withheld with the digests of the tables that are left.
 * @param onProgress gets what is being done and the share of it that is done
 */
export function redactCase(
  file: CaseFile,
  actor: Actor,
  options: RedactOptions,
  onProgress: (what: "values" | "blocks" | "tables", share: number) => void = () => undefined,
): Redaction {
  invariant(readRedaction(file) === null, "a case is redacted once");
  const { db } = file;
  db.pragma("temp_store = FILE");
  const isWithheld = fieldTest(options.fields);
  const head = journalHead(file);
  const redaction = file.transaction((): Redaction => {
    db.exec(
      `CREATE TABLE withheld (kind TEXT NOT NULL, id INTEGER NOT NULL, sha256 TEXT, PRIMARY KEY (kind, id)) STRICT, WITHOUT ROWID;
       DROP VIEW IF EXISTS events`,
    );
    const { secrets, paths } = collectSecrets(file, isWithheld, options.keep, (share) => onProgress("values", share));
    withholdBlocks(file, secrets, (share) => onProgress("blocks", share));
    onProgress("tables", 0);
    const events = withheldEvents(file);
    withholdValues(file, secrets, isWithheld, options.keep);
    const texts = withholdTexts(file, secrets, isWithheld);
    return {
      patterns: options.fields,
      fields: paths,
      values: secrets.size,
      events,
      blocks: count(file, "temp.hidden_block"),
      allBlocks: count(file, "block"),
      texts,
      analyst: secrets.mask(actor.analyst),
      at: actor.at,
      toolVersion: VERSION,
      journalHead: head,
    };
  });
  // Statistics hold samples of the values that were there.
  db.exec("DROP TABLE IF EXISTS sqlite_stat1; DROP TABLE IF EXISTS sqlite_stat4");
  buildIndexes(file);
  createViews(file);
  onProgress("tables", 0.5);
  const last = lastValue(file);
  const tables = Object.fromEntries(evidenceTables(file).map((table) => [table, tableDigest(file, table, last)]));
  file.transaction(() => {
    storeRedaction(file, redaction);
    appendJournal(
      file,
      { ...actor, analyst: redaction.analyst },
      { action: "redact", target: null, detail: { ...redaction, tables } },
    );
  });
  return redaction;
}

function withheldEvents(file: CaseFile): number {
  return (
    file.db
      .prepare<[], number>(
        `SELECT count(*) FROM event e JOIN block b ON b.id = e.block LEFT JOIN derived d ON d.event = e.id
         WHERE e.block IN (SELECT id FROM temp.hidden_block) OR d.block IN (SELECT id FROM temp.hidden_derived)
           OR (e.offset + e.bytes > b.bytes AND EXISTS (
             SELECT 1 FROM block o WHERE o.id IN (SELECT id FROM temp.hidden_block) AND o.member = e.member
               AND o.offset >= b.offset + b.bytes AND o.offset < b.offset + e.offset + e.bytes))`,
      )
      .pluck()
      .get() ?? 0
  );
}

function count(file: CaseFile, table: string): number {
  return file.db.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0;
}
