/** Everything the screen knows: one plain, immutable value. Reducers make the next one; the screens only read it. */
import type {
  BlastRadius,
  EventRow,
  ExceptionView,
  FacetValue,
  FindingDetail,
  FindingRow,
  HuntView,
  JournalRow,
  LedgerRow,
  MatchedLeaf,
  Overview,
  PivotCount,
  QueryProblem,
  TimelineEntry,
  TreeNode,
  Verdict,
} from "../../triage/types.ts";
import type { ScreenId } from "../keymap.ts";
import type { JsonTree } from "./json-tree.ts";
import type { PromptState } from "./prompt.ts";

export const PANES = [
  "overview",
  "progress",
  "findings",
  "preview",
  "story",
  "document",
  "rule",
  "facts",
  "suggestions",
  "guide",
  "response",
  "benign",
  "notes",
  "events",
  "facets",
  "tree",
  "branch",
  "timeline",
  "exceptions",
  "hunts",
  "ledger",
  "journal",
] as const;
export type PaneId = (typeof PANES)[number];

/** A place of the screen; its panes are tabs of each other. */
export type Slot = readonly [PaneId, ...PaneId[]];

export const SLOTS: Readonly<Record<ScreenId, readonly [Slot, ...Slot[]]>> = {
  overview: [["overview"], ["progress"]],
  findings: [["findings"], ["preview"]],
  finding: [
    ["story", "document", "rule", "facts", "suggestions"],
    ["guide", "response", "benign", "notes"],
  ],
  events: [["events"], ["facets", "document"]],
  tree: [["tree"], ["branch"]],
  timeline: [["timeline"]],
  log: [["exceptions", "hunts", "ledger", "journal"]],
};

export interface Cursor {
  readonly index: number;
  /** First line shown, for panes with one line per item. */
  readonly top: number;
}

export const SORTS = ["time", "severity", "risk", "incident", "rule", "host", "verdict"] as const;
export type Sort = (typeof SORTS)[number];
export const GROUPS = ["none", "rule", "host", "incident", "tactic", "entity"] as const;
export type Group = (typeof GROUPS)[number];

/** A line of the findings list. */
export type FindingItem =
  | { readonly kind: "finding"; readonly row: FindingRow }
  | {
      readonly kind: "group";
      readonly key: string;
      readonly label: string;
      /** What else there is to say of the group; empty where nothing. */
      readonly remark: string;
      readonly ids: readonly number[];
      readonly undetermined: number;
      readonly folded: boolean;
    };

export interface FindingsState {
  /** Null until loaded. */
  readonly rows: readonly FindingRow[] | null;
  readonly suppressed: boolean;
  readonly filter: string;
  readonly sort: Sort;
  readonly descending: boolean;
  readonly group: Group;
  readonly folded: ReadonlySet<string>;
  readonly marks: ReadonlySet<number>;
  /** Where a range began: an index of `items`. */
  readonly anchor: number | null;
  /** Rows that the filter leaves, sorted and grouped: derived from all of the above. */
  readonly items: readonly FindingItem[];
  readonly shown: number;
}

export interface FindingState {
  /** The finding asked for; `detail` may still be of none. */
  readonly id: number | null;
  readonly detail: FindingDetail | null;
  /** Why its events matched, by position; null until it is known. */
  readonly reasons: readonly (readonly MatchedLeaf[])[] | null;
  readonly counts: ReadonlyMap<string, PivotCount>;
  /** Steps whose pivots are shown or hidden against the rule (open steps show them, others do not). */
  readonly toggled: ReadonlySet<number>;
  readonly suggestions:
    readonly { readonly name: string; readonly condition: string; readonly rules: readonly string[] }[] | null;
}

export interface DocumentState {
  /** The event whose document is shown; null for none. */
  readonly event: number | null;
  readonly tree: JsonTree | null;
}

export interface EventsState {
  readonly query: string;
  readonly from: bigint | null;
  readonly to: bigint | null;
  /** Of an around-the-event page instead of a query. */
  readonly around: { readonly event: number; readonly spanNs: bigint } | null;
  readonly asked: boolean;
  readonly columns: readonly string[];
  readonly wanted: readonly string[] | null;
  readonly column: number;
  /** Of the whole answer; null until it is counted. */
  readonly total: number | null;
  /** Pages by number, a few at a time. */
  readonly pages: ReadonlyMap<number, readonly EventRow[]>;
  /** First and last event of every page that was there: the pages beside it are asked for with them. */
  readonly edges: ReadonlyMap<number, { readonly first: number; readonly last: number }>;
  /** Rows known to exist: all of them where `total` is known. */
  readonly known: number;
  readonly problems: readonly QueryProblem[];
  readonly facet: { readonly field: string; readonly values: readonly FacetValue[] | null } | null;
}

export interface TreeState {
  readonly entity: string | null;
  readonly root: TreeNode | null;
  readonly missing: boolean;
  readonly folded: ReadonlySet<string>;
  readonly lines: readonly TreeLine[];
}

/** A node of the tree as a line, with the rails before it. */
export interface TreeLine {
  readonly node: TreeNode;
  readonly rails: string;
  readonly folded: boolean;
}

export type TimelineScope =
  | { readonly finding: number }
  | { readonly incident: number }
  | { readonly host: string }
  | { readonly entity: string };

export interface TimelineState {
  readonly scope: TimelineScope | null;
  readonly all: readonly TimelineEntry[] | null;
  /** Entries within the zoomed range. */
  readonly entries: readonly TimelineEntry[];
  readonly from: bigint | null;
  readonly to: bigint | null;
}

export interface LogState {
  readonly exceptions: readonly ExceptionView[] | null;
  readonly hunts: readonly HuntView[] | null;
  readonly ledger: readonly LedgerRow[] | null;
  readonly journal: readonly JournalRow[] | null;
}

export type Dialog =
  | { readonly kind: "help"; readonly top: number }
  | {
      readonly kind: "confirm";
      readonly title: string;
      readonly lines: readonly string[];
      readonly action: ConfirmAction;
    };

export type ConfirmAction =
  | { readonly kind: "delete-exception"; readonly id: number }
  | {
      readonly kind: "save-exception";
      readonly draft: ExceptionDraft;
      /** What it hides; null while that is being counted. */
      readonly blast: BlastRadius | null;
    };

/** An exception that is not saved yet. */
export interface ExceptionDraft {
  readonly name: string;
  readonly condition: string;
  readonly rules: readonly string[];
  /** 1-based stage of the sequence that it is for; null: any. */
  readonly stage: number | null;
  /** Stages that can be chosen; none where the finding is of no sequence. */
  readonly stages: readonly number[];
}

export interface Message {
  readonly text: string;
  readonly kind: "info" | "error";
}

export interface State {
  readonly casePath: string;
  readonly analyst: string;
  readonly readonly: boolean;
  readonly columns: number;
  readonly rows: number;
  readonly screen: ScreenId;
  /** Where Esc goes. */
  readonly stack: readonly ScreenId[];
  /** Focused slot and chosen tab per slot (`finding/0`). */
  readonly focus: Readonly<Record<ScreenId, number>>;
  readonly tabs: Readonly<Record<string, number>>;
  readonly zoomed: boolean;
  readonly cursors: Readonly<Partial<Record<PaneId, Cursor>>>;
  readonly overview: Overview | null;
  readonly findings: FindingsState;
  readonly finding: FindingState;
  readonly document: DocumentState;
  readonly events: EventsState;
  readonly tree: TreeState;
  readonly timeline: TimelineState;
  readonly log: LogState;
  readonly prompt: PromptState | null;
  readonly history: Readonly<Record<string, readonly string[]>>;
  readonly search: string | null;
  readonly dialog: Dialog | null;
  readonly message: Message | null;
  /** What is running, by slot of work: shown with a spinner, cancelled by Ctrl-C. */
  readonly running: Readonly<Record<string, string>>;
  /** The verdict given last, for `w` (why). */
  readonly lastVerdict: { readonly ids: readonly number[]; readonly verdict: Verdict } | null;
  /** Ctrl-C was pressed with nothing running: the next one quits. */
  readonly quitting: boolean;
}

/** What was kept of the last time and needs the case to be put back. */
export interface Kept {
  readonly screen: ScreenId | null;
  /** Id of the finding that was open, and of the one under the cursor of the list. */
  readonly finding: number | null;
  readonly selected: number | null;
  readonly query: string;
}

const EMPTY_EVENTS: EventsState = {
  query: "",
  from: null,
  to: null,
  around: null,
  asked: false,
  columns: [],
  wanted: null,
  column: 0,
  total: null,
  pages: new Map(),
  edges: new Map(),
  known: 0,
  problems: [],
  facet: null,
};

/** The state before anything is loaded. */
export function initialState(options: {
  readonly casePath: string;
  readonly analyst: string;
  readonly readonly: boolean;
  readonly columns: number;
  readonly rows: number;
}): State {
  return {
    ...options,
    screen: "findings",
    stack: [],
    focus: { overview: 0, findings: 0, finding: 1, events: 0, tree: 0, timeline: 0, log: 0 },
    tabs: {},
    zoomed: false,
    cursors: {},
    overview: null,
    findings: {
      rows: null,
      suppressed: false,
      filter: "",
      sort: "time",
      descending: false,
      group: "none",
      folded: new Set(),
      marks: new Set(),
      anchor: null,
      items: [],
      shown: 0,
    },
    finding: { id: null, detail: null, reasons: null, counts: new Map(), toggled: new Set(), suggestions: null },
    document: { event: null, tree: null },
    events: EMPTY_EVENTS,
    tree: { entity: null, root: null, missing: false, folded: new Set(), lines: [] },
    timeline: { scope: null, all: null, entries: [], from: null, to: null },
    log: { exceptions: null, hunts: null, ledger: null, journal: null },
    prompt: null,
    history: {},
    search: null,
    dialog: null,
    message: null,
    running: {},
    lastVerdict: null,
    quitting: false,
  };
}

/** An events screen that has asked nothing yet. */
export function emptyEvents(): EventsState {
  return EMPTY_EVENTS;
}

/** The pane shown in a slot of a screen. */
export function paneOf(state: State, screen: ScreenId, slot: number): PaneId {
  const panes = SLOTS[screen][slot] ?? SLOTS[screen][0];
  return panes[state.tabs[`${screen}/${String(slot)}`] ?? 0] ?? panes[0];
}

/** The pane that has the keys. */
export function focusedPane(state: State): PaneId {
  return paneOf(state, state.screen, state.focus[state.screen]);
}

/** The cursor of a pane, at the start where it was never moved. */
export function cursorOf(state: State, pane: PaneId): Cursor {
  return state.cursors[pane] ?? { index: 0, top: 0 };
}
