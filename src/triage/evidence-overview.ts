import type { Engine } from "../hunt/engine.ts";
import type { EvidenceOverview } from "./search-protocol.ts";
import type { Histogram } from "./types.ts";

const BUCKETS = 60n;
const MAX_HOSTS = 200;

/** Events over time and by host. */
export function evidenceOverview(engine: Engine): EvidenceOverview {
  return { histogram: histogram(engine), hosts: hosts(engine) };
}

function histogram(engine: Engine): Histogram | null {
  const [range] = engine.file.rows({ sql: "SELECT min(time), max(time) FROM event", parameters: [] });
  const from = range?.[0] as bigint | null | undefined;
  const to = range?.[1] as bigint | null | undefined;
  if (from === null || from === undefined || to === null || to === undefined) return null;
  const width = (to - from) / BUCKETS + 1n;
  const counts = Array.from({ length: Number(BUCKETS) }, () => 0);
  const rows = engine.file.rows({
    sql: "SELECT (time - ?) / ?, count(*) FROM event WHERE time IS NOT NULL GROUP BY 1",
    parameters: [from, width],
  });
  for (const [bucket, count] of rows) counts[Number(bucket)] = Number(count);
  return { from, to, counts };
}

function hosts(engine: Engine): EvidenceOverview["hosts"] {
  const field = engine.evidence.field("host.name");
  if (field?.column !== true) return [];
  const rows = engine.file.rows({
    sql: `SELECT f${field.id}, count(*) FROM event WHERE f${field.id} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${MAX_HOSTS}`,
    parameters: [],
  });
  return rows.map(([value, count]) => ({
    name: engine.values.texts(value as bigint).join(" "),
    events: Number(count),
  }));
}
