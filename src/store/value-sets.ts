import type { BoundStatement, CaseFile } from "./case-file.ts";

/** A scalar of the dictionary as it is stored; `odd` text is escaped (store/text.ts). */
export interface DictionaryValue {
  readonly id: number;
  readonly text: string;
  readonly odd: boolean;
}

/**
 * Sets of dictionary values (or of events) in the temporary table `leaf` of one connection: what the leaves of a hunt's
 * conditions have become. They live as long as the connection.
 */
export class ValueSets {
  private readonly file: CaseFile;
  private next = 1n;
  private readonly sizes = new Map<number, number>();
  private readonly families = new Map<number, boolean>();

  constructor(file: CaseFile) {
    this.file = file;
    file.db.exec(
      "CREATE TEMP TABLE IF NOT EXISTS leaf (leaf INTEGER NOT NULL, value INTEGER NOT NULL, PRIMARY KEY (leaf, value)) WITHOUT ROWID",
    );
  }

  /** A new, empty set. */
  create(): bigint {
    return this.next++;
  }

  /** Adds the ids in the first column of a query; returns how many were new. */
  addQuery(leaf: bigint, query: BoundStatement): number {
    return this.file.db
      .prepare(`INSERT OR IGNORE INTO temp.leaf SELECT ?, q.* FROM (${query.sql}) AS q`)
      .run(leaf, ...query.parameters).changes;
  }

  addIds(leaf: bigint, ids: Iterable<number>): number {
    const insert = this.file.db.prepare("INSERT OR IGNORE INTO temp.leaf VALUES (?, ?)");
    let added = 0;
    for (const id of ids) added += insert.run(leaf, BigInt(id)).changes;
    return added;
  }

  /** Adds the lists of which some element is in the set: a list satisfies a leaf if any element does. */
  addLists(leaf: bigint): number {
    return this.file.db
      .prepare(
        "INSERT OR IGNORE INTO temp.leaf SELECT ?, i.list FROM temp.leaf AS l CROSS JOIN value_item AS i ON i.item = l.value WHERE l.leaf = ?",
      )
      .run(leaf, leaf).changes;
  }

  /** The ids of a set, ascending. */
  ids(leaf: bigint): bigint[] {
    return this.file.db
      .prepare<[bigint], bigint>("SELECT value FROM temp.leaf WHERE leaf = ? ORDER BY value")
      .pluck()
      .safeIntegers()
      .all(leaf);
  }

  size(leaf: bigint): number {
    return (
      this.file.db.prepare<[bigint], number>("SELECT count(*) FROM temp.leaf WHERE leaf = ?").pluck().get(leaf) ?? 0
    );
  }

  drop(leaf: bigint): void {
    this.file.db.prepare("DELETE FROM temp.leaf WHERE leaf = ?").run(leaf);
  }

  /** Number of scalars of a family. */
  familySize(family: number): number {
    let size = this.sizes.get(family);
    if (size === undefined) {
      size =
        this.file.db
          .prepare<[number], number>("SELECT count(*) FROM value WHERE family = ? AND folded IS NOT NULL")
          .pluck()
          .get(family) ?? 0;
      this.sizes.set(family, size);
    }
    return size;
  }

  /** Whether some value of the family is a list. */
  hasLists(family: number): boolean {
    let has = this.families.get(family);
    if (has === undefined) {
      has =
        this.file.db
          .prepare<[number], number>("SELECT EXISTS (SELECT 1 FROM field WHERE family = ? AND lists > 0)")
          .pluck()
          .get(family) === 1;
      this.families.set(family, has);
    }
    return has;
  }

  /** Scalars of a family; `onlyOdd`: those that SQL cannot test. */
  *scalars(family: number, onlyOdd: boolean): IterableIterator<DictionaryValue> {
    const rows = this.file.db
      .prepare<[number]>(
        `SELECT id, ifnull(text, folded), ifnull(odd, 0) FROM value WHERE family = ? AND folded IS NOT NULL${onlyOdd ? " AND odd IS NOT NULL" : ""}`,
      )
      .raw()
      .iterate(family) as IterableIterator<[number, string, number]>;
    for (const [id, text, odd] of rows) yield { id, text, odd: odd === 1 };
  }

  /** Whether any family has values that SQL cannot test. */
  hasOdd(family: number): boolean {
    return (
      this.file.db
        .prepare<[number], number>("SELECT EXISTS (SELECT 1 FROM value WHERE odd IS NOT NULL AND family = ?)")
        .pluck()
        .get(family) === 1
    );
  }
}
