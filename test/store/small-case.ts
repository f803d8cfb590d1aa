import { rmSync, writeFileSync } from "node:fs";
import { loadEvidence } from "../../src/ingest/load.ts";
import { DEFAULT_LOAD_OPTIONS } from "../../src/ingest/load-types.ts";
import { appendJournal, readJournal } from "../../src/store/journal.ts";
import { loadDigests } from "../../src/store/record-digests.ts";
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
  renameSource(file);
  return file;
}

/** The name does not tell where the test ran; the journal tells of it, so its rows are written again. */
function renameSource(file: CaseFile): void {
  const { db } = file;
  const { sql } = db
    .prepare<[], { sql: string }>("SELECT sql FROM sqlite_schema WHERE name = 'journal_is_append_only_delete'")
    .get() ?? { sql: "" };
  const rows = readJournal(file, 10).reverse();
  db.exec("UPDATE source SET path = 'dump.ndjson'; DROP TRIGGER journal_is_append_only_delete; DELETE FROM journal");
  db.exec(sql);
  for (const { analyst, at, action, target, detail } of rows) {
    const own = action === "load" ? { ...detail, path: "dump.ndjson", digests: loadDigests(file, 1) } : detail;
    appendJournal(file, { analyst, at }, { action, target, detail: own });
  }
}
