import { createHash } from "node:crypto";
import type { CaseFile } from "./case-file.ts";

/** sha256 over the rows of a query in their order, each as SQL literals on a line; `cells` are expressions. */
export function rowDigest(file: CaseFile, cells: readonly string[], rest: string, ...parameters: bigint[]): string {
  const select = cells.map((cell) => `quote(${cell})`).join(", ");
  const hash = createHash("sha256");
  const rows = file.db.prepare<bigint[], string[]>(`SELECT ${select} ${rest}`).raw();
  for (const row of rows.iterate(...parameters)) hash.update(`${row.join()}\n`);
  return hash.digest("hex");
}
