import { existsSync } from "node:fs";
import path from "node:path";
import { describe } from "vitest";

/** Folder of public reference material (test vectors, rule corpora, real events); absent on most machines. */
const folder = process.env["EQLITE_SHARED"] ?? path.resolve(import.meta.dirname, "../../shared");

export const hasShared: boolean = existsSync(path.join(folder, "eql", "vectors"));

/** A path inside the shared folder. Use it only within `describeShared`. */
export function shared(...segments: string[]): string {
  return path.join(folder, ...segments);
}

/** Like `describe`, but visibly skipped where the shared folder is absent. */
export const describeShared = describe.skipIf(!hasShared);
