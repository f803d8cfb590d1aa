import type { Field, Query, Sample, Sequence } from "./ast.ts";
import { LIMITS } from "./limits.ts";
import type { TokenCursor } from "./token-cursor.ts";

/**
 * What the grammar cannot say about sequences and samples (semantics 2): number of stages, of join keys, maxspan. Nothing
 * is said of a text that could not be read in full.
 */
export function checkStructure(query: Query, cursor: TokenCursor): void {
  const { base } = query;
  if (cursor.failed || base.kind === "eventQuery") return;
  if (base.kind === "sequence") checkSequence(base, cursor);
  else checkSample(base, query, cursor);
}

function checkSequence(sequence: Sequence, cursor: TokenCursor): void {
  const { stages, until, span } = sequence;
  const count = stages.reduce((sum, stage) => sum + stage.runs, 0);
  if (count > LIMITS.maxStages) cursor.remark("too-many-stages", span, { count });
  if (count < 2) cursor.remark("too-few-stages", span, { what: "sequence", count });
  checkKeyCounts(until === null ? stages : [...stages, until], sequence.by.length, cursor);
  const missing = stages.find((stage) => stage.missing);
  if (missing === undefined) return;
  if (stages.every((stage) => stage.missing)) cursor.remark("only-missing-stages", missing.span, {});
  if (sequence.maxspanNs === null) cursor.remark("maxspan-required", missing.span, {});
}

function checkSample(sample: Sample, query: Query, cursor: TokenCursor): void {
  const { stages, span } = sample;
  if (stages.length < 2) cursor.remark("too-few-stages", span, { what: "sample", count: stages.length });
  if (stages.length > LIMITS.maxStages) cursor.remark("too-many-stages", span, { count: stages.length });
  checkKeyCounts(stages, sample.by.length, cursor);
  if (sample.by.length + (stages[0]?.keys.length ?? 0) === 0) cursor.remark("sample-without-key", span, {});
  const [pipe] = query.pipes;
  if (pipe !== undefined) cursor.remark("not-in-sample", pipe.span, { what: "a pipe" });
}

/** Every stage must have as many keys as the first. */
function checkKeyCounts(
  stages: readonly {
    readonly keys: readonly Field[];
    readonly span: { readonly start: number; readonly end: number };
  }[],
  shared: number,
  cursor: TokenCursor,
): void {
  const [first] = stages;
  if (first === undefined) return;
  const expected = shared + first.keys.length;
  for (const { keys, span } of stages) {
    const found = shared + keys.length;
    if (found !== expected) cursor.remark("join-key-count", span, { expected, found });
  }
}
