/**
 * What the language front end refuses, by name. A query beyond a limit gets a diagnostic which names the limit; nothing
 * beyond it is parsed.
 */
export const LIMITS = {
  /** UTF-16 units of one query text. */
  maxQueryLength: 1_000_000,
  /** Open parentheses, brackets, `not` and signs around one place. */
  maxNesting: 500,
  /** `+ - * / %` in one query: they make a tree as deep as they are many. */
  maxArithmeticOperators: 500,
  /** `with runs=`, of one stage. */
  maxRuns: 100,
  /** Stages of a sequence or sample, each run counted. */
  maxStages: 1_000,
  /** Combinations of values tried for one leaf on one event. */
  maxCombinations: 1_000_000,
  /** Diagnostics of one query. */
  maxDiagnostics: 100,
} as const;
