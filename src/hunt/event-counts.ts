import { setSource } from "../sql/compile-condition.ts";
import { compileFragment } from "../sql/fragments.ts";
import type { SetLeaf } from "../sql/resolved.ts";
import type { CaseFile } from "../store/case-file.ts";
import { COUNT_LIMIT, countByIndex } from "../store/event-counts.ts";

/** Exact counts of the events that leaves select, remembered for the hunt. */
export class EventCounts {
  private readonly file: CaseFile;
  private readonly known = new Map<string, number>();

  constructor(file: CaseFile) {
    this.file = file;
  }

  /** Events of a leaf, at most `COUNT_LIMIT`; null where counting would take a scan. */
  events(leaf: SetLeaf): number | null {
    const { field, set } = leaf;
    if (field.column && !field.indexed) return null;
    const key = `${field.id}:${set.kind === "table" ? `leaf ${set.leaf}` : set.ids.join(",")}`;
    let count = this.known.get(key);
    if (count === undefined) {
      const source = compileFragment(setSource(set));
      count = 0;
      if (field.column) count += countByIndex(this.file, "column", field.id, source);
      if (field.side) count += countByIndex(this.file, "side", field.id, source);
      count = Math.min(count, COUNT_LIMIT);
      this.known.set(key, count);
    }
    return count;
  }
}
