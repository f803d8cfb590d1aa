import type { CaseFile } from "./case-file.ts";
import { memberBytes } from "./members.ts";

/**
 * What the case has of a member whose load was interrupted: checks the member's bytes, fed in order, against its blocks.
 */
export class MemberPrefix {
  /** Bytes of the member that are in the case. */
  readonly bytes: number;
  readonly #blocks: Generator<Buffer>;
  #block: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(file: CaseFile, member: number) {
    this.bytes =
      file.db
        .prepare<[number], number>("SELECT ifnull(sum(bytes), 0) FROM block WHERE member = ?")
        .pluck()
        .get(member) ?? 0;
    this.#blocks = memberBytes(file, member);
  }

  /** Whether the next bytes are those that were loaded. */
  matches(bytes: Uint8Array): boolean {
    for (let at = 0; at < bytes.length;) {
      if (this.#at === this.#block.length) {
        const next = this.#blocks.next();
        if (next.done === true) return false;
        this.#block = next.value;
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
