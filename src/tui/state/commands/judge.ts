/** Commands that judge: verdicts, marks, notes, steps, undo. */
import type { FindingDetail, StepState, StepView, Verdict } from "../../../triage/types.ts";
import { counted, formatCount } from "../../../base/counted.ts";
import { VERDICT_LABEL } from "../../format.ts";
import { selectedRange } from "../../screens/findings.ts";
import { step, tell, type Step } from "../action.ts";
import { undeterminedIndex, withVerdict } from "../findings.ts";
import { moveBy, moveTo } from "../move.ts";
import { openPrompt } from "../prompt.ts";
import { cursorOf, focusedPane, type FindingItem, type State } from "../state.ts";
import { findingUnderCursor, subjectOf } from "../subject.ts";
import type { Handler } from "./handler.ts";

/** The findings that a verdict is about: on the list what is marked or in the range, else the one under the cursor. */
export function targets(state: State): readonly number[] {
  if (state.screen === "finding") return state.finding.id === null ? [] : [state.finding.id];
  const range = selectedRange(state);
  const ranged = range === null ? [] : state.findings.items.slice(range[0], range[1] + 1).flatMap(idsOf);
  const chosen = new Set([...state.findings.marks, ...ranged]);
  if (chosen.size > 0) return [...chosen];
  const row = findingUnderCursor(state);
  return row === null ? [] : [row.id];
}

function idsOf(item: FindingItem): readonly number[] {
  return item.kind === "finding" ? [item.row.id] : item.ids;
}

const verdict =
  (given: Verdict): Handler =>
  (state) => {
    const ids = targets(state);
    if (ids.length === 0) return step(tell(state, "Space marks the group first; then the verdict is for all of it."));
    const bulk = state.screen === "findings" && (state.findings.marks.size > 0 || state.findings.anchor !== null);
    const findings = withVerdict(
      { ...state.findings, marks: bulk ? new Set() : state.findings.marks, anchor: null },
      ids,
      given,
    );
    const judged: State = {
      ...state,
      findings,
      finding: { ...state.finding, detail: withDetailVerdict(state.finding.detail, ids, given) },
      lastVerdict: { ids, verdict: given },
    };
    const count = ids.length === 1 ? `finding ${String(ids[0])}` : `${formatCount(ids.length)} findings`;
    const told = tell(judged, `${count}: ${VERDICT_LABEL[given]}. w adds why, z takes it back.`);
    const moved = state.screen === "findings" && !bulk && given !== "undetermined" ? toNextOpen(told) : told;
    return step(moved, { kind: "verdict", ids, verdict: given, why: undefined });
  };

/** On to the next finding without a verdict below; the cursor stays where there is none. */
function toNextOpen(state: State): State {
  const from = cursorOf(state, "findings").index;
  const next = undeterminedIndex(state.findings, from, 1);
  return next > from ? moveTo(state, "findings", next) : state;
}

function withDetailVerdict(detail: FindingDetail | null, ids: readonly number[], given: Verdict): FindingDetail | null {
  return detail !== null && ids.includes(detail.row.id)
    ? { ...detail, row: { ...detail.row, verdict: given } }
    : detail;
}

const mark: Handler = (state) => {
  const item = state.findings.items[cursorOf(state, "findings").index];
  if (item === undefined) return step(state);
  const ids = idsOf(item);
  const marked = !ids.every((id) => state.findings.marks.has(id));
  const marks = new Set(state.findings.marks);
  for (const id of ids) {
    if (marked) marks.add(id);
    else marks.delete(id);
  }
  const next = moveBy({ ...state, findings: { ...state.findings, marks } }, item.kind === "finding" ? 1 : 0);
  return step(next);
};

const range: Handler = (state) => {
  const selected = selectedRange(state);
  if (selected === null)
    return step({ ...state, findings: { ...state.findings, anchor: cursorOf(state, "findings").index } });
  const ids = state.findings.items.slice(selected[0], selected[1] + 1).flatMap(idsOf);
  const marks = new Set([...state.findings.marks, ...ids]);
  return step({ ...state, findings: { ...state.findings, marks, anchor: null } });
};

const why: Handler = (state, arg) => {
  const last = state.lastVerdict;
  const row = state.screen === "finding" ? (state.finding.detail?.row ?? null) : findingUnderCursor(state);
  const about =
    last ?? (row === null || row.verdict === "undetermined" ? null : { ids: [row.id], verdict: row.verdict });
  if (about === null) return step(tell(state, "There is no verdict yet to give a reason for."));
  if (arg !== "")
    return step(tell({ ...state, lastVerdict: null }, `reason: ${arg}`), {
      kind: "verdict",
      ids: about.ids,
      verdict: about.verdict,
      why: arg,
    });
  const label = `why ${VERDICT_LABEL[about.verdict]}${about.ids.length === 1 ? "" : ` (${formatCount(about.ids.length)} findings)`}`;
  return step({ ...state, lastVerdict: about, prompt: openPrompt("why", label, { history: state.history["why"] }) });
};

const note: Handler = (state, arg) => {
  const { finding, step: item, pivot } = subjectOf(state);
  if (finding === null) return step(tell(state, "There is no finding under the cursor."));
  const onStep = item !== null && pivot === null && state.screen === "finding";
  if (arg !== "") return step(state, { kind: "note", finding: finding.id, text: arg });
  const list = focusedPane(state) === "response" ? "response" : "step";
  const target = onStep ? `${String(finding.id)}/${list}/${String(item.number)}` : String(finding.id);
  const label = onStep ? `note on ${list} ${String(item.number)}` : `note on finding ${String(finding.id)}`;
  return step({
    ...state,
    prompt: openPrompt("note", label, {
      text: onStep ? (item.note ?? "") : "",
      history: state.history["note"],
      target,
    }),
  });
};

const setStep =
  (wanted: StepState): Handler =>
  (state) => {
    const { finding, step: item } = subjectOf(state);
    if (finding === null || item === null)
      return step(tell(state, "There is no step under the cursor: Tab goes to the guide."));
    return changeStep(state, finding.id, item, item.state === wanted ? "open" : wanted);
  };

/** A step in another state, shown at once; the cursor goes on to the next step when this one is closed. */
function changeStep(state: State, finding: number, item: StepView, next: StepState): Step {
  const change = (one: StepView): StepView =>
    one.list === item.list && one.number === item.number ? { ...one, state: next, analyst: null, at: null } : one;
  const detail = state.finding.detail;
  const changed =
    detail === null ? null : { ...detail, steps: detail.steps.map(change), responses: detail.responses.map(change) };
  const toggled = new Set([...state.finding.toggled].filter((number) => number !== item.number));
  const shown = onStep({ ...state, finding: { ...state.finding, detail: changed, toggled } }, item);
  const pane = focusedPane(shown);
  const moved = next === "open" ? shown : moveTo(shown, pane, cursorOf(shown, pane).index + 1);
  return step(moved, {
    kind: "step",
    finding,
    list: item.list,
    step: item.number,
    state: next,
    note: item.note ?? undefined,
  });
}

/** The cursor on the step itself where it stood on one of its pivots, which are folded when the step is closed. */
function onStep(state: State, item: StepView): State {
  if (focusedPane(state) !== "guide") return state;
  const steps = state.finding.detail?.steps ?? [];
  let index = 0;
  for (const one of steps) {
    if (one.number === item.number) break;
    index += 1 + ((one.state === "open") !== state.finding.toggled.has(one.number) ? one.pivots.length : 0);
  }
  return moveTo(state, "guide", index);
}

export const JUDGE = {
  mark,
  range,
  "unmark-all": (state) => step({ ...state, findings: { ...state.findings, marks: new Set<number>(), anchor: null } }),
  "true-positive": verdict("true_positive"),
  "false-positive": verdict("false_positive"),
  "benign-positive": verdict("benign_positive"),
  duplicate: verdict("duplicate"),
  undetermined: verdict("undetermined"),
  why,
  note,
  "step-done": setStep("done"),
  "step-skip": setStep("skipped"),
  undo: (state) => step(state, { kind: "undo" }),
  redo: (state) => step(state, { kind: "redo" }),
  delete: (state) => {
    const row =
      focusedPane(state) === "exceptions" ? state.log.exceptions?.[cursorOf(state, "exceptions").index] : undefined;
    if (row === undefined) return step(tell(state, "There is no exception under the cursor."));
    const lines = [
      row.name,
      row.condition,
      row.hides === 0
        ? "It hides no finding."
        : `It hides ${counted(row.hides, "finding")}, which ${row.hides === 1 ? "comes" : "come"} back.`,
    ];
    return step({
      ...state,
      dialog: {
        kind: "confirm",
        title: "Delete this exception?",
        lines,
        action: { kind: "delete-exception", id: row.id },
      },
    });
  },
} satisfies Record<string, Handler>;
