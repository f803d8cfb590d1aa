import { text } from "../mappings/conversions.ts";
import { deriveHostId } from "../mappings/host.ts";
import { merge } from "../mappings/merge.ts";
import { applyTable, put } from "../mappings/table.ts";
import type { UserMap } from "../mappings/user-map.ts";
import { at, type Dialect, newDocument } from "./dialect.ts";

/** The dialect of a user's mapping. */
export function userDialect(map: UserMap): Dialect {
  const table = { id: map.id, reference: "", always: map.always, rows: map.fields };
  return {
    id: map.id,
    title: `Documents that the mapping ${map.id} describes.`,
    matches: (document) => map.matches.every((path) => at(document, path) !== undefined),
    convert(document, member) {
      const out = newDocument();
      const kind = map.kinds === null ? undefined : text(at(document, map.kinds.by));
      const always = kind === undefined ? undefined : map.kinds?.values[kind];
      for (const [path, value] of Object.entries(always ?? {})) put(out, path, value);
      applyTable(table, document, out);
      if (out["host.id"] === undefined && at(document, "host.id") === undefined) deriveHostId(out, member);
      return { kind: "event", document: merge(document, out) };
    },
  };
}
