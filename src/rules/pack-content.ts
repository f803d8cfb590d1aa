import type { ExceptionItem, ExceptionList } from "./exception.ts";
import type { RuleProblem } from "./problem.ts";
import type { Rule } from "./rule.ts";

/** What a set of paths holds. All in the order of the paths, and within a folder in the code unit order of names. */
export interface Pack {
  readonly rules: readonly Rule[];
  readonly exceptionLists: readonly ExceptionList[];
  readonly exceptionItems: readonly ExceptionItem[];
  readonly problems: readonly RuleProblem[];
  /** Files found in folders and archives that have a rule file's suffix and hold nothing of the kind. */
  readonly ignored: readonly string[];
}

/** A pack while it is being read. */
export interface PackContent {
  readonly rules: Rule[];
  readonly exceptionLists: ExceptionList[];
  readonly exceptionItems: ExceptionItem[];
  readonly problems: RuleProblem[];
  readonly ignored: string[];
  /** Rules that are assets of a Fleet package: such a package holds several versions of each. */
  readonly assets: Set<Rule>;
}

export function emptyContent(): PackContent {
  return { rules: [], exceptionLists: [], exceptionItems: [], problems: [], ignored: [], assets: new Set() };
}

/** A problem with a whole file. */
export function fileProblem(path: string, code: string, message: string, hint: string | null = null): RuleProblem {
  return { severity: "error", code, path, rule: null, message, line: 1, column: 1, hint };
}
