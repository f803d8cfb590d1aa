/** Digests of what evidence became in a case, for a redacted case, which cannot be compared with its originals. */
import type { CaseFile } from "./case-file.ts";
import { rowDigest } from "./row-digest.ts";
import { quoteName } from "./views.ts";

export interface TableDigest {
  /** Over the rows in the order of their key, each as SQL literals on a line. */
  readonly sha256: string;
  /** The last value of the dictionary there was: later hunts may add some. */
  readonly lastValue: number;
}

/** Tables that hunts and acts of the analyst change, and the journal tells of. */
const LIVING: ReadonlySet<string> = new Set([
  "journal",
  "setting",
  "hunt",
  "hunt_rule",
  "rule",
  "finding",
  "finding_event",
  "step_state",
  "note",
  "exception",
]);

/** What says how far side tables are filled: it changes when a hunt asks for one. */
const SIDE_COLUMNS: ReadonlySet<string> = new Set(["has_side", "side_complete", "side_until"]);

/** Every table that holds evidence, by name. */
export function evidenceTables(file: CaseFile): string[] {
  return file.db
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .pluck()
    .all()
    .filter((name) => !LIVING.has(name) && !/^(?:sqlite|kysely)_/.test(name));
}

export function lastValue(file: CaseFile): number {
  return file.db.prepare<[], number>("SELECT ifnull(max(id), 0) FROM value").pluck().get() ?? 0;
}

export function tableDigest(file: CaseFile, table: string, last: number): TableDigest {
  const columns = file.db
    .prepare<[string], { name: string; pk: number }>("SELECT name, pk FROM pragma_table_info(?) ORDER BY cid")
    .all(table)
    .filter(({ name }) => table !== "field" || !SIDE_COLUMNS.has(name));
  const key = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
  const order = key.length === 0 ? "rowid" : key.map(({ name }) => quoteName(name)).join(", ");
  const bound = table === "value" ? `WHERE id <= ${last}` : table === "value_item" ? `WHERE list <= ${last}` : "";
  const cells = columns.map(({ name }) => quoteName(name));
  return { sha256: rowDigest(file, cells, `FROM ${quoteName(table)} ${bound} ORDER BY ${order}`), lastValue: last };
}
