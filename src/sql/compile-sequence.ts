import { sql } from "kysely";
import { valueColumn } from "./compile-condition.ts";
import { compileFrom, type TimeWindow } from "./compile-stage.ts";
import { type CompiledStatement, compileFragment, type Fragment } from "./fragments.ts";
import type { Resolved } from "./resolved.ts";
import type { FieldStorage, StoredField } from "./storage.ts";

/** One distinct stage: what its events must satisfy, and where its keys are kept. */
export interface CandidateStage {
  readonly condition: Resolved;
  readonly keys: readonly CandidateKey[];
  /** Events it selects at most, as far as known; decides the order in which stages narrow each other. */
  readonly estimate: number;
  /** Every match has an event of this stage: not so for missing events and `until`, which narrow no other stage. */
  readonly required: boolean;
}

export interface CandidateKey {
  readonly storage: FieldStorage;
  readonly optional: boolean;
  /** Ids of all stages are comparable at this position: one family, one dictionary. */
  readonly shared: boolean;
}

/**
 * The candidates of all stages in event order: rows (stage, id, seconds, nanoseconds, key...). Seconds and nanoseconds
 * of the event time are two exact small integers; a key is the id of a value, or a number as text. Events without a time join no sequence. A stage that comes after a
 * rarer one is narrowed to the rarer one's keys, where both keep single ids of one family (SEMANTICS 12d, safe).
 * @param timed leave out events without a time: they join no sequence, but may join a sample
 */
export function compileCandidates(
  stages: readonly CandidateStage[],
  window: TimeWindow,
  totalEvents: number,
  timed = true,
): CompiledStatement {
  const { ctes, union } = candidateTables(stages, window, totalEvents, timed);
  const keys = keyNames(stages).map((name) => sql`, ${name}`);
  return compileFragment(
    sql`WITH ${sql.join(ctes)} SELECT stage, id, time / 1000000000, time % 1000000000${sql.join(keys, sql``)} FROM (${union}) ORDER BY time, tiebreaker IS NULL, tiebreaker, id`,
  );
}

/** `k0`, `k1` ...: one per key position. */
export function keyNames(stages: readonly CandidateStage[]): Fragment[] {
  return stages[0]?.keys.map((_, position) => sql.ref(`k${position}`)) ?? [];
}

/** One common table expression per stage, the rarest first, and the union of them all: (stage, id, time, tiebreaker, keys). */
export function candidateTables(
  stages: readonly CandidateStage[],
  window: TimeWindow,
  totalEvents: number,
  timed = true,
): { readonly ctes: readonly Fragment[]; readonly union: Fragment } {
  const estimate = (index: number): number => stages[index]?.estimate ?? 0;
  const order = [...stages.keys()].sort((a, b) => estimate(a) - estimate(b) || a - b);
  const ctes: Fragment[] = [];
  const done: number[] = [];
  for (const index of order) {
    const stage = stages[index];
    if (stage === undefined) continue;
    const select = candidateSelect(stage, index, stages, done, window, totalEvents, timed);
    ctes.push(sql`${sql.ref(`s${index}`)} AS MATERIALIZED (${select})`);
    if (stage.required) done.push(index);
  }
  const union = sql.join(
    stages.map((_, index) => sql`SELECT * FROM ${sql.table(`s${index}`)}`),
    sql` UNION ALL `,
  );
  return { ctes, union };
}

function candidateSelect(
  stage: CandidateStage,
  index: number,
  stages: readonly CandidateStage[],
  done: readonly number[],
  window: TimeWindow,
  totalEvents: number,
  timed: boolean,
): Fragment {
  const keys = stage.keys.map((key, position) => sql`${keyColumn(key)} AS ${sql.ref(`k${position}`)}`);
  // Evaluated once, before any row: a required stage without candidates ends the statement.
  const tests: Fragment[] = done.map((other) => sql`EXISTS (SELECT 1 FROM ${sql.table(`s${other}`)})`);
  if (timed) tests.push(sql`e.time IS NOT NULL`);
  stage.keys.forEach((key, position) => {
    if (!key.optional) tests.push(sql`${keyColumn(key)} IS NOT NULL`);
    for (const other of done) {
      if (narrows(stages[other]?.keys[position], key)) {
        tests.push(sql`${keyColumn(key)} IN (SELECT ${sql.ref(`k${position}`)} FROM ${sql.table(`s${other}`)})`);
      }
    }
  });
  return sql`SELECT ${sql.lit(index)} AS stage, e.id, e.time, e.tiebreaker${keys.length > 0 ? sql`, ${sql.join(keys)}` : sql``} ${compileFrom(stage.condition, window, totalEvents, tests)}`;
}

/** Whether the key values of `rarer` are all that `key` can join with. */
function narrows(rarer: CandidateKey | undefined, key: CandidateKey): boolean {
  if (rarer === undefined || rarer.optional || key.optional || !rarer.shared || !key.shared) return false;
  return [rarer.storage, key.storage].every(
    (storage) =>
      storage.kind === "stored" && storage.column && !storage.side && !storage.lists && storage.values === "dictionary",
  );
}

/** A dictionary id, or the number as text (exact beyond 2^53), or a JSON list of numbers. */
function keyColumn(key: CandidateKey): Fragment {
  const { storage } = key;
  if (storage.kind === "absent") return sql`NULL`;
  if (storage.kind === "time") return sql`CAST(e.time AS TEXT)`;
  if (storage.values === "dictionary") {
    return storage.column
      ? valueColumn(storage)
      : sql`(SELECT s.v FROM ${sideTable(storage)} AS s WHERE s.event = e.id)`;
  }
  const scalar = storage.column ? sql`CAST(${valueColumn(storage)} AS TEXT)` : sql`NULL`;
  if (!storage.side) return scalar;
  return sql`ifnull(${scalar}, (SELECT iif(count(*) = 0, NULL, json_group_array(s.v)) FROM ${sideTable(storage)} AS s WHERE s.event = e.id))`;
}

function sideTable(storage: StoredField): Fragment {
  return sql.table(`f_${storage.id}`);
}
