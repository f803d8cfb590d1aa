import { errorMessage } from "../base/errors.ts";
import type { CaseFile } from "../store/case-file.ts";
import { journalHead } from "../store/journal.ts";
import { readRedaction } from "../store/redaction.ts";
import { checkEvents } from "./verify-events.ts";
import { checkDictionary, checkEvidence } from "./verify-evidence.ts";
import { checkActs } from "./verify-acts.ts";
import { checkFindings, type FindingsOptions } from "./verify-findings.ts";
import { checkFile, checkJournal } from "./verify-investigation.ts";
import { Problems } from "./verify-problems.ts";
import { checkRedaction } from "./verify-redaction.ts";
import type { Check, Verification } from "./verify-types.ts";

/** Gets the check that runs and the share of it that is done. */
export type VerifyProgress = (check: Check["name"], share: number) => void;

/**
 * Checks a case from its bytes to its verdicts; see docs/integrity.md. Reads everything once; changes nothing.
 */
export async function verifyCase(
  file: CaseFile,
  onProgress: VerifyProgress = () => undefined,
  options?: FindingsOptions,
): Promise<Verification> {
  const checks: Check[] = [];
  for await (const check of verifyChecks(file, onProgress, options)) checks.push(check);
  return { ok: checks.every(({ total }) => total === 0), journalHead: headOf(file), checks };
}

/** null where the file is too damaged to tell; the checks say so. */
function headOf(file: CaseFile): string | null {
  try {
    return journalHead(file);
  } catch {
    return null;
  }
}

/** What the schema tells is asked only where it can be read; the checks ask again. */
function isRedacted(file: CaseFile): boolean {
  try {
    return readRedaction(file) !== null;
  } catch {
    return false;
  }
}

/** The checks of `verifyCase` one by one, in their order. */
export async function* verifyChecks(
  file: CaseFile,
  onProgress: VerifyProgress = () => undefined,
  options?: FindingsOptions,
): AsyncGenerator<Check> {
  const run = async (name: Check["name"], check: () => Check | Promise<Check>): Promise<Check> => {
    onProgress(name, 0);
    try {
      return await check();
    } catch (error) {
      // Whatever a damaged file makes of the program is a finding of the check, and the others still run.
      const problems = new Problems(name);
      problems.add(`it cannot be checked: ${errorMessage(error)}`);
      return problems.done();
    }
  };
  yield run("file", () => checkFile(file));
  if (isRedacted(file)) yield run("redaction", () => checkRedaction(file));
  yield run("evidence", () => checkEvidence(file));
  yield run("events", () => checkEvents(file, (share) => onProgress("events", share)));
  yield run("dictionary", () => checkDictionary(file));
  yield run("findings", () => checkFindings(file, (share) => onProgress("findings", share), options));
  yield run("journal", () => checkJournal(file));
  yield run("acts", () => checkActs(file));
}
