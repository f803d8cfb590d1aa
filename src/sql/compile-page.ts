import { sql } from "kysely";
import { chooseDriver } from "./choose-driver.ts";
import { compileCondition } from "./compile-condition.ts";
import { compileFrom, type EventScope, inScope, type TimeWindow } from "./compile-stage.ts";
import { column as guardedColumn, type CompiledStatement, compileFragment, type Fragment } from "./fragments.ts";
import type { Resolved } from "./resolved.ts";

/** The place of an event in the order of events (SEMANTICS 10): by time, then tiebreaker, missing last in both, then id. */
export interface EventKey {
  readonly time: bigint | null;
  readonly tiebreaker: bigint | null;
  readonly id: bigint;
}

export interface PageRequest {
  readonly condition: Resolved;
  readonly window: TimeWindow;
  readonly scope: EventScope;
  /** Events beyond this one; null: from the end that the direction begins at. */
  readonly from: EventKey | null;
  readonly direction: "forward" | "backward";
  readonly limit: number;
}

/** Where the cheapest leaf selects no more events than this they are sorted, instead of walking along the times. */
const FEW_EVENTS = 20_000;

/**
 * Ids of up to `limit` events on one side of a key, nearest first: keyed paging, in both directions. Events with a time are
 * found along the index of times, so that a page of a dense answer costs what it shows; those without one stand at the end
 * and have a statement of their own. The answers of the statements follow each other until the limit is reached.
 */
export function compilePage(request: PageRequest): readonly CompiledStatement[] {
  const { condition, window, scope, from, direction } = request;
  const forward = direction === "forward";
  const driver = chooseDriver(condition);
  const beyond = from === null ? [] : [isBeyond(from, forward)];
  if (driver !== null && driver.events <= FEW_EVENTS) {
    return [select(compileFrom(condition, window, scope, beyond), request, ["null", "time"])];
  }
  const hasUntimed = window.from === null && window.to === null;
  const passedTimed = from !== null && from.time === null && forward;
  const passedUntimed = !hasUntimed || (from !== null && from.time !== null && !forward);
  const test = compileCondition(condition, null);
  const timed = (): CompiledStatement => {
    const bounds = [
      sql`e.time IS NOT NULL`,
      ...(window.from === null ? [] : [sql`e.time >= ${window.from}`]),
      ...(window.to === null ? [] : [sql`e.time <= ${window.to}`]),
      ...(from === null || from.time === null
        ? []
        : [forward ? sql`e.time >= ${from.time}` : sql`e.time <= ${from.time}`]),
      ...inScope(scope),
      ...beyond,
      test,
    ];
    return select(sql`FROM event AS e INDEXED BY event_time WHERE ${sql.join(bounds, sql` AND `)}`, request, ["time"]);
  };
  const untimed = (): CompiledStatement => {
    const bounds = [sql`e.time IS NULL`, ...inScope(scope), ...beyond, test];
    return select(sql`FROM event AS e INDEXED BY event_time WHERE ${sql.join(bounds, sql` AND `)}`, request, []);
  };
  const parts = [...(passedTimed ? [] : [timed]), ...(passedUntimed ? [] : [untimed])];
  return (forward ? parts : parts.toReversed()).map((part) => part());
}

/** How many events of a condition stand before a key. */
export function compilePosition(
  condition: Resolved,
  window: TimeWindow,
  scope: EventScope,
  key: EventKey,
): CompiledStatement {
  const before = isBeyond(key, false);
  if (
    condition.kind === "constant" &&
    condition.value &&
    window.from === null &&
    window.to === null &&
    key.time !== null
  ) {
    const tests = [sql`e.time <= ${key.time}`, ...inScope(scope), before];
    return compileFragment(
      sql`SELECT count(*) FROM event AS e INDEXED BY event_time WHERE ${sql.join(tests, sql` AND `)}`,
    );
  }
  return compileFragment(sql`SELECT count(*) ${compileFrom(condition, window, scope, [before])}`);
}

/** `FROM event AS e WHERE ...` of these events. */
export function compileWithin(ids: readonly number[]): Fragment {
  return sql`FROM event AS e WHERE e.id IN (SELECT j.value FROM json_each(${JSON.stringify(ids)}) AS j)`;
}

/** Those of these events that satisfy a condition, in no order. */
export function compileIdsWithin(ids: readonly number[], condition: Resolved): CompiledStatement {
  return compileFragment(sql`SELECT e.id ${compileWithin(ids)} AND ${compileCondition(condition, null)}`);
}

/** Those of these events that happened at a time or later, in no order. */
export function compileIdsFrom(ids: readonly number[], time: bigint): CompiledStatement {
  return compileFragment(sql`SELECT e.id ${compileWithin(ids)} AND +e.time >= ${time}`);
}

/** How many events of a scope (`FROM ... WHERE ...` over `e`) have each value of a column, the most frequent first. */
export function compileFacet(scope: Fragment, column: string, limit: number): CompiledStatement {
  const value = guardedColumn(column, true);
  return compileFragment(
    sql`SELECT ${value}, count(*) ${scope} AND ${value} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC LIMIT ${BigInt(limit)}`,
  );
}

/** The same of a side table, whose values are of events in the scope. */
export function compileSideFacet(scope: Fragment, table: string, limit: number): CompiledStatement {
  return compileFragment(
    sql`SELECT s.v, count(DISTINCT s.event) FROM ${sql.table(table)} AS s WHERE s.event IN (SELECT e.id ${scope})
        GROUP BY 1 ORDER BY 2 DESC LIMIT ${BigInt(limit)}`,
  );
}

/** Whether an event stands after the key, or before it. Never null. */
function isBeyond({ time, tiebreaker, id }: EventKey, after: boolean): Fragment {
  const than = after ? sql`>` : sql`<`;
  const byId = sql`e.id ${than} ${id}`;
  const missing = sql`e.tiebreaker IS NULL`;
  const tie =
    tiebreaker === null
      ? after
        ? sql`(${missing} AND ${byId})`
        : sql`(e.tiebreaker IS NOT NULL OR ${byId})`
      : sql`(${after ? sql`${missing} OR ` : sql``}ifnull(e.tiebreaker ${than} ${tiebreaker}, 0) OR (e.tiebreaker IS ${tiebreaker} AND ${byId}))`;
  if (time === null) return after ? sql`(e.time IS NULL AND ${tie})` : sql`(e.time IS NOT NULL OR ${tie})`;
  const untimed = after ? sql`+e.time IS NULL OR ` : sql``;
  return sql`(${untimed}ifnull(+e.time ${than} ${time}, 0) OR (+e.time IS ${time} AND ${tie}))`;
}

/** @param leading what of the time goes before tiebreaker and id: whether it is missing, and itself */
function select(from: Fragment, request: PageRequest, leading: readonly ("null" | "time")[]): CompiledStatement {
  const way = request.direction === "forward" ? sql`` : sql` DESC`;
  const guarded = leading.includes("null");
  const order = [
    ...(guarded ? [sql`e.time IS NULL${way}`] : []),
    ...(leading.includes("time") ? [guarded ? sql`+e.time${way}` : sql`e.time${way}`] : []),
    sql`e.tiebreaker IS NULL${way}`,
    sql`e.tiebreaker${way}`,
    sql`e.id${way}`,
  ];
  return compileFragment(sql`SELECT e.id ${from} ORDER BY ${sql.join(order)} LIMIT ${BigInt(request.limit)}`);
}
