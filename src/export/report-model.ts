/**
 * A report before it has a form: blocks in order, plain data. `report-content.ts` makes them of a case; the Markdown and the
 * HTML renderer only print them, so that both say the same. Texts are as the evidence has them: a renderer makes them safe.
 */
import type { Severity } from "../rules/rule.ts";

/** A piece of a line. A plain string is text of ours or of the case, never markup. */
export type Inline =
  | string
  /** A value, exactly. `strong`: it made a rule match. */
  | { readonly kind: "code"; readonly text: string; readonly strong?: true }
  | { readonly kind: "strong"; readonly text: string }
  /** A name that is not broken inside a word. */
  | { readonly kind: "name"; readonly text: string }
  | { readonly kind: "severity"; readonly severity: Severity }
  /** The name of a rule that has a section of its own in this report, under the anchor. */
  | { readonly kind: "rule"; readonly anchor: string; readonly text: string }
  /** A number of a finding that has a section of its own in this report. */
  | { readonly kind: "finding"; readonly id: number }
  /** Ends a line; in Markdown's tables, which have none, `; `. */
  | { readonly kind: "break" };

export type Line = readonly Inline[];

export interface TreeItem {
  readonly content: Line;
  readonly children: readonly TreeItem[];
}

export type Block =
  /** `anchor`: what links lead to; letters and digits. */
  | { readonly kind: "heading"; readonly level: 1 | 2 | 3 | 4; readonly content: Line; readonly anchor?: string }
  | { readonly kind: "paragraph"; readonly content: Line; readonly quiet?: true }
  /** Names with what is to be said of them. */
  | { readonly kind: "facts"; readonly rows: readonly { readonly name: string; readonly content: Line }[] }
  | { readonly kind: "list"; readonly items: readonly TreeItem[] }
  /** Rows are walked once, and may be many. */
  | { readonly kind: "table"; readonly columns: readonly string[]; readonly rows: Iterable<readonly Line[]> }
  | { readonly kind: "code"; readonly title: string; readonly text: string }
  | { readonly kind: "finding"; readonly id: number; readonly blocks: readonly Block[] }
  | { readonly kind: "timeline"; readonly chart: TimelineChart }
  | { readonly kind: "sequence"; readonly events: readonly SequenceMark[] }
  | { readonly kind: "processes"; readonly picture: ProcessPicture };

/** Findings over time: a lane for each of the hosts with most findings. Nanoseconds since 1970 UTC. */
export interface TimelineChart {
  readonly from: bigint;
  readonly to: bigint;
  readonly lanes: readonly { readonly host: string; readonly marks: readonly TimelineMark[] }[];
  readonly hiddenHosts: number;
}

/** The findings of a host in one of the `TIMELINE_PLACES` parts of the time. */
export interface TimelineMark {
  /** From 0. */
  readonly place: number;
  readonly severity: Severity;
  readonly findings: number;
  /** Time and rule of the worst of them. */
  readonly time: bigint;
  readonly rule: string;
}

export const TIMELINE_PLACES = 40;

/** An event of a match, for the picture of its order. */
export interface SequenceMark {
  readonly position: number;
  readonly name: string;
  /** Since the event before it, `+2s 900ms`; null for the first, and where a time is unknown. */
  readonly after: string | null;
  readonly missing: boolean;
}

/** Who started whom, and what connected where: rows of a tree from the top, and the same as a Mermaid graph. */
export interface ProcessPicture {
  readonly roots: readonly ProcessNode[];
  readonly mermaid: string;
  /** Rows of the tree. */
  readonly rows: number;
}

export interface ProcessNode {
  readonly kind: "process" | "connection";
  readonly label: string;
  readonly findings: readonly { readonly id: number; readonly label: string }[];
  readonly children: readonly ProcessNode[];
}

export const BREAK: Inline = { kind: "break" };

export function code(text: string): Inline {
  return { kind: "code", text };
}

export function strong(text: string): Inline {
  return { kind: "strong", text };
}

/** Lines one under the other. */
export function joined(lines: readonly Line[]): Line {
  return lines.flatMap((line, index) => (index === 0 ? line : [BREAK, ...line]));
}
