import type { CaseFile } from "./case-file.ts";
import { decodeValue } from "./decoded-values.ts";
import { readSideValues } from "./event-values.ts";

/** Bound of the texts kept in memory. */
const CACHE_SIZE = 100_000;

/** Decodes ids of the dictionary. Uses a connection of its own where functions called by SQL need it. */
export class ValueReader {
  private readonly file: CaseFile;
  private readonly cache = new Map<bigint, readonly string[]>();

  constructor(file: CaseFile) {
    this.file = file;
  }

  /** The text of a scalar as the only element, or the texts of a list, in no particular order; empty for an unknown id. */
  texts(id: bigint): readonly string[] {
    let texts = this.cache.get(id);
    if (texts === undefined) {
      if (this.cache.size >= CACHE_SIZE) this.cache.clear();
      texts = decodeValue(this.file, id);
      this.cache.set(id, texts);
    }
    return texts;
  }

  /** The ids of a list's elements, ascending; the id itself for a scalar. */
  items(id: bigint): bigint[] {
    const items = this.file.db
      .prepare<[bigint], bigint>("SELECT item FROM value_item WHERE list = ? ORDER BY item")
      .pluck()
      .safeIntegers()
      .all(id);
    return items.length === 0 ? [id] : items;
  }

  /** What the side table of a field holds for an event. */
  sideValues(field: number, event: bigint): (bigint | number)[] {
    return readSideValues(this.file, field, event);
  }
}
