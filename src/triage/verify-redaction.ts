import { canonicalJson } from "../base/canonical-json.ts";
import type { CaseFile } from "../store/case-file.ts";
import { iterateJournal } from "../store/journal.ts";
import { readRedaction, redactionText } from "../store/redaction.ts";
import { evidenceTables, type TableDigest, tableDigest } from "../store/table-digest.ts";
import { Problems } from "./verify-problems.ts";
import type { Check } from "./verify-types.ts";

/**
 * A redacted case says of itself what its journal says, and each table of evidence is what it was when the case was redacted.
 */
export function checkRedaction(file: CaseFile): Check {
  const check = new Problems("redaction");
  const redaction = readRedaction(file);
  if (redaction === null) return check.done();
  let told: Readonly<Record<string, unknown>> | null = null;
  for (const { action, detail } of iterateJournal(file)) if (action === "redact") told = detail;
  if (told === null) {
    check.add("the case says that it is redacted, but its journal does not");
    return check.done();
  }
  const { tables, ...facts } = told;
  check.count += 1;
  if (canonicalJson(facts) !== canonicalJson(redaction))
    check.add("the case does not say of its redaction what its journal says");
  for (const [table, digest] of Object.entries(tables as Record<string, TableDigest>)) {
    check.count += 1;
    if (!evidenceTables(file).includes(table)) check.add(`table ${table} is gone`);
    else if (tableDigest(file, table, digest.lastValue).sha256 !== digest.sha256) {
      check.add(`table ${table} is not what it was when the case was redacted`);
    }
  }
  return check.withhold(redactionText(redaction));
}
