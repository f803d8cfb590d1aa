/** Checks a bundle from its signature to the case: which of signature, manifest and case is not what was written. */
import type { KeyObject } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { canonicalJson } from "../../base/canonical-json.ts";
import { errorMessage } from "../../base/errors.ts";
import { openCase } from "../../store/case-file.ts";
import { verifyCase, type VerifyProgress } from "../../triage/verify-case.ts";
import type { FindingsOptions } from "../../triage/verify-findings.ts";
import { Problems } from "../../triage/verify-problems.ts";
import type { Check, Verification } from "../../triage/verify-types.ts";
import { caseFacts, fileFacts, type Manifest, notABundle, parseManifest } from "./manifest.ts";
import { isSignatureOf, signerFacts } from "./signature.ts";
import { MANIFEST_FILE, SIGNATURE_FILE } from "./write-bundle.ts";

/** @throws UserError `not-a-bundle` where there is no manifest, or no case beside it; see `openCase` for the rest */
export async function verifyBundle(
  folder: string,
  key: KeyObject | null,
  onProgress?: VerifyProgress,
  options?: FindingsOptions,
): Promise<Verification> {
  const manifestPath = path.join(folder, MANIFEST_FILE);
  if (!existsSync(manifestPath)) throw notABundle(`${folder} has no ${MANIFEST_FILE}`);
  const bytes = readFileSync(manifestPath);
  const manifest = parseManifest(bytes.toString("utf8"), manifestPath);
  const casePath = path.join(folder, path.basename(manifest.case.file));
  if (!existsSync(casePath)) throw notABundle(`${folder} has no ${path.basename(manifest.case.file)}`);
  const signature = checkSignature(folder, bytes, manifest, key);
  const check = new Problems("manifest");
  await checkFile(check, manifest, casePath);
  const file = await openCase(casePath, "read").catch((error: unknown) => {
    check.add(`the case cannot be opened: ${errorMessage(error)}`);
    return null;
  });
  if (file === null) return { ok: false, journalHead: manifest.journal.head, checks: [signature, check.done()] };
  try {
    try {
      checkFacts(check, manifest, caseFacts(file));
    } catch (error) {
      check.add(`what the manifest tells of the case cannot be compared: ${errorMessage(error)}`);
    }
    const verification = await verifyCase(file, onProgress, options);
    const checks = [signature, check.done(), ...verification.checks];
    return { ...verification, ok: checks.every(({ total }) => total === 0), checks };
  } finally {
    file.close();
  }
}

function checkSignature(folder: string, bytes: Uint8Array, manifest: Manifest, key: KeyObject | null): Check {
  const check = new Problems("signature");
  const file = path.join(folder, SIGNATURE_FILE);
  const { signed_by: signer } = manifest;
  if (signer === null) {
    if (key !== null) check.add("the manifest is not signed");
    return key === null ? check.skip("the manifest is not signed") : check.done();
  }
  if (!existsSync(file)) {
    check.add(`the manifest says it is signed, but there is no ${SIGNATURE_FILE}`);
    return check.done();
  }
  if (key === null) {
    return check.skip(`signed with the key ${signer.public_key_sha256}; give --public-key to check it`);
  }
  check.count += 1;
  const given = signerFacts(key).public_key_sha256;
  if (given !== signer.public_key_sha256) {
    check.add(`the manifest is signed with another key: ${signer.public_key_sha256}, not ${given}`);
  } else if (!isSignatureOf(bytes, readFileSync(file), key)) {
    check.add("the signature does not fit: the manifest or its signature was changed after it was signed");
  }
  return check.done();
}

async function checkFile(check: Problems, manifest: Manifest, casePath: string): Promise<void> {
  const { sha256, bytes } = await fileFacts(casePath);
  const name = path.basename(casePath);
  check.count += 1;
  if (bytes !== manifest.case.bytes) {
    check.add(`${name} has ${bytes} bytes, the manifest says ${manifest.case.bytes}: the case was changed`);
  } else if (sha256 !== manifest.case.sha256) {
    check.add(`${name} has the sha256 ${sha256}, the manifest says ${manifest.case.sha256}: the case was changed`);
  }
}

/** The manifest tells of this case, and tells the truth. */
function checkFacts(check: Problems, manifest: Manifest, found: ReturnType<typeof caseFacts>): void {
  for (const [name, value] of Object.entries(found)) {
    check.count += 1;
    const told: unknown = manifest[name as keyof typeof found];
    if (canonicalJson(told) !== canonicalJson(value)) {
      check.add(`the manifest does not tell the truth of ${name}: the case has ${canonicalJson(value).slice(0, 300)}`);
    }
  }
}
