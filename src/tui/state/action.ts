/** What can happen to the state, and what the state asks the world to do. Both are plain data. */
import type {
  BlastRadius,
  EventPage,
  ExceptionView,
  FacetValue,
  FindingDetail,
  FindingRow,
  FoundPage,
  HuntView,
  JournalRow,
  LedgerRow,
  Overview,
  PagePlace,
  Pivot,
  PivotCount,
  QueryResult,
  StepList,
  StepState,
  TimelineEntry,
  TreeNode,
  Verdict,
} from "../../triage/types.ts";
import type { ExceptionDraft, FindingState, Kept, State, TimelineScope } from "./state.ts";

export type Action =
  | { readonly type: "key"; readonly key: string }
  | { readonly type: "paste"; readonly text: string }
  | { readonly type: "resize"; readonly columns: number; readonly rows: number }
  | { readonly type: "started"; readonly slot: string; readonly label: string }
  | { readonly type: "ended"; readonly slot: string }
  | { readonly type: "failed"; readonly message: string }
  | { readonly type: "told"; readonly message: string }
  | { readonly type: "case-changed" }
  | { readonly type: "reopen"; readonly kept: Kept }
  | { readonly type: "overview"; readonly overview: Overview }
  | { readonly type: "findings"; readonly rows: readonly FindingRow[] }
  | { readonly type: "finding"; readonly detail: FindingDetail }
  | { readonly type: "reasons"; readonly finding: number; readonly reasons: NonNullable<FindingState["reasons"]> }
  | { readonly type: "suggestions"; readonly finding: number; readonly suggestions: FindingState["suggestions"] }
  | { readonly type: "document"; readonly event: number; readonly json: string }
  | { readonly type: "pivot-counted"; readonly pivot: string; readonly count: PivotCount }
  | { readonly type: "events"; readonly at: PagePlace; readonly result: QueryResult }
  | { readonly type: "counted"; readonly total: number }
  | { readonly type: "found"; readonly text: string; readonly found: FoundPage | null }
  | { readonly type: "around"; readonly result: EventPage }
  | { readonly type: "facet"; readonly field: string; readonly values: readonly FacetValue[] }
  | { readonly type: "tree"; readonly entity: string; readonly root: TreeNode | null }
  | { readonly type: "timeline"; readonly scope: TimelineScope; readonly entries: readonly TimelineEntry[] }
  | { readonly type: "exceptions"; readonly exceptions: readonly ExceptionView[] }
  | { readonly type: "hunts"; readonly hunts: readonly HuntView[] }
  | { readonly type: "ledger"; readonly ledger: readonly LedgerRow[] }
  | { readonly type: "journal"; readonly journal: readonly JournalRow[] }
  | { readonly type: "completions"; readonly text: string; readonly caret: number; readonly words: readonly string[] }
  | { readonly type: "blast"; readonly draft: ExceptionDraft; readonly blast: BlastRadius };

/** The question of the events screen; null times are open ends, null columns the usual ones. */
export interface Asked {
  readonly eql: string;
  readonly from: bigint | null;
  readonly to: bigint | null;
  readonly columns: readonly string[] | null;
}

export type Effect =
  | { readonly kind: "load-overview" }
  | { readonly kind: "load-findings"; readonly suppressed: boolean }
  | { readonly kind: "load-finding"; readonly id: number }
  | { readonly kind: "load-reasons"; readonly id: number }
  | { readonly kind: "load-suggestions"; readonly id: number }
  | { readonly kind: "load-document"; readonly event: number }
  | { readonly kind: "load-log" }
  | { readonly kind: "count-pivots"; readonly pivots: readonly Pivot[] }
  | {
      readonly kind: "verdict";
      readonly ids: readonly number[];
      readonly verdict: Verdict;
      readonly why: string | undefined;
    }
  | { readonly kind: "note"; readonly finding: number; readonly text: string }
  | {
      readonly kind: "step";
      readonly finding: number;
      readonly list: StepList;
      readonly step: number;
      readonly state: StepState;
      readonly note: string | undefined;
    }
  | { readonly kind: "undo" }
  | { readonly kind: "redo" }
  | (Asked & { readonly kind: "query"; readonly at: PagePlace })
  | (Asked & { readonly kind: "count-events" })
  | (Asked & {
      readonly kind: "find";
      readonly text: string;
      /** The event beyond which it is looked for; null: from the end that the direction begins at. */
      readonly beyond: number | null;
      readonly backward: boolean;
    })
  | { readonly kind: "around"; readonly event: number; readonly spanNs: bigint }
  | (Asked & { readonly kind: "facet"; readonly field: string })
  | { readonly kind: "tree"; readonly entity: string }
  | { readonly kind: "timeline"; readonly scope: TimelineScope }
  | { readonly kind: "blast"; readonly draft: ExceptionDraft }
  | { readonly kind: "save-exception"; readonly draft: ExceptionDraft }
  | { readonly kind: "delete-exception"; readonly id: number }
  | { readonly kind: "complete"; readonly text: string; readonly caret: number }
  | { readonly kind: "export"; readonly format: string; readonly words: string }
  | { readonly kind: "copy"; readonly text: string; readonly what: string }
  | { readonly kind: "cancel"; readonly slot: string | null }
  | { readonly kind: "redraw" }
  | { readonly kind: "suspend" }
  | { readonly kind: "quit" };

/** The next state and what to do besides, in order. */
export type Step = readonly [state: State, effects: readonly Effect[]];

/** No change but these effects. */
export function step(state: State, ...effects: readonly Effect[]): Step {
  return [state, effects];
}

/** A message at the bottom of the screen. */
export function tell(state: State, text: string, kind: "info" | "error" = "info"): State {
  return { ...state, message: { text, kind } };
}
