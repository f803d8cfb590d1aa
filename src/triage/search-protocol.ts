/**
 * What the triage asks of its search process (structured clone: bigint survives). One entry per request: its parameters
 * and its answer.
 */
import type {
  BlastRadius,
  EventPage,
  FacetValue,
  FoundPage,
  Histogram,
  MatchedLeaf,
  PagePlace,
  PivotCount,
  QueryResult,
  TimelineEntry,
  TreeNode,
} from "./types.ts";

/** A query's answer, and how its events are shown. */
export interface AnswerRequest {
  readonly eql: string;
  readonly from: bigint | null;
  readonly to: bigint | null;
  /** Events of a page. */
  readonly limit: number;
  /** null: the usual ones. */
  readonly columns: readonly string[] | null;
}

export interface TimelineScope {
  readonly finding?: number;
  readonly incident?: number;
  readonly host?: string;
  readonly entity?: string;
}

/** What the overview shows that takes a pass over the events. */
export interface EvidenceOverview {
  readonly histogram: Histogram | null;
  readonly hosts: readonly { readonly name: string; readonly events: number }[];
}

export interface SearchRequests {
  /** Opens the case. */
  readonly warm: { readonly ask: Record<never, never>; readonly answer: true };
  readonly events: { readonly ask: AnswerRequest & { readonly at: PagePlace }; readonly answer: QueryResult };
  /** All events of an answer, counted. */
  readonly total: { readonly ask: AnswerRequest; readonly answer: number };
  readonly find: {
    readonly ask: AnswerRequest & { readonly text: string; readonly beyond: number | null; readonly backward: boolean };
    readonly answer: FoundPage | null;
  };
  readonly count: {
    readonly ask: {
      readonly eql: string;
      readonly from: bigint | null;
      readonly to: bigint | null;
      readonly limit: number;
    };
    readonly answer: PivotCount;
  };
  readonly around: { readonly ask: { readonly event: number; readonly spanNs: bigint }; readonly answer: EventPage };
  readonly facet: {
    readonly ask: {
      readonly eql: string;
      readonly from: bigint | null;
      readonly to: bigint | null;
      readonly field: string;
      readonly limit: number;
    };
    readonly answer: readonly FacetValue[];
  };
  readonly tree: { readonly ask: { readonly entity: string }; readonly answer: TreeNode | null };
  readonly timeline: { readonly ask: TimelineScope; readonly answer: readonly TimelineEntry[] };
  readonly overview: { readonly ask: Record<never, never>; readonly answer: EvidenceOverview };
  /** Why the events of a finding matched, by position. Empty lists where the rule cannot be asked. */
  readonly why: { readonly ask: { readonly finding: number }; readonly answer: readonly (readonly MatchedLeaf[])[] };
  readonly blast: {
    readonly ask: { readonly condition: string; readonly rules: readonly string[]; readonly stage: number | null };
    readonly answer: BlastRadius & { readonly ids: readonly number[] };
  };
  readonly complete: {
    readonly ask: { readonly text: string; readonly caret: number };
    readonly answer: readonly string[];
  };
}

export type SearchKind = keyof SearchRequests;
export type Ask<K extends SearchKind> = SearchRequests[K]["ask"];
export type Answer<K extends SearchKind> = SearchRequests[K]["answer"];

export interface SearchMessage {
  readonly id: number;
  readonly kind: SearchKind;
  readonly ask: Ask<SearchKind>;
}

export type SearchReply =
  | { readonly id: number; readonly ok: true; readonly answer: Answer<SearchKind> }
  | {
      readonly id: number;
      readonly ok: false;
      readonly code: string;
      readonly message: string;
      readonly hint: string | null;
    };
