import { sql } from "kysely";
import { valueColumn } from "./compile-condition.ts";
import { compileFrom, type EventScope, type TimeWindow } from "./compile-stage.ts";
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
 * The candidates of all stages, in no order (sorting them in the program costs a third), fed to the program
 * (`CaseFile.feed`): rows (stage, id, seconds, nanoseconds, tiebreaker, key...). Seconds and nanoseconds of the event time are two exact small integers; a tiebreaker
 * beyond 2^53 is text; a key is the id of a value, or a number as text. Events without a time join no sequence. A stage
 * that comes after a rarer one is narrowed to the rarer one's keys, where both keep single ids of one family (SEMANTICS
 * 12d, safe).
 * @param timed leave out events without a time: they join no sequence, but may join a sample
 */
export function compileCandidates(
  stages: readonly CandidateStage[],
  window: TimeWindow,
  scope: EventScope,
  timed = true,
): CompiledStatement {
  const { ctes, union } = candidateTables(stages, window, scope, timed);
  const keys = keyNames(stages).map((name) => sql`, ${name}`);
  return compileFragment(
    sql`WITH ${sql.join(ctes)} SELECT eql_feed(stage, id, time / 1000000000, time % 1000000000, iif(tiebreaker BETWEEN -9007199254740991 AND 9007199254740991, tiebreaker, CAST(tiebreaker AS TEXT))${sql.join(keys, sql``)}) FROM (${union})`,
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
  scope: EventScope,
  timed = true,
): { readonly ctes: readonly Fragment[]; readonly union: Fragment } {
  const estimate = (index: number): number => stages[index]?.estimate ?? 0;
  const order = [...stages.keys()].sort((a, b) => estimate(a) - estimate(b) || a - b);
  const ctes: Fragment[] = [];
  let rarer: Rarer | null = null;
  for (const index of order) {
    const stage = stages[index];
    if (stage === undefined) continue;
    const tests = [
      ...(timed ? [sql`e.time IS NOT NULL`] : []),
      ...(rarer === null ? [] : narrowing(stage, rarer, order.length)),
    ];
    const narrows = stage.required && (rarer === null || order.length <= MAX_NARROWED_STAGES);
    const isRead = narrows && index !== order.at(-1);
    ctes.push(
      sql`${sql.ref(`s${index}`)} AS ${isRead ? sql`MATERIALIZED` : sql`NOT MATERIALIZED`} (${candidateSelect(stage, index, tests, window, scope)})`,
    );
    if (narrows) rarer = { table: sql.table(`s${index}`), keys: stage.keys };
  }
  const union = sql.join(
    stages.map((_, index) => sql`SELECT * FROM ${sql.table(`s${index}`)}`),
    sql` UNION ALL `,
  );
  return { ctes, union };
}

/** The required stage before, narrowed to all before it; in a long sequence the rarest stage. */
interface Rarer {
  readonly table: Fragment;
  readonly keys: readonly CandidateKey[];
}

/** SQLite writes a common table out at each mention: in longer sequences each stage is narrowed by the rarest one only. */
const MAX_NARROWED_STAGES = 5;

/**
 * Keys of a rarer stage that this one has to have; and, where the stages are few, that there are any at all: that is
 * evaluated once, before any row, and ends the statement.
 */
function narrowing(stage: CandidateStage, rarer: Rarer, stages: number): Fragment[] {
  const positions = [...stage.keys.entries()].filter(([position, key]) => narrows(rarer.keys[position], key));
  const tests: Fragment[] = [];
  if (stages <= MAX_NARROWED_STAGES) tests.push(sql`EXISTS (SELECT 1 FROM ${rarer.table})`);
  if (positions.length > 0) {
    const own = sql.join(positions.map(([, key]) => keyColumn(key)));
    const theirs = sql.join(positions.map(([position]) => sql.ref(`k${position}`)));
    tests.push(sql`(${own}) IN (SELECT ${theirs} FROM ${rarer.table})`);
  }
  return tests;
}

function candidateSelect(
  stage: CandidateStage,
  index: number,
  more: readonly Fragment[],
  window: TimeWindow,
  scope: EventScope,
): Fragment {
  const keys = stage.keys.map((key, position) => sql`${keyColumn(key)} AS ${sql.ref(`k${position}`)}`);
  const present = stage.keys.filter((key) => !key.optional).map((key) => sql`${keyColumn(key)} IS NOT NULL`);
  return sql`SELECT ${sql.lit(index)} AS stage, e.id, e.time, e.tiebreaker${keys.length > 0 ? sql`, ${sql.join(keys)}` : sql``} ${compileFrom(stage.condition, window, scope, [...more, ...present])}`;
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
