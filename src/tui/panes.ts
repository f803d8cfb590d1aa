/** Every pane by its name. */
import type { PaneBuilder, PaneView } from "./pane-view.ts";
import { documentPane } from "./screens/document.ts";
import { eventsPane, facetsPane } from "./screens/events.ts";
import { findingsPane, previewPane } from "./screens/findings.ts";
import { benignPane, guidePane, notesPane, responsePane } from "./screens/guide.ts";
import { exceptionsPane, huntsPane, journalPane, ledgerPane, suggestionsPane } from "./screens/log.ts";
import { overviewPane, progressPane } from "./screens/overview.ts";
import { factsPane, findingHead, rulePane, storyPane } from "./screens/story.ts";
import { timelinePane } from "./screens/timeline.ts";
import { branchPane, treePane } from "./screens/tree.ts";
import { SLOTS, type PaneId, type State } from "./state/state.ts";

const BUILDERS: Readonly<Record<PaneId, PaneBuilder>> = {
  overview: overviewPane,
  progress: progressPane,
  findings: findingsPane,
  preview: previewPane,
  story: storyPane,
  document: documentPane,
  rule: rulePane,
  facts: factsPane,
  suggestions: suggestionsPane,
  guide: guidePane,
  response: responsePane,
  benign: benignPane,
  notes: notesPane,
  events: eventsPane,
  facets: facetsPane,
  tree: treePane,
  branch: branchPane,
  timeline: timelinePane,
  exceptions: exceptionsPane,
  hunts: huntsPane,
  ledger: ledgerPane,
  journal: journalPane,
};

export const PANE_TITLE: Readonly<Record<PaneId, string>> = {
  overview: "Overview",
  progress: "Progress",
  findings: "Findings",
  preview: "Summary",
  story: "Story",
  document: "Document",
  rule: "Rule",
  facts: "Facts",
  suggestions: "Exceptions",
  guide: "Guide",
  response: "Response",
  benign: "False positives",
  notes: "Notes",
  events: "Events",
  facets: "Top values",
  tree: "Process tree",
  branch: "Process",
  timeline: "Timeline",
  exceptions: "Exceptions",
  hunts: "Hunts",
  ledger: "Ledger",
  journal: "Journal",
};

/** What a pane shows now, for `width` columns of text. */
export function paneView(state: State, pane: PaneId, width: number): PaneView {
  const view = BUILDERS[pane](state, Math.max(1, width));
  const inFinding = state.screen === "finding" && SLOTS.finding[0].includes(pane);
  return inFinding ? { ...view, head: [...findingHead(state, width), ...view.head] } : view;
}
