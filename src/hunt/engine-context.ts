import type { Expression } from "../eql/ast.ts";
import type { StagePlan } from "../plan/plan.ts";
import type { Resolved } from "../sql/resolved.ts";
import type { CaseFile } from "../store/case-file.ts";
import type { ValueReader } from "../store/value-reader.ts";
import type { Evidence } from "./evidence.ts";

/** What the parts of the engine work with: a case open for reading, what it holds, and its dictionary. */
export interface EngineContext {
  readonly file: CaseFile;
  readonly evidence: Evidence;
  /** On a connection of its own: may be asked while a statement of `file` runs. */
  readonly values: ValueReader;
  /** The condition of a stage with its leaves resolved against this case. */
  resolve(stage: StagePlan): Resolved;
  /** Whether any event satisfies a condition. */
  any(condition: Expression): boolean;
}
