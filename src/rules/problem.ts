/**
 * What is wrong with a rule file. Values, not errors: a pack is read to its end whatever is in it. An `error` means that
 * no rule came out of this place, a `warning` that the rule was kept.
 */
export interface RuleProblem {
  readonly severity: "error" | "warning";
  /** Kebab-case and stable, e.g. `rule-toml-syntax`. */
  readonly code: string;
  /** As in `Rule.path`. */
  readonly path: string;
  /** Id of the rule, when it was read far enough. */
  readonly rule: string | null;
  readonly message: string;
  /** 1-based; line 1, column 1 when the whole file is meant. */
  readonly line: number;
  readonly column: number;
  readonly hint: string | null;
}
