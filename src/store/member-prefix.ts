import { zstdDecompressSync } from "node:zlib";
import type { CaseFile } from "./case-file.ts";

/**
 * What the case has of a member whose load was interrupted: checks the member's bytes, fed in order, against its blocks.
 */
export class MemberPrefix {
  /** Bytes of the member that are in the case. */
  readonly bytes: number;
  readonly #blocks: IterableIterator<{ data: Buffer }>;
  #block: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(file: CaseFile, member: number) {
    this.bytes =
      file.db
        .prepare<[number], number>("SELECT ifnull(sum(bytes), 0) FROM block WHERE member = ?")
        .pluck()
        .get(member) ?? 0;
    this.#blocks = blocksOf(file, member);
  }

  /** Whether the next bytes are those that were loaded. */
  matches(bytes: Uint8Array): boolean {
    for (let at = 0; at < bytes.length;) {
      if (this.#at === this.#block.length) {
        const next = this.#blocks.next();
        if (next.done === true) return false;
        this.#block = zstdDecompressSync(next.value.data);
        this.#at = 0;
      }
      const count = Math.min(this.#block.length - this.#at, bytes.length - at);
      if (this.#block.compare(bytes, at, at + count, this.#at, this.#at + count) !== 0) return false;
      at += count;
      this.#at += count;
    }
    return true;
  }
}

function* blocksOf(file: CaseFile, member: number): Generator<{ data: Buffer }> {
  const select = file.db.prepare<[number, number], { offset: number; data: Buffer }>(
    "SELECT offset, data FROM block WHERE member = ? AND offset > ? ORDER BY offset LIMIT 1",
  );
  let row = select.get(member, -1);
  while (row !== undefined) {
    yield row;
    row = select.get(member, row.offset);
  }
}
