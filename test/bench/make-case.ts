/** A case to measure on: a generated dump, loaded. */
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { DEFAULT_LOAD_OPTIONS } from "../../src/ingest/load-types.ts";
import { loadEvidence } from "../../src/ingest/load.ts";
import { openCase } from "../../src/store/case-file.ts";
import { dumpOptions, generateDump } from "./generate-dump.ts";

/** Makes `casePath` with this many generated events. */
export async function makeCase(casePath: string, events: number): Promise<void> {
  const dump = `${casePath}.ndjson`;
  const out = openSync(dump, "w");
  generateDump(dumpOptions(events), (chunk) => writeSync(out, chunk));
  closeSync(out);
  const file = await openCase(casePath, "create");
  await loadEvidence(file, [dump], DEFAULT_LOAD_OPTIONS);
  file.close();
  rmSync(dump);
}
