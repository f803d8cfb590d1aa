/**
 * A bundle: a folder with the case, compacted, a manifest, and a signature where a key is given. A folder, not an archive:
 * the case opens where it lies, the manifest is read by people, and any program can check hash and signature.
 */
import type { KeyObject } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { EXIT, errorCode, fileProblem, UserError } from "../../base/errors.ts";
import { sha256Hex } from "../../base/sha256.ts";
import { isDiskFull, NO_SPACE } from "../../base/whole-file.ts";
import { type CaseFile, openCase } from "../../store/case-file.ts";
import { appendJournal } from "../../store/journal.ts";
import { listFields } from "../../store/fields.ts";
import { readRedaction } from "../../store/redaction.ts";
import { fieldTest } from "../../store/redact/patterns.ts";
import { redactCase, type RedactOptions } from "../../store/redact/redact-case.ts";
import type { CaseBook } from "../../triage/case-book.ts";
import { type Manifest, toManifest } from "./manifest.ts";
import { signerFacts, signManifest } from "./signature.ts";

export const MANIFEST_FILE = "manifest.json";
export const SIGNATURE_FILE = "manifest.sig";
/** The copy in which values are withheld, before it is compacted. */
const WORK_CASE = "work.case";

export interface BundleRequest {
  /** The folder; it must not exist. */
  readonly output: string;
  readonly redact: RedactOptions;
  /** Private key to sign with; null: not signed. */
  readonly key: KeyObject | null;
}

export interface Bundle {
  readonly manifest: Manifest;
  readonly manifestSha256: string;
}

/**
 * Writes a bundle; the folder appears under its name only when it is complete. It is noted in the journal of the case (not
 * in the copy) with the sha256 of the manifest, unless the case is open read-only.
 * @throws UserError `output-exists`, `bundle-failed`, `bad-redaction`, `case-redacted`
 */
export async function writeBundle(
  book: CaseBook,
  request: BundleRequest,
  onProgress: (what: string, share: number) => void = () => undefined,
): Promise<Bundle> {
  const { output, redact, key } = request;
  fieldTest(redact.fields);
  if (redact.fields.length > 0 && readRedaction(book.file) !== null) {
    throw new UserError("case-redacted", `${book.file.path} is redacted already`, {
      hint: "redact the original case, with all the fields",
    });
  }
  for (const pattern of redact.fields) {
    const isNamed = fieldTest([pattern]);
    if (listFields(book.file).some(({ path: field }) => isNamed(field))) continue;
    throw new UserError(
      "bad-redaction",
      `the evidence has no field ${JSON.stringify(pattern)}: nothing would be withheld`,
      {
        hint: "eqlite info lists the fields; * stands for any characters",
        exitCode: EXIT.usage,
      },
    );
  }
  if (existsSync(output)) {
    throw new UserError("output-exists", `${output} exists; a bundle is a new folder`, { exitCode: EXIT.usage });
  }
  const partial = `${output}.partial`;
  removeLeftOver(partial, path.basename(book.file.path));
  const name = path.basename(book.file.path);
  const actor = { analyst: book.analyst, at: book.now().toISOString() };
  makeFolder(partial);
  try {
    const target = path.join(partial, name);
    onProgress("copy", 0);
    if (redact.fields.length === 0) compact(book.file, target);
    else {
      const work = path.join(partial, WORK_CASE);
      compact(book.file, work);
      const copy = await openCase(work, "write");
      try {
        redactCase(copy, actor, redact, onProgress);
        compact(copy, target);
      } finally {
        copy.close();
      }
      rmSync(work);
    }
    onProgress("manifest", 0);
    const copy = await openCase(target, "read");
    let manifest: Manifest;
    try {
      const signedBy = key === null ? null : signerFacts(key);
      manifest = await toManifest(copy, name, { analyst: actor.analyst, created: actor.at, signedBy });
    } finally {
      copy.close();
    }
    const text = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
    writeFileSync(path.join(partial, MANIFEST_FILE), text, { flush: true });
    if (key !== null) writeFileSync(path.join(partial, SIGNATURE_FILE), signManifest(text, key), { flush: true });
    sync(target);
    renameSync(partial, output);
    const manifestSha256 = sha256Hex(text);
    if (!book.file.readonly) {
      const detail = {
        folder: output,
        redacted: redact.fields,
        signed: key !== null,
        case_sha256: manifest.case.sha256,
      };
      book.file.transaction(() =>
        appendJournal(book.file, actor, {
          action: "bundle",
          target: null,
          detail: { ...detail, sha256: manifestSha256 },
        }),
      );
    }
    return { manifest, manifestSha256 };
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    if (!isDiskFull(error)) throw error;
    throw new UserError("bundle-failed", `${output} cannot be written: ${NO_SPACE}`, {
      hint: "make room for one more copy of the case (for two with --redact), and repeat the command",
      cause: error,
    });
  }
}

/** What a bundle that was killed has left; a folder in which something else lies is nobody's to remove. */
function removeLeftOver(partial: string, name: string): void {
  if (lstatSync(partial, { throwIfNoEntry: false })?.isDirectory() !== true) return;
  const databases = [name, WORK_CASE].flatMap((file) => ["", "-journal", "-wal", "-shm"].map((end) => file + end));
  const own = new Set([...databases, MANIFEST_FILE, SIGNATURE_FILE]);
  if (readdirSync(partial).every((entry) => own.has(entry))) rmSync(partial, { recursive: true });
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    const code = errorCode(error);
    const [why, hint] =
      code === "ENOENT"
        ? ["the folder it is to stand in does not exist", "make that folder first"]
        : code === "EEXIST"
          ? ["there is one with other things in it", "name another folder for the bundle, or move that one away"]
          : [isDiskFull(error) ? NO_SPACE : fileProblem(error), "name a folder in a place that may be written"];
    throw new UserError("bundle-failed", `the folder ${folder} cannot be made: ${why}`, { hint, cause: error });
  }
}

/** A copy without free pages, in which nothing is left of what was deleted. */
function compact(file: CaseFile, target: string): void {
  file.db.prepare("VACUUM INTO ?").run(target);
}

function sync(target: string): void {
  const file = openSync(target, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
