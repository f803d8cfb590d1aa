import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { loadEvidence } from "../../src/ingest/load.ts";
import { DEFAULT_LOAD_OPTIONS } from "../../src/ingest/load-types.ts";
import { openCase } from "../../src/store/case-file.ts";

/** Loads files into a new case and returns its path. */
export async function loadCase(paths: readonly string[]): Promise<string> {
  const casePath = path.join(mkdtempSync(path.join(tmpdir(), "eqlite-")), "a.case");
  const file = await openCase(casePath, "create");
  try {
    const { sources } = await loadEvidence(file, paths, { ...DEFAULT_LOAD_OPTIONS, workers: 1 });
    for (const { status, error } of sources) if (status === "failed") throw new Error(error?.message);
  } finally {
    file.close();
  }
  return casePath;
}

/** Loads documents, one a line, as the NDJSON file `dump.ndjson`. */
export async function loadDocuments(documents: readonly unknown[]): Promise<string> {
  const dump = path.join(mkdtempSync(path.join(tmpdir(), "eqlite-")), "dump.ndjson");
  writeFileSync(dump, documents.map((document) => `${JSON.stringify(document)}\n`).join(""));
  return loadCase([dump]);
}
