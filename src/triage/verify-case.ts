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
  const run = async (name: Check["name"], check: () => Check | Promise<Check>): Promise<void> => {
    onProgress(name, 0);
    try {
      checks.push(await check());
    } catch (error) {
      // Whatever a damaged file makes of the program is a finding of the check, and the others still run.
      const problems = new Problems(name);
      problems.add(`it cannot be checked: ${errorMessage(error)}`);
      checks.push(problems.done());
    }
  };
  await run("file", () => checkFile(file));
  const redaction = readRedaction(file);
  if (redaction !== null) await run("redaction", () => checkRedaction(file, redaction));
  await run("evidence", () => checkEvidence(file));
  await run("events", () => checkEvents(file, (share) => onProgress("events", share)));
  await run("dictionary", () => checkDictionary(file));
  await run("findings", () => checkFindings(file, (share) => onProgress("findings", share), options));
  await run("journal", () => checkJournal(file));
  await run("acts", () => checkActs(file));
  return { ok: checks.every(({ total }) => total === 0), journalHead: journalHead(file), checks };
}
