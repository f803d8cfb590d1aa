/** Diving: what Enter opens. */
import type { Pivot } from "../../../triage/types.ts";
import { overviewItems } from "../../screens/overview.ts";
import { step, tell, type Step } from "../action.ts";
import { sequenceStages } from "../exception.ts";
import { arrange } from "../findings.ts";
import { guideItem } from "../guide.ts";
import { toggleFold } from "../json-tree.ts";
import { dive, moveTo, resetCursor, showPane } from "../move.ts";
import { cursorOf, focusedPane, type State } from "../state.ts";
import { subjectOf } from "../subject.ts";
import { ask, askAround, askTimeline, askTree, equals, refine } from "./ask.ts";
import { MINUTE_NS } from "../duration.ts";

/** The screen of a finding; its details are read when they are not there. */
export function openFinding(state: State, id: number): Step {
  const known = state.finding.detail?.row.id === id;
  const cleared: State = known
    ? state
    : ["story", "guide", "response", "benign", "notes", "document", "rule", "facts", "suggestions"].reduce<State>(
        (one, pane) => resetCursor(one, pane as "story"),
        {
          ...state,
          finding: { id, detail: null, reasons: null, counts: new Map(), toggled: new Set(), suggestions: null },
        },
      );
  return step(dive({ ...cleared, finding: { ...cleared.finding, id } }, "finding"));
}

/** A pivot's events, tree or timeline. */
export function openPivot(state: State, pivot: Pivot): Step {
  if (pivot.opens === "tree" && pivot.entity !== null) return askTree(state, pivot.entity);
  if (pivot.opens === "timeline" && pivot.entity !== null) return askTimeline(state, { entity: pivot.entity });
  if (pivot.query === null) return step(tell(state, pivot.unavailable ?? "this cannot be asked of the evidence"));
  return ask(state, pivot.query, pivot.from, pivot.to);
}

/** What Enter does in the focused pane. */
export function enter(state: State): Step {
  const pane = focusedPane(state);
  const { index } = cursorOf(state, pane);
  const subject = subjectOf(state);
  switch (pane) {
    case "overview":
    case "progress":
      return enterOverview(state, pane, index);
    case "findings":
    case "preview":
      return enterFinding(state);
    case "story":
      return step(showPane(state, "document"));
    case "document":
      return step(foldLine(state, index));
    case "guide":
      return enterGuide(state);
    case "suggestions": {
      const suggestion = state.finding.suggestions?.[index];
      if (suggestion === undefined) return step(state);
      const { detail } = state.finding;
      const stages = detail === null ? [] : sequenceStages(detail);
      return step(state, { kind: "blast", draft: { ...suggestion, stage: null, stages } });
    }
    case "events":
      return step(showPane(state, "document"));
    case "facets":
      return refine(state);
    case "tree":
    case "branch":
      return subject.entity === null
        ? step(state)
        : ask(state, `any where ${equals("process.entity_id", subject.entity)}`, null, null);
    case "timeline":
      if (subject.finding !== null) return openFinding(state, subject.finding.id);
      return subject.event === null ? step(state) : askAround(state, subject.event, MINUTE_NS);
    case "hunts":
      return step(showPane(state, "ledger"));
    case "ledger": {
      const row = state.log.ledger?.[index];
      return row === undefined ? step(state) : step(filterFindings(state, `rule:"${row.name}"`));
    }
    case "rule":
    case "facts":
    case "response":
    case "benign":
    case "notes":
    case "exceptions":
    case "journal":
      return step(state);
  }
}

/** The list of findings with this filter. */
export function filterFindings(state: State, filter: string): State {
  const findings = arrange({ ...state.findings, filter, anchor: null });
  return resetCursor(dive({ ...state, findings }, "findings"), "findings");
}

function enterOverview(state: State, pane: "overview" | "progress", index: number): Step {
  const item = state.overview === null ? null : overviewItems(state.overview, pane)[index];
  if (item === null || item === undefined) return step(state);
  return step(filterFindings(state, `${item.kind}:"${item.name}"`));
}

function enterFinding(state: State): Step {
  const item = state.findings.items[cursorOf(state, "findings").index];
  if (item === undefined) return step(state);
  if (item.kind === "finding") return openFinding(state, item.row.id);
  const folded = new Set(state.findings.folded);
  if (!folded.delete(item.key)) folded.add(item.key);
  return step(
    moveTo(
      { ...state, findings: arrange({ ...state.findings, folded, anchor: null }) },
      "findings",
      cursorOf(state, "findings").index,
    ),
  );
}

function enterGuide(state: State): Step {
  const item = guideItem(state);
  if (item === null || item.kind === "heading") return step(state);
  if (item.kind === "pivot") return openPivot(state, item.pivot);
  const toggled = new Set(state.finding.toggled);
  if (!toggled.delete(item.step.number)) toggled.add(item.step.number);
  return step({ ...state, finding: { ...state.finding, toggled } });
}

function foldLine(state: State, index: number): State {
  const { tree } = state.document;
  const line = tree?.lines[index];
  if (tree === null || line === undefined) return state;
  const next = toggleFold(tree, line);
  const open = next.lines.findIndex(
    (one) => one.id === line.id || (line.kind === "close" && one.kind === "open" && one.end === line.id),
  );
  return moveTo({ ...state, document: { ...state.document, tree: next } }, "document", open === -1 ? index : open);
}
