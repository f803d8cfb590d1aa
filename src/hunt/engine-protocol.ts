/** What the program and an engine process say to each other (structured clone: bigint and Date survive). */
import type { SeenEvidence } from "../store/seen-evidence.ts";
import type { RuleMatch, RuleRun, RuleTask, TaskOptions } from "./rule-task.ts";

/** Matches in one message: what is beyond is asked for. */
export const MATCHES_PER_MESSAGE = 5_000;

/** `seen`: the evidence that is looked at, the same in all requests of a process; null: all that the case holds. */
export type EngineRequest =
  | { readonly id: number; readonly kind: "open"; readonly seen: SeenEvidence | null }
  /** Fill the tables of fields that rules need: the only request that writes. `progress` replies precede the answer. */
  | {
      readonly id: number;
      readonly kind: "fields";
      readonly tasks: readonly RuleTask[];
      readonly seen: SeenEvidence | null;
    }
  | {
      readonly id: number;
      readonly kind: "rule";
      readonly task: RuleTask;
      readonly options: TaskOptions;
      readonly seen: SeenEvidence | null;
    }
  /** The next matches of the rule that was run last. */
  | { readonly id: number; readonly kind: "more" };

export type EngineReply =
  | { readonly id: number; readonly ok: true; readonly kind: "open" | "fields" }
  | { readonly id: number; readonly ok: true; readonly kind: "progress"; readonly done: number }
  /** The run with its first matches; `more` says how many are kept for later. */
  | { readonly id: number; readonly ok: true; readonly kind: "rule"; readonly run: RuleRun; readonly more: number }
  | {
      readonly id: number;
      readonly ok: true;
      readonly kind: "more";
      readonly matches: readonly RuleMatch[];
      readonly more: number;
    }
  | {
      readonly id: number;
      readonly ok: false;
      readonly code: string;
      readonly message: string;
      readonly hint: string | null;
    };
