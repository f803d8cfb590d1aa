import type { SamplePlan, StagePlan } from "../plan/plan.ts";
import { compileCandidates } from "../sql/compile-sequence.ts";
import type { TimeWindow } from "../sql/compile-stage.ts";
import { prepareCandidates } from "./candidates.ts";
import type { EngineContext } from "./engine-context.ts";
import type { EngineMatch, EngineResult, JoinKey } from "./engine-result.ts";
import { compareJoinKeys } from "./join-keys.ts";

/** Events of one key: per distinct stage, in event order. */
interface Group {
  readonly key: readonly JoinKey[];
  readonly stages: readonly number[][];
}

/**
 * Matches a sample (SEMANTICS 13): for every key that each term has, in key order, the first combinations of distinct
 * events, one per term, found by backtracking over the terms; at most `maxPerKey` for each key.
 */
export function runSamplePlan(
  engine: EngineContext,
  plan: SamplePlan,
  window: TimeWindow,
  maxPerKey: number,
): EngineResult {
  const distinct = [...new Set(plan.stages)];
  const candidates = prepareCandidates(engine, distinct);
  if (candidates.never.some(Boolean)) return { matches: [], statement: null, method: "none", sequence: null };
  const statement = compileCandidates(candidates.stages, window, engine.evidence.scope, false);
  const groups = new Map<number, Group>();
  const table = candidates.read(statement);
  for (const row of table.order) {
    for (const key of table.keys(row)) {
      const group = groups.get(key) ?? {
        key: candidates.decode(candidates.keys.partsOf(key)),
        stages: distinct.map(() => []),
      };
      groups.set(key, group);
      group.stages[table.stage(row)]?.push(table.id(row));
    }
  }
  const terms = plan.stages.map((stage: StagePlan) => distinct.indexOf(stage));
  const matches = [...groups.values()]
    .sort((a, b) => compareJoinKeys(a.key, b.key))
    .flatMap((group) =>
      combinations(
        terms.map((term) => group.stages[term] ?? []),
        maxPerKey,
      ).map((events): EngineMatch => ({ events, keys: group.key })),
    );
  return { matches, statement, method: "sample", sequence: null };
}

/** The first `limit` ways to take one event per term, all distinct. */
function combinations(terms: readonly (readonly number[])[], limit: number): number[][] {
  const found: number[][] = [];
  const taken: number[] = [];
  const take = (term: number): void => {
    const events = terms[term];
    if (events === undefined) {
      found.push([...taken]);
      return;
    }
    for (const event of events) {
      if (found.length >= limit) return;
      if (taken.includes(event)) continue;
      taken.push(event);
      take(term + 1);
      taken.pop();
    }
  };
  take(0);
  return found;
}
