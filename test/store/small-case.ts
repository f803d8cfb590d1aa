import { rmSync, writeFileSync } from "node:fs";
import { loadEvidence } from "../../src/ingest/load.ts";
import { DEFAULT_LOAD_OPTIONS } from "../../src/ingest/load-types.ts";
import { type CaseFile, openCase } from "../../src/store/case-file.ts";

/** An event of a fixture: dotted ECS fields. */
export type SmallEvent = Readonly<Record<string, string | number | readonly string[]>>;

/** A case of one NDJSON source, `dump.ndjson`; the events have the ids 1, 2, ... in their order. */
export async function smallCase(path: string, events: readonly SmallEvent[]): Promise<CaseFile> {
  const dump = `${path}.ndjson`;
  writeFileSync(dump, events.map((event) => `${JSON.stringify(event)}\n`).join(""));
  const file = await openCase(path, "create");
  await loadEvidence(file, [dump], { ...DEFAULT_LOAD_OPTIONS, workers: 1 });
  rmSync(dump);
  file.db.exec("UPDATE source SET path = 'dump.ndjson'");
  return file;
}
