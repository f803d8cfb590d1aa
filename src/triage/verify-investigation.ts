/** Proof that the file and its journal are whole. */
import type { CaseFile } from "../store/case-file.ts";
import { verifyJournal } from "../store/journal.ts";
import { schemaProblems } from "../store/schema-check.ts";
import { Problems } from "./verify-problems.ts";
import type { Check } from "./verify-types.ts";

/** The file is a sound database. */
export function checkFile(file: CaseFile): Check {
  const check = new Problems("file");
  for (const [row] of file.rows({ sql: "PRAGMA integrity_check(20)", parameters: [] })) {
    check.count += 1;
    if (row !== "ok") check.add(`the file is damaged: ${String(row)}`);
  }
  for (const [table, id] of file.rows({ sql: "PRAGMA foreign_key_check", parameters: [] })) {
    check.add(`row ${(id as bigint).toString()} of ${table as string} refers to a row that is not there`);
  }
  for (const problem of schemaProblems(file)) check.add(problem);
  return check.done();
}

/** The journal's chain is whole. */
export function checkJournal(file: CaseFile): Check {
  const check = new Problems("journal");
  const { rows, problems, withheld } = verifyJournal(file);
  check.count = rows;
  for (const problem of problems) check.add(problem);
  return withheld === 0 ? check.done() : check.withhold(`texts in ${withheld} rows; their hashes are kept`);
}
