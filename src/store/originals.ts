import { zstdDecompressSync } from "node:zlib";
import type Database from "better-sqlite3";
import { invariant, UserError } from "../base/errors.ts";

/** `code` of the error for bytes that a redacted case does not hold. */
export const EVIDENCE_WITHHELD = "evidence-withheld";

/** A whole block: in pieces as small as zlib's own it would be joined from dozens of them. */
const DECOMPRESSED_AT_ONCE = (1 << 20) + (1 << 17);

/** A block's bytes. @throws UserError `evidence-withheld`: a redacted case has an empty block in place of one it withholds */
export function decompressBlock(data: Uint8Array, what: string): Buffer {
  if (data.length > 0) return zstdDecompressSync(data, { chunkSize: DECOMPRESSED_AT_ONCE });
  throw new UserError(EVIDENCE_WITHHELD, `${what} is withheld from this copy of the case`, {
    hint: "the original case has it; eqlite info says what was withheld",
  });
}

/** Decompressed blocks that are kept. */
const CACHED_BLOCKS = 16;

/** Reads pieces of members out of their blocks. Keeps those used last decompressed. */
export class Originals {
  readonly #select: Database.Statement;
  readonly #next: Database.Statement;
  readonly #cache = new Map<number, Buffer>();
  /** Blocks that are not in the case yet. */
  readonly #pending = new Map<number, Uint8Array>();

  constructor(db: Database.Database) {
    this.#select = db.prepare("SELECT data FROM block WHERE id = ?").pluck();
    this.#next = db
      .prepare(
        `SELECT n.id FROM block b JOIN block n ON n.member = b.member AND n.offset = b.offset + b.bytes WHERE b.id = ?`,
      )
      .pluck();
  }

  addPending(block: number, data: Uint8Array): void {
    this.#pending.set(block, data);
  }

  clearPending(): void {
    this.#pending.clear();
  }

  /** The decompressed bytes of a block. */
  block(id: number): Buffer {
    const cached = this.#cache.get(id);
    if (cached !== undefined) {
      this.#cache.delete(id);
      this.#cache.set(id, cached);
      return cached;
    }
    const data = this.#pending.get(id) ?? (this.#select.get(id) as Buffer | undefined);
    invariant(data !== undefined, `block ${id} exists`);
    const bytes = decompressBlock(data, `block ${id}`);
    if (this.#cache.size >= CACHED_BLOCKS) {
      const oldest = this.#cache.keys().next();
      if (oldest.done !== true) this.#cache.delete(oldest.value);
    }
    this.#cache.set(id, bytes);
    return bytes;
  }

  /** `length` bytes from `offset` of a block on; they may go on in the blocks after it. */
  bytes(block: number, offset: number, length: number): Buffer {
    let bytes = this.block(block);
    if (offset + length <= bytes.length) return bytes.subarray(offset, offset + length);
    const parts: Buffer[] = [bytes.subarray(offset)];
    let missing = length - (bytes.length - offset);
    let at = block;
    while (missing > 0) {
      const next = this.#pending.has(at + 1) ? at + 1 : (this.#next.get(at) as number | undefined);
      invariant(next !== undefined, `block ${at} has a successor`);
      at = next;
      bytes = this.block(at);
      parts.push(bytes.subarray(0, missing));
      missing -= bytes.length;
    }
    return Buffer.concat(parts);
  }
}
