/** The manifest of a bundle: what a case is, in one JSON text that can be signed. See docs/integrity.md. */
import { stat } from "node:fs/promises";
import { EXIT, UserError } from "../../base/errors.ts";
import { sha256OfFile } from "../../base/sha256.ts";
import { VERSION } from "../../base/version.ts";
import type { CaseFile } from "../../store/case-file.ts";
import { countEvents } from "../../store/event-counts.ts";
import { journalHead } from "../../store/journal.ts";
import { SCHEMA_VERSION } from "../../store/migrations.ts";
import { readRedaction, readWithheld, type Redaction } from "../../store/redaction.ts";
import { listMembers, listSources } from "../../store/sources.ts";
import { VERDICTS, type Verdict } from "../../triage/types.ts";
import { type SourceFact, toSourceFact } from "../export-header.ts";

export const MANIFEST_FORMAT = "eqlite-bundle";
export const MANIFEST_VERSION = 1;

export interface Manifest extends CaseFacts {
  readonly format: typeof MANIFEST_FORMAT;
  readonly version: typeof MANIFEST_VERSION;
  readonly tool: "eqlite";
  readonly tool_version: string;
  /** ISO 8601, UTC. */
  readonly created: string;
  readonly analyst: string;
  /** The file beside the manifest. */
  readonly case: { readonly file: string; readonly sha256: string; readonly bytes: number; readonly schema: number };
  /** null: not signed. */
  readonly signed_by: SignerFacts | null;
}

export interface SignerFacts {
  readonly algorithm: "ed25519";
  /** Of the public key as DER (SubjectPublicKeyInfo). */
  readonly public_key_sha256: string;
}

/** What the manifest tells of the content of the case: counted anew, and compared, when a bundle is checked. */
export interface CaseFacts {
  readonly journal: { readonly rows: number; readonly head: string };
  /** null: the case is complete. */
  readonly redaction: Redaction | null;
  readonly events: number;
  readonly findings: Readonly<Record<"total" | Verdict, number>>;
  readonly hunts: number;
  readonly sources: readonly SourceWithMembers[];
  readonly rules: readonly {
    readonly id: string;
    readonly name: string;
    readonly path: string;
    readonly sha256: string;
  }[];
}

interface SourceWithMembers extends SourceFact {
  readonly members: readonly {
    readonly path: string;
    readonly sha256: string | null;
    readonly bytes: number;
    /** Blocks of it that are withheld. */
    readonly withheld_blocks: number;
  }[];
}

/** What the content of a case is, for its manifest. */
export function caseFacts(file: CaseFile): CaseFacts {
  const { db } = file;
  const count = (table: string): number => db.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0;
  const verdicts = new Map(
    db.prepare<[], [string, number]>("SELECT verdict, count(*) FROM finding GROUP BY verdict").raw().all(),
  );
  const findings = Object.fromEntries(VERDICTS.map((verdict) => [verdict, verdicts.get(verdict) ?? 0]));
  return {
    journal: { rows: count("journal"), head: journalHead(file) },
    redaction: readRedaction(file),
    events: countEvents(file),
    findings: { total: count("finding"), ...findings } as CaseFacts["findings"],
    hunts: count("hunt"),
    sources: sourceFacts(file),
    rules: db
      .prepare<[], CaseFacts["rules"][number]>("SELECT rule_id AS id, name, path, hash AS sha256 FROM rule ORDER BY id")
      .all(),
  };
}

function sourceFacts(file: CaseFile): SourceWithMembers[] {
  const withheld = new Map<number, number>();
  const memberOf = file.db.prepare<[number], number>("SELECT member FROM block WHERE id = ?").pluck();
  for (const block of readWithheld(file, "block").keys()) {
    const member = memberOf.get(block);
    if (member !== undefined) withheld.set(member, (withheld.get(member) ?? 0) + 1);
  }
  return listSources(file).map((source) => {
    const members = listMembers(file, source.id).map((member) => ({
      path: member.path,
      sha256: member.sha256,
      bytes: member.bytes,
      withheld_blocks: withheld.get(member.id) ?? 0,
    }));
    return { ...toSourceFact(source), members };
  });
}

/** The manifest of a case that is complete on disk and closed for writing. */
export async function toManifest(
  file: CaseFile,
  name: string,
  about: { readonly analyst: string; readonly created: string; readonly signedBy: SignerFacts | null },
): Promise<Manifest> {
  const facts = caseFacts(file);
  return {
    format: MANIFEST_FORMAT,
    version: MANIFEST_VERSION,
    tool: "eqlite",
    tool_version: VERSION,
    created: about.created,
    analyst: facts.redaction?.analyst ?? about.analyst,
    case: { file: name, ...(await fileFacts(file.path)), schema: SCHEMA_VERSION },
    signed_by: about.signedBy,
    ...facts,
  };
}

export async function fileFacts(path: string): Promise<{ readonly sha256: string; readonly bytes: number }> {
  return { sha256: await sha256OfFile(path), bytes: (await stat(path)).size };
}

/** @throws UserError `not-a-bundle` where the text is no manifest that this version knows */
export function parseManifest(text: string, path: string): Manifest {
  let value: Partial<Manifest> | null;
  try {
    value = JSON.parse(text) as Partial<Manifest> | null;
  } catch (error) {
    throw notABundle(`${path} is no JSON`, error);
  }
  if (value?.format !== MANIFEST_FORMAT || typeof value.case?.file !== "string") {
    throw notABundle(`${path} is no manifest of eqlite`);
  }
  if (value.version !== MANIFEST_VERSION) {
    throw notABundle(`${path} has version ${String(value.version)}; this program knows version ${MANIFEST_VERSION}`);
  }
  return value as Manifest;
}

export function notABundle(message: string, cause?: unknown): UserError {
  return new UserError("not-a-bundle", message, {
    hint: "a bundle is the folder that eqlite bundle wrote",
    exitCode: EXIT.failed,
    ...(cause === undefined ? {} : { cause }),
  });
}
