import type Database from "better-sqlite3";
import { foldAscii } from "../base/fold-ascii.ts";

/** Finds values of the dictionary in the case, through the indexes that a load leaves behind (`case-indexes.ts`). */
export class ValueLookup {
  readonly #selectText: Database.Statement<[bigint, string, string, bigint | null], bigint>;
  readonly #selectList: Database.Statement<[bigint, bigint, string], bigint>;

  constructor(db: Database.Database) {
    this.#selectText = db
      .prepare<[bigint, string, string, bigint | null], bigint>(
        "SELECT id FROM value WHERE family = ? AND folded = ? AND ifnull(text, folded) = ? AND odd IS ?",
      )
      .pluck()
      .safeIntegers();
    this.#selectList = db
      .prepare<[bigint, bigint, string], bigint>(
        `SELECT i.list FROM value_item i JOIN value v ON v.id = i.list WHERE i.item = ? AND v.family = ?
           AND (SELECT json_group_array(item) FROM (SELECT item FROM value_item WHERE list = i.list ORDER BY item)) = ?
         LIMIT 1`,
      )
      .pluck()
      .safeIntegers();
  }

  /** The id of a string of a family, in the form of `text.ts`. */
  text(family: number, text: string, odd: boolean): bigint | undefined {
    return this.#selectText.get(BigInt(family), foldAscii(text), text, odd ? 1n : null);
  }

  /** The id of the list of exactly these elements, ascending. It is looked for by its last one: new values are rare. */
  list(family: number, items: readonly (bigint | number)[]): bigint | undefined {
    const last = items.at(-1);
    return last === undefined ? undefined : this.#selectList.get(BigInt(last), BigInt(family), `[${items.join()}]`);
  }
}
