import { existsSync, renameSync, rmSync } from "node:fs";
import Database from "better-sqlite3";
import { canonicalJson } from "../base/canonical-json.ts";
import { VERSION } from "../base/version.ts";
import { appendJournalRow } from "./journal-row.ts";
import { migrate } from "./migrate.ts";
import type { MigrationFile } from "./migrations.ts";
import { toUserError } from "./store-errors.ts";
import { tellUpgrade } from "./upgrade-notice.ts";

/**
 * Copies a case of an older schema to a file beside it, and migrates it; interrupted, it stays as it was. Does nothing
 * where another process has upgraded it meanwhile.
 * @throws UserError `disk-full` of the copy; `migration-failed`, with the copy left in place
 */
export async function upgrade(
  path: string,
  db: Database.Database,
  { from, to }: { readonly from: number; readonly to: number },
  migrations: readonly MigrationFile[],
): Promise<void> {
  const backup = await keepCopy(path, db, from);
  if (backup === null) return;
  let done = false;
  await migrate(db, migrations, () => {
    done = true;
    appendJournalRow(db, {
      at: new Date().toISOString(),
      analyst: "eqlite",
      action: "upgrade",
      target: null,
      detail: canonicalJson({ from, to, backup, toolVersion: VERSION }),
    });
  });
  if (done) tellUpgrade({ path, from, to, backup });
}

/** The name of the copy; null when the case has another schema by now. Of two processes the second waits. */
async function keepCopy(path: string, db: Database.Database, from: number): Promise<string | null> {
  const lock = new Database(path, { timeout: db.pragma("busy_timeout", { simple: true }) as number });
  try {
    lock.exec("BEGIN IMMEDIATE");
    if (lock.pragma("user_version", { simple: true }) !== from) return null;
    const backup = freeName(`${path}.schema-${from}`);
    const partial = `${backup}.partial`;
    try {
      rmSync(partial, { force: true });
      await db.backup(partial);
      const copy = new Database(partial);
      copy.pragma("journal_mode = DELETE");
      copy.close();
      renameSync(partial, backup);
    } catch (error) {
      rmSync(partial, { force: true });
      throw toUserError(backup, error);
    }
    return backup;
  } finally {
    lock.close();
  }
}

function freeName(base: string): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? base : `${base}-${number}`;
    if (!existsSync(name)) return name;
  }
}
