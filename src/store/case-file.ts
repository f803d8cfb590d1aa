import { closeSync, existsSync, openSync, readSync, realpathSync, statSync } from "node:fs";
import Database from "better-sqlite3";
import { errorCode, errorMessage, UserError } from "../base/errors.ts";
import { type MigrationFile, readMigrations, schemaVersion } from "./migrations.ts";
import { checkWritable, GO_BACK, isBusy, mayWrite, nobodyWrites, readingError, toUserError } from "./store-errors.ts";

/** "EQL1": tells a case from any other SQLite file. */
export const APPLICATION_ID = 0x45514c31;

/** `create` makes the file when it is absent; `write` and `read` want it to exist. */
export type OpenMode = "create" | "write" | "read";

/** How long a process waits for another one that is writing to the same case. */
const BUSY_TIMEOUT_MS = 10_000;

/** The same when the case is closed: what is not tidied up then, the next writer tidies up. */
const CLOSE_TIMEOUT_MS = 500;

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
      this.db.pragma(`busy_timeout = ${CLOSE_TIMEOUT_MS}`);
      this.db.pragma("wal_checkpoint(TRUNCATE)");
      this.db.pragma("journal_mode = DELETE");
    } catch (error) {
      if (!isBusy(error)) throw toUserError(this.path, error);
    } finally {
      this.db.close();
    }
  }
}

/**
 * Opens a case, creating it or bringing it to the current schema where `mode` allows. A copy of a case of an older schema
 * is made first, beside it; `whenUpgraded` and the journal tell its name.
 * @param busyTimeoutMs how long to wait for another process that keeps the case from being written
 * @throws UserError `case-not-found`, `not-a-case`, `case-too-new`, `case-too-old`, `case-unwritable`, `case-busy`,
 * `case-unreadable`, `case-io`, `disk-full`
 */
export async function openCase(
  path: string,
  mode: OpenMode,
  migrations: readonly MigrationFile[] = readMigrations(),
  busyTimeoutMs = BUSY_TIMEOUT_MS,
): Promise<CaseFile> {
  const fresh = checkPath(path, mode);
  if (mode !== "read") checkWritable(path, existsSync(path));
  const db = connect(path, mode, busyTimeoutMs);
  try {
    const file = new CaseFile(path, mode, db);
    await prepare(file, fresh, migrations);
    return file;
  } catch (error) {
    db.close();
    throw toUserError(path, error);
  }
}

const LOAD_FIRST = "load evidence first: eqlite load DUMP --case FILE";

/** True when there is no case yet. */
function checkPath(path: string, mode: OpenMode): boolean {
  if (!existsSync(path)) {
    if (mode === "create") return true;
    throw new UserError("case-not-found", `there is no case at ${path}`, {
      hint: LOAD_FIRST,
    });
  }
  const stat = statSync(path);
  if (stat.isDirectory()) {
    throw new UserError("not-a-case", `${path} is a directory, not a case`, {
      hint: "name a file, e.g. incident.case",
    });
  }
  if (!stat.isFile()) {
    throw new UserError("not-a-case", `${path} is a device or a pipe, not a case`, {
      hint: "name a file, e.g. incident.case",
    });
  }
  if (stat.size === 0) {
    if (mode === "create") return true;
    throw new UserError("not-a-case", `${path} is empty, not a case`, { hint: LOAD_FIRST });
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

function connect(path: string, mode: OpenMode, timeout: number): Database.Database {
  try {
    if (mode === "read") rollBackUnfinished(path);
    return new Database(path, { readonly: mode === "read", timeout });
  } catch (error) {
    throw toUserError(path, error);
  }
}

/** A reader cannot roll back what a killed writer has left in a journal; so that is done first, where it may be. */
function rollBackUnfinished(path: string): void {
  if (!existsSync(`${realpathSync(path)}-journal`) || !mayWrite(path)) return;
  const db = new Database(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    db.pragma("user_version");
  } finally {
    db.close();
  }
}

async function prepare(file: CaseFile, fresh: boolean, migrations: readonly MigrationFile[]): Promise<void> {
  const { db } = file;
  const version = db.pragma("user_version", { simple: true }) as number;
  const current = schemaVersion(migrations);
  // A process that was killed while it created the case leaves a file that SQLite rolls back to nothing.
  const blank = fresh || (file.mode === "create" && db.pragma("page_count", { simple: true }) === 0);
  if (!blank || version > 0) checkSchema(file, version, migrations);
  db.pragma("cache_size = -65536");
  db.pragma("temp_store = MEMORY");
  if (file.readonly) return;
  if (blank && version === 0) {
    db.pragma("page_size = 8192");
    db.pragma(`application_id = ${APPLICATION_ID}`);
  }
  beginWriting(file);
  db.pragma("synchronous = NORMAL");
  db.pragma("foreign_keys = ON");
  if (version === current) return;
  // Only now: what runs migrations takes longer to load than everything else that opens a case.
  const [{ migrate }, { upgrade }] = await Promise.all([import("./migrate.ts"), import("./upgrade.ts")]);
  try {
    if (version === 0) await migrate(db, migrations);
    else await upgrade(file.path, db, { from: version, to: current }, migrations);
  } catch (error) {
    endWriting(db);
    throw error;
  }
}

/** After a failure: one plain file again, where that can be. What hinders it is what failed, and told already. */
function endWriting(db: Database.Database): void {
  try {
    db.pragma("journal_mode = DELETE");
  } catch (error) {
    if (!(errorCode(error) ?? "").startsWith("SQLITE_")) throw error;
  }
}

/** From now on others read while this process writes. Waits for readers that came before. */
function beginWriting({ db, path }: CaseFile): void {
  try {
    db.pragma("journal_mode = WAL");
  } catch (error) {
    db.pragma("busy_timeout = 0");
    if (isBusy(error) && nobodyWrites(db)) throw readingError(path, error);
    throw toUserError(path, error, db);
  }
}

function checkSchema(file: CaseFile, version: number, migrations: readonly MigrationFile[]): void {
  const current = schemaVersion(migrations);
  if (file.db.pragma("application_id", { simple: true }) !== APPLICATION_ID) {
    throw new UserError("not-a-case", `${file.path} is an SQLite file, but not a case of eqlite`, {
      hint: "name the file that eqlite load has made",
    });
  }
  if (version > current) {
    throw new UserError(
      "case-too-new",
      `${file.path} was written by a newer eqlite (schema ${version}; this one knows ${current})`,
      { hint: "update eqlite" },
    );
  }
  const begun = version === 0 && tableCount(file.db) === 0;
  if (!begun && !migrations.some((migration) => migration.version === version)) {
    throw new UserError(
      "not-a-case",
      `${file.path} is damaged: its header names schema ${version}, which does not exist`,
      {
        hint: GO_BACK,
      },
    );
  }
  if (begun && file.mode === "create") return;
  if (begun) {
    throw new UserError("case-unfinished", `${file.path} holds nothing yet: its creation was interrupted`, {
      hint: LOAD_FIRST,
    });
  }
  if (!file.readonly || version === current) return;
  throw new UserError(
    "case-too-old",
    `${file.path} has schema ${version}, older than ${current}, and cannot be read as it is`,
    {
      hint: `bring it to the current schema: eqlite upgrade --case FILE; a copy of what it is now is kept beside it`,
    },
  );
}

/** Without those that note which migrations ran: they are made before the first one. */
function tableCount(db: Database.Database): number {
  const sql = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'kysely%'";
  return db.prepare<[], number>(sql).pluck().get() ?? 0;
}
