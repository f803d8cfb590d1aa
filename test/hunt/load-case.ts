import { writeFileSync } from "node:fs";
import path from "node:path";
import { loadEvidence } from "../../src/ingest/load.ts";
import { DEFAULT_LOAD_OPTIONS, type LoadOptions } from "../../src/ingest/load-types.ts";
import { Engine } from "../../src/hunt/engine.ts";
import { makeSideTables } from "../../src/hunt/query-engine.ts";
import { openCase } from "../../src/store/case-file.ts";
import { tempFolder } from "../temp-folder.ts";

/** Loads files into a new case and returns its path. */
export async function loadCase(paths: readonly string[], options: Partial<LoadOptions> = {}): Promise<string> {
  const casePath = path.join(tempFolder(), "a.case");
  const file = await openCase(casePath, "create");
  try {
    const { sources } = await loadEvidence(file, paths, { ...DEFAULT_LOAD_OPTIONS, workers: 1, ...options });
    for (const { status, error } of sources) if (status === "failed") throw new Error(error?.message);
  } finally {
    file.close();
  }
  return casePath;
}

/** Loads documents, one a line, as the NDJSON file `dump.ndjson`. */
export async function loadDocuments(
  documents: readonly unknown[],
  options: Partial<LoadOptions> = {},
): Promise<string> {
  const dump = path.join(tempFolder(), "dump.ndjson");
  writeFileSync(dump, documents.map((document) => `${JSON.stringify(document)}\n`).join(""));
  return loadCase([dump], options);
}

/** Opens a case with every field of the evidence at hand, those too that have no column of their own. */
export async function openWholeCase(casePath: string): Promise<Engine> {
  const engine = await Engine.open(casePath);
  const missing = engine.evidence.withoutStorage([...engine.evidence.fields()].map((field) => field.path));
  if (missing.length === 0) return engine;
  engine.close();
  await makeSideTables(casePath, missing);
  return Engine.open(casePath);
}
