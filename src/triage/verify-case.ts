import type { CaseFile } from "../store/case-file.ts";
import { journalHead } from "../store/journal.ts";
import { checkDictionary, checkEvents, checkEvidence } from "./verify-evidence.ts";
import { checkActs, checkFile, checkFindings, checkJournal } from "./verify-investigation.ts";
import type { Check, Verification } from "./verify-types.ts";

/**
 * Checks a case from its bytes to its verdicts; see docs/integrity.md. Reads everything once; changes nothing.
 * @param onProgress gets the check that runs and the share of it that is done
 */
export async function verifyCase(
  file: CaseFile,
  onProgress: (check: Check["name"], share: number) => void = () => undefined,
): Promise<Verification> {
  const checks: Check[] = [];
  const run = async (name: Check["name"], check: () => Check | Promise<Check>): Promise<void> => {
    onProgress(name, 0);
    checks.push(await check());
  };
  await run("file", () => checkFile(file));
  await run("evidence", () => checkEvidence(file));
  await run("events", () => checkEvents(file, (share) => onProgress("events", share)));
  await run("dictionary", () => checkDictionary(file));
  await run("findings", () => checkFindings(file, (share) => onProgress("findings", share)));
  await run("journal", () => checkJournal(file));
  await run("acts", () => checkActs(file));
  return { ok: checks.every(({ total }) => total === 0), journalHead: journalHead(file), checks };
}
