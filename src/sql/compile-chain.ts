import { sql } from "kysely";
import { type CandidateStage, candidateTables, keyNames } from "./compile-sequence.ts";
import type { EventScope, TimeWindow } from "./compile-stage.ts";
import { type CompiledStatement, compileFragment, type Fragment } from "./fragments.ts";

/** More stages than this, and the state machine is used: each one is a window over all candidates. */
export const MAX_CHAIN_STAGES = 8;

export interface ChainShape {
  /** Index of the distinct stage of each positive term, in order; at least two. */
  readonly terms: readonly number[];
  readonly until: number | null;
  readonly maxspanNs: bigint | null;
}

/** Widths of the fixed parts of a partial's text: the rank of its last event, the time of its first with its sign. */
const RANK = 12;
const START = 20;

/**
 * A sequence as one SQL statement (SEMANTICS 12c): per transition a window per key finds the latest partial before each
 * candidate, and whether an earlier candidate has consumed it. A partial travels through the window as one text that
 * sorts by the rank of its last event: rank, start time, ids. Rows (path, key...), path being the ids joined by commas,
 * ordered by the last event. Right for sequences without missing events whose keys SQL can compare.
 */
export function compileChain(
  stages: readonly CandidateStage[],
  shape: ChainShape,
  window: TimeWindow,
  scope: EventScope,
): CompiledStatement {
  const { ctes, union } = candidateTables(stages, window, scope);
  const keys = keyNames(stages);
  const order = sql`time, tiebreaker IS NULL, tiebreaker, id`;
  const candidates = sql`c AS MATERIALIZED (SELECT dense_rank() OVER (ORDER BY ${order}) AS ord, * FROM (${union}))`;
  const steps = shape.terms.flatMap((stage, index) =>
    index === 0 ? [firstPartials(stage, keys)] : transition(index, stage, keys, shape),
  );
  const last = sql.ref(`p${shape.terms.length - 1}`);
  return compileFragment(
    sql`WITH ${sql.join([...ctes, candidates, ...steps])} SELECT substr(partial, ${sql.lit(RANK + START + 1)})${list(keys)} FROM ${last} ORDER BY ord`,
  );
}

function list(keys: readonly Fragment[]): Fragment {
  return sql.join(
    keys.map((key) => sql`, ${key}`),
    sql``,
  );
}

function partial(start: Fragment, path: Fragment): Fragment {
  return sql`printf(${`%0${RANK}d%+0${START}d%s`}, ord, ${start}, ${path})`;
}

function firstPartials(stage: number, keys: readonly Fragment[]): Fragment {
  return sql`p0 AS (SELECT ord, ${partial(sql`time`, sql`id`)} AS partial${list(keys)} FROM c WHERE stage = ${sql.lit(stage)})`;
}

/** u: candidates and partials; w: the latest of each before a candidate; p: the partials that this stage makes. */
function transition(index: number, stage: number, keys: readonly Fragment[], shape: ChainShape): Fragment[] {
  const [u, w, p, previous] = [`u${index}`, `w${index}`, `p${index}`, `p${index - 1}`].map((name) => sql.ref(name));
  const partition = keys.length === 0 ? sql`` : sql`PARTITION BY ${sql.join(keys)} `;
  const rank = sql`CAST(substr(w.last_partial, 1, ${sql.lit(RANK)}) AS INTEGER)`;
  const start = sql`CAST(substr(w.last_partial, ${sql.lit(RANK + 1)}, ${sql.lit(START)}) AS INTEGER)`;
  const path = sql`substr(w.last_partial, ${sql.lit(RANK + START + 1)}) || ',' || w.id`;
  const sameKey = sql.join(
    keys.map((key) => sql` AND q.${key} IS w.${key}`),
    sql``,
  );
  const inSpan = shape.maxspanNs === null ? sql`` : sql` AND w.time - ${start} <= ${shape.maxspanNs}`;
  const notExpired =
    shape.until === null
      ? sql``
      : sql` AND NOT EXISTS (SELECT 1 FROM c AS q WHERE q.stage = ${sql.lit(shape.until)} AND q.ord >= ${rank} AND q.ord < w.ord${sameKey})`;
  return [
    sql`${u} AS (SELECT ord, time, id, NULL AS partial${list(keys)} FROM c WHERE stage = ${sql.lit(stage)} UNION ALL SELECT ord, NULL, NULL, partial${list(keys)} FROM ${previous})`,
    sql`${w} AS (SELECT ord, time, id, partial IS NULL AS is_candidate, max(partial) OVER win AS last_partial, max(iif(partial IS NULL, ord, NULL)) OVER win AS last_candidate${list(keys)} FROM ${u} WINDOW win AS (${partition}ORDER BY ord, partial IS NOT NULL ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING))`,
    sql`${p} AS (SELECT w.ord, ${partial(start, path)} AS partial${list(keys)} FROM ${w} AS w WHERE w.is_candidate AND w.last_partial IS NOT NULL AND (w.last_candidate IS NULL OR ${rank} >= w.last_candidate)${inSpan}${notExpired})`,
  ];
}
