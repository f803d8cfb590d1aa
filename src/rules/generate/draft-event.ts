import type { EventQuery } from "../../eql/ast.ts";
import { wholeCondition } from "./check-case.ts";
import type { TimedEvent } from "./check-case.ts";
import { BEGIN_NS, take, withAncestors } from "./draft.ts";
import type { Draft, DraftContext, Drafts, Family } from "./draft.ts";
import { withValues } from "./made-event.ts";
import { mutantsOf } from "./mutate.ts";
import { solutionsOf } from "./solve.ts";

/** Cases of a query for single events: some alternatives of its condition, and the mutants of each. */
export function draftsOfEventQuery(query: EventQuery, context: DraftContext): Drafts {
  const solutions = take(
    solutionsOf(wholeCondition(query, context.categoryField), context.typeOf),
    context.alternatives,
  );
  const drafts = solutions.flatMap((solution, index): Draft[] => {
    const family = withAncestors(solution, `event-${index}`, context);
    if (family === null) return [];
    const name = index === 0 ? "a matching event" : `a matching event, alternative ${index + 1}`;
    const orphan = { ...family, event: withValues(family.event, "process.parent.entity_id", ["eqlite-nobody"]) };
    return [
      { name, breaks: null, events: timed(family) },
      ...mutantsOf(solution, context.typeOf).map(({ change, leaf, event }) => {
        const parent = family.event.get("process.parent.entity_id");
        const joined =
          family.ancestors.length === 0 ? event : withValues(event, "process.parent.entity_id", parent ?? []);
        return { name: change, breaks: leaf, events: timed({ ...family, event: joined }) };
      }),
      ...(family.ancestors.length === 0
        ? []
        : [{ name: "another ancestor", breaks: "descendant of", events: timed(orphan) }]),
    ];
  });
  return { drafts, problem: null };
}

function timed({ event, ancestors }: Family): readonly TimedEvent[] {
  return [...ancestors, event].map((each, index) => ({
    timeNs: BEGIN_NS + BigInt(index) * 1_000_000_000n,
    event: each,
  }));
}
