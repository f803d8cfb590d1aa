/** What the program and an engine process say to each other (structured clone: bigint and Date survive). */
import type { RuleRun, RuleTask, TaskOptions } from "./rule-task.ts";

export type EngineRequest =
  | { readonly id: number; readonly kind: "open" }
  | { readonly id: number; readonly kind: "rule"; readonly task: RuleTask; readonly options: TaskOptions };

export type EngineReply =
  | { readonly id: number; readonly ok: true; readonly kind: "open" }
  | { readonly id: number; readonly ok: true; readonly kind: "rule"; readonly run: RuleRun }
  | {
      readonly id: number;
      readonly ok: false;
      readonly code: string;
      readonly message: string;
      readonly hint: string | null;
    };
