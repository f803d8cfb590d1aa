import type { DescendantOf } from "../../eql/ast.ts";
import type { TimedEvent } from "./check-case.ts";
import { wholeCondition } from "./check-case.ts";
import { withValues } from "./made-event.ts";
import type { MadeEvent, TypeOf } from "./made-event.ts";
import { solutionsOf } from "./solve.ts";
import type { Solution } from "./solve.ts";

/** A case before it is checked. */
export interface Draft {
  readonly name: string;
  /** null: it should match. */
  readonly breaks: string | null;
  readonly events: readonly TimedEvent[];
}

export interface Drafts {
  readonly drafts: readonly Draft[];
  readonly problem: string | null;
}

export interface DraftContext {
  readonly typeOf: TypeOf;
  readonly categoryField: string;
  readonly alternatives: number;
}

/** 2026-01-01T00:00:00Z in nanoseconds: when generated events begin. */
export const BEGIN_NS = 1_767_225_600_000_000_000n;

/** An event with the ancestors it was said to have. */
export interface Family {
  readonly event: MadeEvent;
  /** In order of time, before the event. */
  readonly ancestors: readonly MadeEvent[];
}

/**
 * Makes the processes that a solution's event has to descend from: for the first `descendant of` its parent, for the
 * next the parent of that. A parent that the event names already keeps its id. Null when one of them cannot be made.
 */
export function withAncestors(solution: Solution, name: string, context: DraftContext): Family | null {
  const nodes = solution.demands.flatMap(({ leaf, holds }): DescendantOf[] =>
    holds && leaf.kind === "descendantOf" ? [leaf] : [],
  );
  if (nodes.length === 0) return { event: solution.event, ancestors: [] };
  const named = solution.event.get("process.parent.entity_id")?.[0];
  const ids = nodes.map((_, index) => (index === 0 && named !== undefined ? named : `${name}-ancestor-${index}`));
  const ancestors: MadeEvent[] = [];
  for (const [index, node] of nodes.entries()) {
    const [ancestor] = solutionsOf(wholeCondition(node.query, context.categoryField), context.typeOf);
    if (ancestor === undefined) return null;
    const made = withValues(ancestor.event, "process.entity_id", ids.slice(index, index + 1));
    ancestors.unshift(withValues(made, "process.parent.entity_id", ids.slice(index + 1, index + 2)));
  }
  return { event: withValues(solution.event, "process.parent.entity_id", ids.slice(0, 1)), ancestors };
}

/** The first `count` of a generator. */
export function take<T>(items: Iterable<T>, count: number): readonly T[] {
  const taken: T[] = [];
  for (const item of items) {
    if (taken.push(item) >= count) break;
  }
  return taken;
}
