import { sql } from "kysely";
import { valueColumn } from "../sql/compile-condition.ts";
import { compileFrom, inScope } from "../sql/compile-stage.ts";
import { compileFragment, type Fragment } from "../sql/fragments.ts";
import type { Resolved } from "../sql/resolved.ts";
import type { StoredField } from "../sql/storage.ts";
import type { ValueSets } from "../store/value-sets.ts";
import type { Evidence } from "./evidence.ts";

const OPEN = { from: null, to: null };
const FALSE: Resolved = { kind: "constant", value: false };

/**
 * The events whose process has an ancestor among the processes of the events that satisfy `ancestor`: by parent links
 * (`process.parent.entity_id` -> `process.entity_id`, followed over all events) and, where present, by the list
 * `process.Ext.ancestry`. Entities of different hosts are different, where events name their host.
 */
export function findDescendants(ancestor: Resolved, evidence: Evidence, sets: ValueSets): Resolved {
  const entity = columnOf(evidence, "process.entity_id");
  const parent = columnOf(evidence, "process.parent.entity_id");
  if (entity === null || (ancestor.kind === "constant" && !ancestor.value)) return FALSE;
  const host = columnOf(evidence, "host.id");
  const ancestry = columnOf(evidence, "process.Ext.ancestry");
  const hostColumn = host === null ? sql`NULL` : valueColumn(host);
  const known = inScope(evidence.scope).map((test) => sql` AND ${test}`)[0] ?? sql``;
  const links: Fragment[] = [];
  if (parent !== null)
    links.push(
      sql`SELECT e.id, ${hostColumn} AS host, ${column(entity)} AS entity, ${column(parent)} AS up FROM event AS e WHERE ${column(parent)} IS NOT NULL${known}`,
    );
  if (ancestry !== null) {
    links.push(
      sql`SELECT e.id, ${hostColumn}, ${column(entity)}, i.item FROM event AS e CROSS JOIN value_item AS i ON i.list = ${column(ancestry)} WHERE 1${known}`,
      sql`SELECT e.id, ${hostColumn}, ${column(entity)}, ${column(ancestry)} FROM event AS e WHERE ${column(ancestry)} IS NOT NULL${known}`,
    );
  }
  if (links.length === 0) return FALSE;
  const set = sets.create();
  const statement = sql`
WITH RECURSIVE
  root AS MATERIALIZED (SELECT DISTINCT ${hostColumn} AS host, ${column(entity)} AS entity ${compileFrom(ancestor, OPEN, evidence.scope)} AND ${column(entity)} IS NOT NULL),
  link AS MATERIALIZED (${sql.join(links, sql` UNION ALL `)}),
  edge AS MATERIALIZED (SELECT DISTINCT host, entity, up FROM link WHERE entity IS NOT NULL),
  below (host, entity) AS (
    SELECT g.host, g.entity FROM edge AS g CROSS JOIN root AS r ON r.entity = g.up AND r.host IS g.host
    UNION
    SELECT g.host, g.entity FROM below AS b CROSS JOIN edge AS g ON g.up = b.entity AND g.host IS b.host
  ),
  inside AS MATERIALIZED (SELECT host, entity FROM root UNION SELECT host, entity FROM below)
SELECT k.id FROM link AS k WHERE EXISTS (SELECT 1 FROM inside AS n WHERE n.entity = k.up AND n.host IS k.host)
UNION
SELECT e.id FROM event AS e WHERE EXISTS (SELECT 1 FROM below AS b WHERE b.entity = ${column(entity)} AND b.host IS ${hostColumn})${known}`;
  const size = sets.addQuery(set, compileFragment(statement));
  return size === 0 ? FALSE : { kind: "events", leaf: set, size };
}

function column(field: StoredField): Fragment {
  return valueColumn(field);
}

function columnOf(evidence: Evidence, path: string): StoredField | null {
  const storage = evidence.storageOf(path);
  return storage.kind === "stored" && storage.column ? storage : null;
}
