import { createHash } from "node:crypto";
import { zstdDecompressSync } from "node:zlib";
import type { CaseFile } from "./case-file.ts";

/** The bytes of a member as they were found (decompressed), block by block. */
export function* memberBytes(file: CaseFile, member: number): Generator<Buffer> {
  const select = file.db.prepare<[bigint, bigint], { offset: number; data: Buffer }>(
    "SELECT offset, data FROM block WHERE member = ? AND offset > ? ORDER BY offset LIMIT 1",
  );
  let row = select.get(BigInt(member), -1n);
  while (row !== undefined) {
    yield zstdDecompressSync(row.data);
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
}

/** Decompresses every complete member and compares size and SHA-256 with what was recorded when it was loaded. */
export function checkMembers(file: CaseFile, onProgress: (done: number) => void = () => undefined): MemberCheck[] {
  const members = file.db
    .prepare<[], { id: number; path: string; sha256: string; bytes: number }>(
      `SELECT m.id, s.path, m.sha256, m.bytes FROM member m JOIN source s ON s.id = m.source WHERE m.complete = 1`,
    )
    .all();
  return members.map(({ id, path, sha256, bytes }, index) => {
    onProgress(index / members.length);
    const problem = checkMember(file, id, sha256, bytes);
    return { member: id, path, ok: problem === null, problem };
  });
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
    return `a block cannot be decompressed: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (size !== bytes) return `${size} bytes are in the case, ${bytes} were loaded`;
  return hash.digest("hex") === sha256 ? null : "the bytes have another SHA-256 than when they were loaded";
}
