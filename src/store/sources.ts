import { UserError } from "../base/errors.ts";
import type { CaseFile } from "./case-file.ts";
import { currentOwner, isOwnerAlive } from "./owner.ts";

/** A loaded file. */
export interface StoredSource {
  readonly id: number;
  /** As given; `-` for standard input. */
  readonly path: string;
  /** SHA-256 of the file as found, lower-case hex; null until complete. */
  readonly sha256: string | null;
  /** Size as found; null until complete. */
  readonly bytes: number | null;
  readonly format: string;
  readonly status: "loading" | "complete" | "failed";
  readonly owner: string | null;
  /** JSON of the options that decide what becomes an event. */
  readonly options: string;
  readonly normaliser: number;
  readonly documents: number;
  readonly events: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly blank: number;
  readonly untimed: number;
  readonly conflicts: number;
  readonly zoneless: number;
  readonly unnamed: number;
  /** JSON array of sentences. */
  readonly warnings: string;
  readonly startedAt: string;
  readonly finishedAt: string | null;
}

/** Formats of members in which there are no events. */
export const MEMBER_FORMAT = {
  /** Its bytes are not in the case; size and hash are known where it was read. */
  listed: "",
  /** Its bytes are in the case. */
  kept: "raw",
} as const;

/** What a source contains. */
export interface StoredMember {
  readonly id: number;
  readonly source: number;
  /** Path inside an archive; empty for the source itself. */
  readonly path: string;
  readonly format: string;
  readonly sha256: string | null;
  readonly bytes: number;
  readonly complete: number;
  readonly note: string | null;
}

const SOURCE = `SELECT id, path, sha256, bytes, format, status, owner, options, normaliser, documents, events, duplicates,
  rejected, blank, untimed, conflicts, zoneless, unnamed, warnings, started_at AS startedAt, finished_at AS finishedAt
  FROM source`;
const MEMBER = "SELECT id, source, path, format, sha256, bytes, complete, note FROM member";

/** All sources, in the order of loading. */
export function listSources(file: CaseFile): StoredSource[] {
  return file.db.prepare<[], StoredSource>(`${SOURCE} ORDER BY id`).all();
}

/** The source of that id. */
export function sourceById(file: CaseFile, id: number): StoredSource | undefined {
  return file.db.prepare<[number], StoredSource>(`${SOURCE} WHERE id = ?`).get(id);
}

/** The members of a source, in order; of all sources without `source`. */
export function listMembers(file: CaseFile, source?: number): StoredMember[] {
  if (source === undefined) return file.db.prepare<[], StoredMember>(`${MEMBER} ORDER BY id`).all();
  return file.db.prepare<[number], StoredMember>(`${MEMBER} WHERE source = ? ORDER BY id`).all(source);
}

export interface NewSource {
  readonly path: string;
  readonly format: string;
  readonly options: string;
  readonly normaliser: number;
  readonly toolVersion: string;
  readonly startedAt: string;
}

/**
 * Registers a source that is to be loaded, with its one member; returns both ids.
 * @throws UserError `case-loading` when another process is loading into the case
 */
export function createSource(file: CaseFile, source: NewSource): { source: number; member: number } {
  return file.transaction(() => {
    refuseSecondLoader(file);
    const { lastInsertRowid } = file.db
      .prepare(
        `INSERT INTO source (path, format, status, owner, options, normaliser, tool_version, started_at)
         VALUES (?, ?, 'loading', ?, ?, ?, ?, ?)`,
      )
      .run(
        source.path,
        source.format,
        currentOwner(),
        source.options,
        BigInt(source.normaliser),
        source.toolVersion,
        source.startedAt,
      );
    const id = Number(lastInsertRowid);
    const member = file.db
      .prepare("INSERT INTO member (source, path, format) VALUES (?, '', ?)")
      .run(BigInt(id), source.format);
    return { source: id, member: Number(member.lastInsertRowid) };
  });
}

/** Takes over a source whose load was interrupted. @throws UserError `case-loading` */
export function claimSource(file: CaseFile, id: number): void {
  file.transaction(() => {
    refuseSecondLoader(file);
    file.db.prepare("UPDATE source SET owner = ?, status = 'loading' WHERE id = ?").run(currentOwner(), BigInt(id));
  });
}

/** @throws UserError `case-loading` when another process is loading into the case */
export function refuseSecondLoader(file: CaseFile): void {
  const owners = file.db
    .prepare<[], string>("SELECT owner FROM source WHERE status = 'loading' AND owner IS NOT NULL")
    .pluck()
    .all();
  const other = owners.find((owner) => owner !== currentOwner() && isOwnerAlive(owner));
  if (other === undefined) return;
  throw new UserError("case-loading", `another process (${other}) is loading evidence into ${file.path}`, {
    hint: "wait for it to finish",
  });
}

/** This process no longer works on the source; what it wrote stays. */
export function releaseSource(file: CaseFile, id: number): void {
  file.db.prepare("UPDATE source SET owner = NULL WHERE id = ?").run(BigInt(id));
}

/** A source was read to its end. */
export function finishSource(
  file: CaseFile,
  id: number,
  facts: { sha256: string; bytes: number; warnings: readonly string[]; finishedAt: string },
): void {
  file.db
    .prepare(
      "UPDATE source SET status = 'complete', owner = NULL, sha256 = ?, bytes = ?, warnings = ?, finished_at = ? WHERE id = ?",
    )
    .run(facts.sha256, BigInt(facts.bytes), JSON.stringify(facts.warnings), facts.finishedAt, BigInt(id));
}

/** A member was read to its end. */
export function finishMember(file: CaseFile, id: number, sha256: string, bytes: number, note: string | null): void {
  file.db
    .prepare("UPDATE member SET complete = 1, sha256 = ?, bytes = ?, note = ? WHERE id = ?")
    .run(sha256, BigInt(bytes), note, BigInt(id));
}

/** A member in which there are no events has this format: whether its bytes were kept. */
export function setMemberFormat(file: CaseFile, id: number, format: string): void {
  file.db.prepare("UPDATE member SET format = ? WHERE id = ?").run(format, BigInt(id));
}

/** Registers another member of a source: an entry of an archive. Its format is a `MEMBER_FORMAT` where it is no event data. */
export function addMember(file: CaseFile, source: number, path: string, format: string): number {
  const { lastInsertRowid } = file.db
    .prepare("INSERT INTO member (source, path, format) VALUES (?, ?, ?)")
    .run(BigInt(source), path, format);
  return Number(lastInsertRowid);
}

/** Nothing of the member is in the case, and why. */
export function noteMember(file: CaseFile, id: number, note: string): void {
  file.db.prepare("UPDATE member SET complete = 1, note = ? WHERE id = ?").run(note, BigInt(id));
}

/** Removes a source that came to nothing (nothing was read of it). */
export function dropSource(file: CaseFile, id: number): void {
  file.transaction(() => {
    file.db.prepare("DELETE FROM member WHERE source = ?").run(BigInt(id));
    file.db.prepare("DELETE FROM source WHERE id = ?").run(BigInt(id));
  });
}

/** Records something unreadable that is no document, e.g. the end of a truncated stream. */
export function addRejected(
  file: CaseFile,
  source: number,
  member: number,
  rejected: { line: number; offset: number; bytes: number; code: string; reason: string },
): void {
  file.transaction(() => {
    file.db
      .prepare("INSERT INTO rejected (member, line, offset, bytes, code, reason) VALUES (?, ?, ?, ?, ?, ?)")
      .run(
        BigInt(member),
        BigInt(rejected.line),
        BigInt(rejected.offset),
        BigInt(rejected.bytes),
        rejected.code,
        rejected.reason,
      );
    file.db
      .prepare("UPDATE source SET documents = documents + 1, rejected = rejected + 1 WHERE id = ?")
      .run(BigInt(source));
  });
}
