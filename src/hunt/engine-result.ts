import type { TimeWindow } from "../sql/compile-stage.ts";
import type { CompiledStatement } from "../sql/fragments.ts";
import type { SequenceStatistics } from "./sequence-machine.ts";

/** A value of a join key as the evidence has it; null for the missing value of an optional key. */
export type JoinKey = string | null;

/** One answer: an event, or the ordered events of a sequence or sample; null stands for a missing event. */
export interface EngineMatch {
  readonly events: readonly (number | null)[];
  readonly keys: readonly JoinKey[];
}

export interface EngineResult {
  readonly matches: readonly EngineMatch[];
  /** The statement that ran, or null where a leaf alone decided that nothing can match. */
  readonly statement: CompiledStatement | null;
  /** How sequences were matched. */
  readonly method: "select" | "state-machine" | "window-chain" | "sample" | "none";
  readonly sequence: SequenceStatistics | null;
}

export interface RunOptions {
  readonly window?: TimeWindow;
  /** How to match sequences; the state machine where the chain cannot. Default: state machine. */
  readonly sequences?: "state-machine" | "window-chain";
  readonly maxSamplesPerKey?: number;
}

/** `head` and `tail`, left to right. */
export function applyPipes<T>(
  rows: readonly T[],
  pipes: readonly { name: "head" | "tail"; count: number }[],
): readonly T[] {
  return pipes.reduce<readonly T[]>(
    (kept, { name, count }) => (name === "head" ? kept.slice(0, count) : count === 0 ? [] : kept.slice(-count)),
    rows,
  );
}
