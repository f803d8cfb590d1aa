import { existsSync, renameSync, rmSync } from "node:fs";
import Database from "better-sqlite3";
import { canonicalJson } from "../base/canonical-json.ts";
import { VERSION } from "../base/version.ts";
import { appendJournalRow } from "./journal-row.ts";
import { migrate } from "./migrate.ts";
import type { MigrationFile } from "./migrations.ts";
import { tellUpgrade } from "./upgrade-notice.ts";

/**
 * Copies a case of an older schema to a file beside it, and migrates it; interrupted, it stays as it was.
 * @throws UserError `migration-failed`, with the copy left in place
 */
export async function upgrade(
  path: string,
  db: Database.Database,
  { from, to }: { readonly from: number; readonly to: number },
  migrations: readonly MigrationFile[],
): Promise<void> {
  const backup = freeName(`${path}.schema-${from}`);
  const partial = `${backup}.partial`;
  rmSync(partial, { force: true });
  await db.backup(partial);
  const copy = new Database(partial);
  copy.pragma("journal_mode = DELETE");
  copy.close();
  renameSync(partial, backup);
  await migrate(db, migrations, () => {
    appendJournalRow(db, {
      at: new Date().toISOString(),
      analyst: "eqlite",
      action: "upgrade",
      target: null,
      detail: canonicalJson({ from, to, backup, toolVersion: VERSION }),
    });
  });
  tellUpgrade({ path, from, to, backup });
}

function freeName(base: string): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? base : `${base}-${number}`;
    if (!existsSync(name)) return name;
  }
}
