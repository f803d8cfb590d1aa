import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { openCase } from "../store/case-file.ts";
import { EventReader } from "../store/events.ts";
import { type RejectedRow, listRejected } from "../store/rejected.ts";
import { expandFolders, type LoadHooks, loadEvidence } from "./load.ts";
import type { LoadOptions, SourceReport } from "./load-types.ts";

/** Rejected documents that are shown of each source. */
const SHOWN = 20;

/** What would become of a source. */
export interface TriedSource {
  readonly report: SourceReport;
  /** The first event, as it became; null when there is none. */
  readonly first: { readonly line: number; readonly json: string } | null;
  readonly rejected: readonly RejectedRow[];
}

/** Loads into a case that is thrown away, each file into its own: nothing is a duplicate of another file. */
export async function tryLoad(
  paths: readonly string[],
  options: LoadOptions,
  hooks: LoadHooks,
): Promise<TriedSource[]> {
  const folder = await mkdtemp(path.join(tmpdir(), "eqlite-dry-"));
  try {
    const tried: TriedSource[] = [];
    for (const [index, given] of (await expandFolders(paths)).entries()) {
      const file = await openCase(path.join(folder, `${index}.case`), "create");
      try {
        const { sources } = await loadEvidence(file, [given], options, hooks);
        for (const report of sources) {
          tried.push({ report, first: firstEvent(file, report), rejected: listRejected(file, SHOWN) });
        }
      } finally {
        file.close();
      }
      await rm(file.path);
    }
    return tried;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function firstEvent(file: Awaited<ReturnType<typeof openCase>>, report: SourceReport): TriedSource["first"] {
  if (report.events === 0) return null;
  const reader = new EventReader(file);
  const position = reader.position(1);
  return position === undefined ? null : { line: position.line, json: reader.document(1).json };
}
