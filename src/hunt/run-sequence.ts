import type { SequencePlan, StagePlan } from "../plan/plan.ts";
import { compileChain, MAX_CHAIN_STAGES } from "../sql/compile-chain.ts";
import { compileCandidates } from "../sql/compile-sequence.ts";
import type { TimeWindow } from "../sql/compile-stage.ts";
import { type Candidates, prepareCandidates } from "./candidates.ts";
import type { EngineContext } from "./engine-context.ts";
import { applyPipes, type EngineMatch, type EngineResult } from "./engine-result.ts";
import { compareJoinKeys } from "./join-keys.ts";
import { residualTest } from "./residual.ts";
import { runSequence, type SequenceShape } from "./sequence-machine.ts";

/** Matches a sequence; see `RunOptions.sequences`. */
export function runSequencePlan(
  engine: EngineContext,
  plan: SequencePlan,
  window: TimeWindow,
  method: "state-machine" | "window-chain",
): EngineResult {
  const distinct = distinctStages(plan);
  const indexOf = (stage: StagePlan): number => distinct.indexOf(stage);
  const positive = plan.stages.filter((stage) => !stage.missing);
  const candidates = prepareCandidates(engine, distinct, new Set(positive.map((stage) => stage.plan)));
  if (positive.some((stage) => candidates.never[indexOf(stage.plan)] === true)) {
    return {
      matches: [],
      statement: null,
      method: "none",
      sequence: { reached: positive.map(() => 0), nearMisses: [] },
    };
  }
  const shape: SequenceShape = {
    terms: plan.stages.map((stage) => ({ stage: indexOf(stage.plan), missing: stage.missing })),
    until: plan.until === null ? null : indexOf(plan.until),
    maxspanNs: plan.maxspanNs,
    accepts: residualTest(
      engine,
      positive.map((stage) => stage.plan),
    ),
  };
  const useChain = method === "window-chain" && chainCan(plan, shape, candidates);
  const result = useChain ? runChain(engine, candidates, shape, window) : runMachine(engine, candidates, shape, window);
  return { ...result, matches: applyPipes(inKeyOrder(result.matches), plan.pipes) };
}

function distinctStages(plan: SequencePlan): StagePlan[] {
  const all = [...plan.stages.map((stage) => stage.plan), ...(plan.until === null ? [] : [plan.until])];
  return [...new Set(all)];
}

function chainCan(plan: SequencePlan, shape: SequenceShape, candidates: Candidates): boolean {
  const { length } = plan.stages;
  if (length > MAX_CHAIN_STAGES || length < 2) return false;
  return shape.accepts === null && candidates.comparableKeys && !plan.stages.some((stage) => stage.missing);
}

function runMachine(
  engine: EngineContext,
  candidates: Candidates,
  shape: SequenceShape,
  window: TimeWindow,
): EngineResult {
  const statement = compileCandidates(candidates.stages, window, engine.evidence.scope);
  const { matches, reached, nearMisses } = runSequence(shape, candidates.read(statement));
  return {
    matches: matches.map((match) => ({
      events: match.events,
      keys: candidates.decode(candidates.keys.partsOf(match.key)),
    })),
    statement,
    method: "state-machine",
    sequence: { reached, nearMisses },
  };
}

function runChain(
  engine: EngineContext,
  candidates: Candidates,
  shape: SequenceShape,
  window: TimeWindow,
): EngineResult {
  const chain = { terms: shape.terms.map((term) => term.stage), until: shape.until, maxspanNs: shape.maxspanNs };
  const statement = compileChain(candidates.stages, chain, window, engine.evidence.scope);
  const matches: EngineMatch[] = [];
  for (const [path, ...keys] of engine.file.iterateSmall(statement)) {
    const events = String(path).split(",").map(Number);
    const parts = keys.map((key) => (typeof key === "number" ? key : null));
    matches.push({ events, keys: candidates.decode(parts) });
  }
  return { matches, statement, method: "window-chain", sequence: { reached: null, nearMisses: [] } };
}

/** Sequences that end in the same event are ordered by key, null first (SEMANTICS 10). */
function inKeyOrder(matches: readonly EngineMatch[]): readonly EngineMatch[] {
  const ordered: EngineMatch[] = [];
  for (let start = 0; start < matches.length;) {
    const last = matches[start]?.events.findLast((event) => event !== null);
    let end = start + 1;
    while (end < matches.length && matches[end]?.events.findLast((event) => event !== null) === last) end++;
    ordered.push(...matches.slice(start, end).sort((a, b) => compareJoinKeys(a.keys, b.keys)));
    start = end;
  }
  return ordered;
}
