import { existsSync, openSync, readSync, closeSync, statSync } from "node:fs";
import Database from "better-sqlite3";
import { errorCode, errorMessage, UserError } from "../base/errors.ts";
import { type MigrationFile, readMigrations, schemaVersion } from "./migrations.ts";
import { checkWritable, toUserError } from "./store-errors.ts";

/** "EQL1": tells a case from any other SQLite file. */
export const APPLICATION_ID = 0x45514c31;

/** `create` makes the file when it is absent; `write` and `read` want it to exist. */
export type OpenMode = "create" | "write" | "read";

/** How long a process waits for another one that is writing to the same case. */
const BUSY_TIMEOUT_MS = 10_000;

/** SQL text and its parameters, as `sql/` compiles them. Integers are bigint: a JS number would bind as REAL. */
export interface BoundStatement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** Statements that are kept compiled, those used last; none whose text is longer than this, as those of hunts are. */
const KEPT_STATEMENTS = 100;
const KEPT_TEXT = 2_000;

/** An open case. The statements of the other files in `store/` run on `db`; nothing outside `store/` sees it. */
export class CaseFile {
  readonly path: string;
  readonly mode: OpenMode;
  readonly db: Database.Database;
  private readonly kept = new Map<string, Database.Statement>();
  private feeds = false;
  private taker: (row: readonly unknown[]) => void = () => undefined;

  constructor(path: string, mode: OpenMode, db: Database.Database) {
    this.path = path;
    this.mode = mode;
    this.db = db;
  }

  get readonly(): boolean {
    return this.mode === "read";
  }

  /** All rows, each an array in column order; integers as bigint. */
  rows(statement: BoundStatement): unknown[][] {
    const { sql, parameters } = statement;
    const compiled = this.compiled(`rows ${sql}`, () => this.db.prepare(sql).raw().safeIntegers());
    return compiled.all(...parameters) as unknown[][];
  }

  /** All rows as objects; integers as numbers, so only for those within 2^53. */
  objects<T>(sql: string, ...parameters: readonly unknown[]): T[] {
    return this.compiled(`objects ${sql}`, () => this.db.prepare(sql)).all(...parameters) as T[];
  }

  /**
   * A statement that is compiled once: what a compiled one holds is freed only with the garbage, which does not know how
   * much it is.
   */
  private compiled(key: string, compile: () => Database.Statement): Database.Statement {
    const known = this.kept.get(key);
    this.kept.delete(key);
    const statement = known ?? compile();
    if (key.length > KEPT_TEXT) return statement;
    this.kept.set(key, statement);
    const [oldest] = this.kept.keys();
    if (this.kept.size > KEPT_STATEMENTS && oldest !== undefined) this.kept.delete(oldest);
    return statement;
  }

  /** As `rows`, one at a time. */
  iterate(statement: BoundStatement): IterableIterator<unknown[]> {
    return this.db
      .prepare(statement.sql)
      .raw()
      .safeIntegers()
      .iterate(...statement.parameters) as IterableIterator<unknown[]>;
  }

  /** As `iterate`, with integers as numbers: for statements whose integers are all within 2^53. */
  iterateSmall(statement: BoundStatement): IterableIterator<unknown[]> {
    return this.db
      .prepare(statement.sql)
      .raw()
      .iterate(...statement.parameters) as IterableIterator<unknown[]>;
  }

  /**
   * Hands each row of a statement, integers as numbers, to `take`: for statements of the form
   * `SELECT eql_feed(column, ...) FROM ...`. A row costs half of what it costs to iterate over rows.
   */
  feed(statement: BoundStatement, take: (row: readonly unknown[]) => void): void {
    if (!this.feeds) {
      this.feeds = true;
      this.db.aggregate("eql_feed", {
        varargs: true,
        start: 0,
        step: (rows: number, ...row: unknown[]) => {
          this.taker(row);
          return rows + 1;
        },
      });
    }
    const outer = this.taker;
    this.taker = take;
    try {
      this.db
        .prepare(statement.sql)
        .pluck()
        .get(...statement.parameters);
    } finally {
      this.taker = outer;
    }
  }

  /**
   * Runs `work` in one transaction that takes the write lock at once; rolled back when it throws.
   * @throws UserError `disk-full`, `case-busy`, `case-io`, `case-unwritable`
   */
  transaction<T>(work: () => T): T {
    try {
      return this.db.transaction(work).immediate();
    } catch (error) {
      throw toUserError(this.path, error, this.db);
    }
  }

  /** Runs `read` on one state of the case, whatever others write meanwhile. */
  snapshot<T>(read: () => T): T {
    return this.db.transaction(read).deferred();
  }

  /** Closes the case. The last writer leaves one plain file, which a read-only medium can serve. */
  close(): void {
    if (!this.db.open) return;
    try {
      if (this.readonly) return;
      this.db.pragma("wal_checkpoint(TRUNCATE)");
      this.db.pragma("journal_mode = DELETE");
    } catch (error) {
      if (errorCode(error) !== "SQLITE_BUSY") throw toUserError(this.path, error);
    } finally {
      this.db.close();
    }
  }
}

/**
 * Opens a case, creating it or bringing it to the current schema where `mode` allows. A copy of a case of an older schema
 * is made first, beside it; `whenUpgraded` and the journal tell its name.
 * @throws UserError `case-not-found`, `not-a-case`, `case-too-new`, `case-too-old`, `case-unwritable`, `case-busy`,
 * `case-unreadable`, `case-io`, `disk-full`
 */
export async function openCase(
  path: string,
  mode: OpenMode,
  migrations: readonly MigrationFile[] = readMigrations(),
): Promise<CaseFile> {
  const fresh = checkPath(path, mode);
  if (mode !== "read") checkWritable(path, existsSync(path));
  const db = connect(path, mode);
  try {
    const file = new CaseFile(path, mode, db);
    await prepare(file, fresh, migrations);
    return file;
  } catch (error) {
    db.close();
    throw toUserError(path, error);
  }
}

/** True when there is no case yet. */
function checkPath(path: string, mode: OpenMode): boolean {
  if (!existsSync(path)) {
    if (mode === "create") return true;
    throw new UserError("case-not-found", `there is no case at ${path}`, {
      hint: "load evidence first: eqlite load DUMP --case FILE",
    });
  }
  const stat = statSync(path);
  if (stat.isDirectory()) {
    throw new UserError("not-a-case", `${path} is a directory, not a case`, {
      hint: "name a file, e.g. incident.case",
    });
  }
  if (stat.size === 0) {
    if (mode === "create") return true;
    throw new UserError("not-a-case", `${path} is empty, not a case`);
  }
  if (!startsLikeSqlite(path)) {
    throw new UserError("not-a-case", `${path} is not a case: it is not an SQLite file`, {
      hint: "--case names the case to create or open; evidence is given to eqlite load",
    });
  }
  return false;
}

function startsLikeSqlite(path: string): boolean {
  const head = Buffer.alloc(16);
  try {
    const fd = openSync(path, "r");
    try {
      readSync(fd, head, 0, 16, 0);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw new UserError("case-unreadable", `${path} cannot be read: ${errorMessage(error)}`, { cause: error });
  }
  return head.toString("latin1") === "SQLite format 3\0";
}

function connect(path: string, mode: OpenMode): Database.Database {
  try {
    return new Database(path, { readonly: mode === "read", timeout: BUSY_TIMEOUT_MS });
  } catch (error) {
    throw toUserError(path, error);
  }
}

async function prepare(file: CaseFile, fresh: boolean, migrations: readonly MigrationFile[]): Promise<void> {
  const { db } = file;
  const version = db.pragma("user_version", { simple: true }) as number;
  const current = schemaVersion(migrations);
  // A process that was killed while it created the case leaves a file that SQLite rolls back to nothing.
  const blank = fresh || (file.mode === "create" && db.pragma("page_count", { simple: true }) === 0);
  if (!blank || version > 0) checkSchema(file, version, current);
  db.pragma("cache_size = -65536");
  db.pragma("temp_store = MEMORY");
  if (file.readonly) return;
  if (blank && version === 0) {
    db.pragma("page_size = 8192");
    db.pragma(`application_id = ${APPLICATION_ID}`);
  }
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = NORMAL");
  db.pragma("foreign_keys = ON");
  if (version === current) return;
  // Only now: what runs migrations takes longer to load than everything else that opens a case.
  const [{ migrate }, { upgrade }] = await Promise.all([import("./migrate.ts"), import("./upgrade.ts")]);
  if (version === 0) await migrate(db, migrations);
  else await upgrade(file.path, db, { from: version, to: current }, migrations);
}

function checkSchema(file: CaseFile, version: number, current: number): void {
  if (file.db.pragma("application_id", { simple: true }) !== APPLICATION_ID) {
    throw new UserError("not-a-case", `${file.path} is an SQLite file, but not a case of eqlite`);
  }
  if (version > current) {
    throw new UserError(
      "case-too-new",
      `${file.path} was written by a newer eqlite (schema ${version}; this one knows ${current})`,
      { hint: "update eqlite" },
    );
  }
  if (!file.readonly || version === current) return;
  if (version === 0) {
    throw new UserError("case-unfinished", `${file.path} holds nothing yet: its creation was interrupted`, {
      hint: "load evidence into it: eqlite load DUMP --case FILE",
    });
  }
  throw new UserError(
    "case-too-old",
    `${file.path} has schema ${version}, older than ${current}, and cannot be read as it is`,
    {
      hint: `bring it to the current schema: eqlite upgrade --case FILE; a copy of what it is now is kept beside it`,
    },
  );
}
