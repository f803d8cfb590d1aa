import type Database from "better-sqlite3";
import { Kysely, sql, SqliteAdapter, type SqliteDatabase, SqliteDialect } from "kysely";
import { type Migration, type MigrationProvider, Migrator } from "kysely/migration";
import { errorMessage, UserError } from "../base/errors.ts";
import { type MigrationFile, readMigrations } from "./migrations.ts";
import { isOfTheDisk } from "./store-errors.ts";

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
 * @throws UserError `migration-failed`; what SQLite says of the disk and of other processes
 */
export async function migrate(
  db: Database.Database,
  files: readonly MigrationFile[] = readMigrations(),
  last: () => void = () => undefined,
): Promise<void> {
  // SQLite itself rolls back where the disk is full; Kysely then complains of that, and its complaint hides the cause.
  let cause: unknown;
  const watch = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      cause ??= error;
      throw error;
    }
  };
  const kysely = new Kysely<unknown>({ dialect: new TransactionalSqliteDialect({ database: watched(db, watch) }) });
  const up = async (trx: Kysely<unknown>, file: MigrationFile): Promise<void> => {
    watch(() => db.exec(file.text));
    await sql.raw(`PRAGMA user_version = ${file.version}`).execute(trx);
    if (file === files.at(-1)) watch(last);
  };
  const provider: MigrationProvider = {
    getMigrations: async () =>
      Object.fromEntries(files.map((file): [string, Migration] => [file.name, { up: (trx) => up(trx, file) }])),
  };
  const { error, results } = await new Migrator({ db: kysely, provider }).migrateToLatest();
  if (error !== undefined) {
    const why = cause ?? error;
    if (why instanceof Error && isOfTheDisk(why)) throw why;
    const failed = results?.find((result) => result.status === "Error")?.migrationName ?? "a migration";
    throw new UserError(
      "migration-failed",
      `the case could not be brought to the current schema: ${failed}: ${errorMessage(why)}`,
      {
        hint: "nothing was changed; use the version of eqlite that wrote the case, or report this",
        cause: why,
      },
    );
  }
}

/** The case as Kysely sees it: every statement runs in `watch`. Kysely closes what it is given; the case stays open. */
function watched(db: Database.Database, watch: <T>(work: () => T) => T): SqliteDatabase {
  return {
    close: () => undefined,
    prepare: (text) => {
      // Of two processes the second one waits at the start, and then finds everything done.
      const statement = watch(() => db.prepare(text === "begin" ? "begin immediate" : text));
      return {
        reader: statement.reader,
        all: (parameters) => watch(() => statement.all(...parameters)),
        run: (parameters) => watch(() => statement.run(...parameters)),
        iterate: (parameters) => watch(() => statement.iterate(...parameters)),
      };
    },
  };
}
