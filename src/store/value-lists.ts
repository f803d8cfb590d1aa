import { sha256Hex } from "../base/sha256.ts";
import { getSetting, setSetting } from "./settings.ts";
import type { CaseFile } from "./case-file.ts";
import { type Actor, appendJournal } from "./journal.ts";

/** A value list of Elastic's: what exceptions of type `list` refer to. An export of rules does not hold it. */
export interface ValueList {
  readonly id: string;
  /** `keyword`, `ip`, `ip_range`, `text`, ... as Kibana names them. */
  readonly type: string;
  /** As exported, each once. */
  readonly values: readonly string[];
}

const PREFIX = "value-list:";

/** Stores a value list, in the place of an earlier one with the same id, and journals it. */
export function saveValueList(
  file: CaseFile,
  actor: Actor,
  list: ValueList,
  origin: Readonly<Record<string, unknown>>,
): void {
  file.transaction(() => {
    const text = JSON.stringify({ type: list.type, values: list.values });
    setSetting(file, PREFIX + list.id, text);
    const detail = { list: list.id, type: list.type, values: list.values.length, digest: sha256Hex(text), ...origin };
    appendJournal(file, actor, { action: "value-list.import", target: `value-list:${list.id}`, detail });
  });
}

/** A value list of the case, or null. */
export function readValueList(file: CaseFile, id: string): ValueList | null {
  const text = getSetting(file, PREFIX + id);
  return text === null ? null : { id, ...(JSON.parse(text) as Omit<ValueList, "id">) };
}

/** Each value list that the case has, with the digest that the journal keeps of it. */
export function valueListDigests(file: CaseFile): { readonly id: string; readonly digest: string }[] {
  return file.db
    .prepare<[string], { key: string; value: string }>(
      `SELECT key, value FROM setting WHERE substr(key, 1, ${PREFIX.length}) = ? ORDER BY key`,
    )
    .all(PREFIX)
    .map(({ key, value }) => ({ id: key.slice(PREFIX.length), digest: sha256Hex(value) }));
}

/** The value lists of a case by id, each read when it is first asked for. */
export class ValueLists {
  private readonly file: CaseFile;
  private readonly known = new Map<string, ValueList | null>();

  constructor(file: CaseFile) {
    this.file = file;
  }

  get(id: string): ValueList | undefined {
    let list = this.known.get(id);
    if (list === undefined) {
      list = readValueList(this.file, id);
      this.known.set(id, list);
    }
    return list ?? undefined;
  }
}
