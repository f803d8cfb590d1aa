/** The exception that is about to be saved: which stage of a sequence it is for, and the question before it is done. */
import type { BlastRadius, FindingDetail } from "../../triage/types.ts";
import { counted, formatCount } from "../../base/counted.ts";
import type { Dialog, ExceptionDraft } from "./state.ts";

/** A query that begins with `sequence`, after blanks and comments. */
const SEQUENCE = /^(?:\s|\/\/[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*sequence\b/;
const RUNS = /\bwith\s+runs\b/;

/**
 * The stages (1-based) of a finding's sequence that have an event, in order; none where the finding is of no sequence, or
 * where `with runs` gives one stage several events.
 */
export function sequenceStages({ rule, events }: FindingDetail): readonly number[] {
  if (events.length < 2 || !SEQUENCE.test(rule.query) || RUNS.test(rule.query)) return [];
  return events.filter((event) => !event.missing).map((event) => event.stage);
}

/** The draft for the next stage: from any to the first, and from the last back to any. */
export function withNextStage(draft: ExceptionDraft): ExceptionDraft {
  const at = draft.stage === null ? -1 : draft.stages.indexOf(draft.stage);
  return { ...draft, stage: draft.stages[at + 1] ?? null };
}

/** Asks whether to save it, and tells what it would hide; null while that is being counted. */
export function saveQuestion(draft: ExceptionDraft, blast: BlastRadius | null): Dialog {
  const { condition, name, rules, stage, stages } = draft;
  const where =
    stage === null ? "when the event of any stage meets it" : `when the event of stage ${String(stage)} meets it`;
  return {
    kind: "confirm",
    title: "Save this exception?",
    lines: [
      name,
      condition,
      rules.length === 0 ? "for all rules" : `for ${rules.join(", ")}`,
      ...(stages.length === 0 ? [] : [where]),
      ...(blast === null ? ["Counting what it hides…"] : blastLines(blast)),
    ],
    action: { kind: "save-exception", draft, blast },
  };
}

function blastLines({ findings, rules, truePositives, undecided }: BlastRadius): readonly string[] {
  return [
    findings === 0 ? "It hides no finding." : `It hides ${counted(findings, "finding")} of ${counted(rules, "rule")}.`,
    ...(truePositives === 0 ? [] : [`True positives among them: ${formatCount(truePositives)}!`]),
    ...(undecided === 0
      ? []
      : [`${counted(undecided, "large group")} ${undecided === 1 ? "is" : "are"} judged at the next hunt.`]),
  ];
}
