import { createHash } from "node:crypto";
import type { CaseFile } from "./case-file.ts";
import { errorMessage } from "../base/errors.ts";
import { sha256Hex } from "../base/sha256.ts";
import { readWithheld } from "./redaction.ts";
import { decompressBlock } from "./originals.ts";
import { MEMBER_FORMAT } from "./sources.ts";

/** The bytes of a member as they were found (decompressed), block by block. */
export function* memberBytes(file: CaseFile, member: number): Generator<Buffer> {
  const select = file.db.prepare<[bigint, bigint], { offset: number; data: Buffer }>(
    "SELECT offset, data FROM block WHERE member = ? AND offset > ? ORDER BY offset LIMIT 1",
  );
  let row = select.get(BigInt(member), -1n);
  while (row !== undefined) {
    yield decompressBlock(row.data, `a part of the member`);
    row = select.get(BigInt(member), BigInt(row.offset));
  }
}

/** Whether the blocks of a member are, byte for byte, what was loaded. */
export interface MemberCheck {
  readonly member: number;
  readonly path: string;
  readonly ok: boolean;
  /** What is wrong; null when nothing is. */
  readonly problem: string | null;
  /** Blocks that a redacted case withholds: the sha256 of the member cannot be checked. */
  readonly withheldBlocks: number;
}

/**
 * Decompresses every complete member and compares size and SHA-256 with what was recorded when it was loaded. Archives
 * themselves, and entries whose bytes were not kept, have no blocks.
 */
export function checkMembers(file: CaseFile, onProgress: (done: number) => void = () => undefined): MemberCheck[] {
  const members = file.db
    .prepare<[string], { id: number; path: string; sha256: string; bytes: number }>(
      `SELECT m.id, s.path, m.sha256, m.bytes FROM member m JOIN source s ON s.id = m.source
       WHERE m.complete = 1 AND m.sha256 IS NOT NULL AND m.format <> ?`,
    )
    .all(MEMBER_FORMAT.listed);
  const withheld = readWithheld(file, "block");
  const kept = readWithheld(file, "kept_block");
  return members.map(({ id, path, sha256, bytes }, index) => {
    onProgress(index / members.length);
    const blocks = listBlocks(file, id);
    const withheldBlocks = blocks.filter((block) => withheld.has(block.id)).length;
    const problem =
      placesProblem(blocks, bytes) ??
      (withheldBlocks === 0 ? checkMember(file, id, sha256, bytes) : checkKeptBlocks(file, blocks, withheld, kept));
    return { member: id, path, ok: problem === null, problem, withheldBlocks };
  });
}

interface BlockPlace {
  readonly id: number;
  readonly offset: number;
  readonly bytes: number;
}

function listBlocks(file: CaseFile, member: number): BlockPlace[] {
  return file.db
    .prepare<[bigint], BlockPlace>("SELECT id, offset, bytes FROM block WHERE member = ? ORDER BY offset")
    .all(BigInt(member));
}

/** Blocks stand one after another from the first byte to the last. */
function placesProblem(blocks: readonly BlockPlace[], bytes: number): string | null {
  let end = 0;
  for (const block of blocks) {
    if (block.offset !== end) return `block ${block.id} stands at byte ${block.offset}, where byte ${end} belongs`;
    end += block.bytes;
  }
  return end === bytes ? null : `${end} bytes are in the case, ${bytes} were loaded`;
}

function checkMember(file: CaseFile, id: number, sha256: string, bytes: number): string | null {
  const hash = createHash("sha256");
  let size = 0;
  try {
    for (const block of memberBytes(file, id)) {
      hash.update(block);
      size += block.length;
    }
  } catch (error) {
    return `a block cannot be decompressed: ${errorMessage(error)}`;
  }
  if (size !== bytes) return `${size} bytes are in the case, ${bytes} were loaded`;
  return hash.digest("hex") === sha256 ? null : "the bytes have another SHA-256 than when they were loaded";
}

/** Of a member with withheld blocks: these are empty, the others are what they were when the case was redacted. */
function checkKeptBlocks(
  file: CaseFile,
  blocks: readonly BlockPlace[],
  withheld: ReadonlyMap<number, string | null>,
  kept: ReadonlyMap<number, string | null>,
): string | null {
  const select = file.db.prepare<[bigint], Buffer>("SELECT data FROM block WHERE id = ?").pluck();
  for (const { id, bytes } of blocks) {
    const data = select.get(BigInt(id)) ?? Buffer.alloc(0);
    if (withheld.has(id)) {
      if (data.length > 0) return `block ${id} is said to be withheld, but is there`;
      continue;
    }
    try {
      const block = decompressBlock(data, `block ${id}`);
      if (block.length !== bytes) return `block ${id} has ${block.length} bytes, ${bytes} were loaded`;
      if (sha256Hex(block) !== kept.get(id)) return `block ${id} has another SHA-256 than when the case was redacted`;
    } catch (error) {
      return `block ${id} cannot be decompressed: ${errorMessage(error)}`;
    }
  }
  return null;
}
