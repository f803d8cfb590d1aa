import type Database from "better-sqlite3";
import { Kysely, sql, SqliteAdapter, SqliteDialect } from "kysely";
import { type Migration, type MigrationProvider, Migrator } from "kysely/migration";
import { errorMessage, UserError } from "../base/errors.ts";
import { type MigrationFile, readMigrations } from "./migrations.ts";

/** SQLite can roll back DDL; Kysely's own adapter says it cannot, and would run migrations without a transaction. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class TransactionalSqliteDialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new TransactionalSqliteAdapter();
  }
}

/**
 * Brings an open database to the newest schema, all or nothing: a failing or interrupted migration leaves it as it was.
 * @param last is run at the end, in the same transaction
 * @throws UserError `migration-failed`
 */
export async function migrate(
  db: Database.Database,
  files: readonly MigrationFile[] = readMigrations(),
  last: () => void = () => undefined,
): Promise<void> {
  const kysely = new Kysely<unknown>({ dialect: new TransactionalSqliteDialect({ database: unclosable(db) }) });
  const up = async (trx: Kysely<unknown>, file: MigrationFile): Promise<void> => {
    await apply(trx, db, file);
    if (file === files.at(-1)) last();
  };
  const provider: MigrationProvider = {
    getMigrations: async () =>
      Object.fromEntries(files.map((file): [string, Migration] => [file.name, { up: (trx) => up(trx, file) }])),
  };
  const { error, results } = await new Migrator({ db: kysely, provider }).migrateToLatest();
  if (error !== undefined) {
    const failed = results?.find((result) => result.status === "Error")?.migrationName ?? "a migration";
    throw new UserError(
      "migration-failed",
      `the case could not be brought to the current schema: ${failed}: ${errorMessage(error)}`,
      {
        hint: "nothing was changed; use the version of eqlite that wrote the case, or report this",
        cause: error,
      },
    );
  }
}

async function apply(trx: Kysely<unknown>, db: Database.Database, file: MigrationFile): Promise<void> {
  db.exec(file.text);
  await sql.raw(`PRAGMA user_version = ${file.version}`).execute(trx);
}

/** Kysely closes what it is given when it is destroyed; the case stays open. */
function unclosable(db: Database.Database): { close(): void; prepare: Database.Database["prepare"] } {
  return { close: () => undefined, prepare: db.prepare.bind(db) };
}
