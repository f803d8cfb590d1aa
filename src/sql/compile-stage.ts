import { sql } from "kysely";
import { chooseDriver, type Driver } from "./choose-driver.ts";
import { compileCondition, compileLeaf } from "./compile-condition.ts";
import { type CompiledStatement, compileFragment, type Fragment } from "./fragments.ts";
import type { Resolved } from "./resolved.ts";

/** Event times to look at, nanoseconds, both inclusive; null is open. With a bound, events without a time are left out. */
export interface TimeWindow {
  readonly from: bigint | null;
  readonly to: bigint | null;
}

/** The events that a statement looks at. */
export interface EventScope {
  /** How many they are. */
  readonly total: number;
  /** The last of them in the order of loading; null: all that the case has. */
  readonly last: bigint | null;
}

/** Beyond this share of the events a scan beats the index. */
const SCAN_SHARE = 0.3;

/** A window this narrow leads to few events: its index drives where no leaf does. One day, nanoseconds. */
const NARROW_WINDOW = 86_400_000_000_000n;

/** `FROM event AS e WHERE ...` of a condition and of `more` tests, without order. */
export function compileFrom(
  condition: Resolved,
  window: TimeWindow,
  scope: EventScope,
  more: readonly Fragment[] = [],
): Fragment {
  const chosen = chooseDriver(condition);
  const driver = chosen !== null && chosen.events <= scope.total * SCAN_SHARE ? chosen : null;
  const single = driver?.leaves.length === 1 ? (driver.leaves[0] ?? null) : null;
  const byTime = driver === null && isNarrow(window);
  const scan = driver === null && !byTime;
  const tests = [
    ...driving(driver),
    compileCondition(condition, single),
    ...inWindow(window, byTime),
    ...inScope(scope, scan),
    ...more,
  ];
  return sql`FROM event AS e ${scan ? sql`NOT INDEXED ` : sql``}WHERE ${sql.join(tests, sql` AND `)}`;
}

/** Several leaves drive through the union of their events; a single one drives where it stands. */
function driving(driver: Driver | null): Fragment[] {
  if (driver === null || driver.leaves.length < 2) return [];
  const selects = driver.leaves.map((leaf) => sql`SELECT e.id FROM event AS e WHERE ${compileLeaf(leaf, false)}`);
  return [sql`e.id IN (${sql.join(selects, sql` UNION `)})`];
}

function isNarrow({ from, to }: TimeWindow): boolean {
  return from !== null && to !== null && to - from <= NARROW_WINDOW;
}

/** @param drives the index of times is used */
function inWindow({ from, to }: TimeWindow, drives: boolean): Fragment[] {
  const time = drives ? sql`e.time` : sql`+e.time`;
  return [...(from === null ? [] : [sql`${time} >= ${from}`]), ...(to === null ? [] : [sql`${time} <= ${to}`])];
}

/** @param drives the events are walked in the order of their ids */
export function inScope({ last }: EventScope, drives = false): Fragment[] {
  return last === null ? [] : [drives ? sql`e.id <= ${last}` : sql`+e.id <= ${last}`];
}

/**
 * The order of events (SEMANTICS 10): time, then tiebreaker, missing last in both, then the order of loading. The signs
 * keep SQLite from walking the index of times instead of the leaf's.
 */
export const EVENT_ORDER: Fragment = sql`e.time IS NULL, +e.time, e.tiebreaker IS NULL, e.tiebreaker, e.id`;

/** Ids of the events that satisfy the condition, in order. */
export function compileEventQuery(condition: Resolved, window: TimeWindow, scope: EventScope): CompiledStatement {
  return compileFragment(sql`SELECT e.id ${compileFrom(condition, window, scope)} ORDER BY ${EVENT_ORDER}`);
}

/** How many events satisfy the condition. */
export function compileCount(condition: Resolved, window: TimeWindow, scope: EventScope): CompiledStatement {
  return compileFragment(sql`SELECT count(*) ${compileFrom(condition, window, scope)}`);
}

/** Whether any event satisfies the condition: 1 or 0. */
export function compileAny(condition: Resolved, scope: EventScope): CompiledStatement {
  const from = compileFrom(condition, { from: null, to: null }, scope);
  return compileFragment(sql`SELECT EXISTS (SELECT 1 ${from})`);
}

/** How many events satisfy the condition; counting stops after `limit`. */
export function compileCountUpTo(
  condition: Resolved,
  window: TimeWindow,
  scope: EventScope,
  limit: number,
): CompiledStatement {
  const from = compileFrom(condition, window, scope);
  return compileFragment(sql`SELECT count(*) FROM (SELECT 1 ${from} LIMIT ${BigInt(limit)})`);
}
