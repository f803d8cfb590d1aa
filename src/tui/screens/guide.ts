/** The rule's investigation guide as a checklist with pivots, its response list, false positives and the notes. */
import { safeCell, wrapText } from "../../base/safe-text.ts";
import type { Pivot, PivotCount, StepState, StepView } from "../../triage/types.ts";
import { counted, formatCount } from "../../base/counted.ts";
import type { Line, Span } from "../line.ts";
import { span } from "../line.ts";
import { blocksPane, type PaneBuilder, type PaneView } from "../pane-view.ts";
import { guideItems, type GuideItem } from "../state/guide.ts";
import type { State } from "../state/state.ts";

const BOX: Readonly<Record<StepState, Span>> = {
  open: span("[ ] ", "strong"),
  done: span("[✓] ", "good"),
  skipped: span("[-] ", "dim"),
};

/** Steps with their pivots; each pivot says how many events it leads to before it is opened. */
export const guidePane: PaneBuilder = (state, width) => {
  const items = guideItems(state.finding);
  const { detail } = state.finding;
  const done = detail?.steps.filter((step) => step.state !== "open").length ?? 0;
  return blocksPane(
    "Guide",
    items.map((item) => ({ lines: itemLines(item, state, width), copy: itemText(item) })),
    {
      note: detail === null ? "" : `${String(done)} of ${String(detail.steps.length)} steps`,
      empty: detail === null ? "no finding is open" : "this rule has no guide",
    },
  );
};

/** The response list: what to do about it, ticked like the steps. */
export const responsePane: PaneBuilder = (state, width) => {
  const responses = state.finding.detail?.responses ?? [];
  const done = responses.filter((step) => step.state !== "open").length;
  return blocksPane(
    "Response",
    responses.map((step) => ({ lines: [...stepLines(step, width, ""), ...detailLines(step, width)], copy: step.text })),
    { note: `${String(done)} of ${String(responses.length)}`, empty: "this rule says nothing about the response" },
  );
};

/** What may look like it and is harmless. */
export const benignPane: PaneBuilder = (state, width) =>
  paragraphs(
    "False positives",
    state.finding.detail?.falsePositives ?? [],
    width,
    "this rule names no false positives",
  );

/** Notes, oldest first. */
export const notesPane: PaneBuilder = (state, width) => {
  const notes = state.finding.detail?.notes ?? [];
  return blocksPane(
    "Notes",
    notes.map((note) => ({
      lines: [
        [span(`${note.analyst}, ${note.at}`, "dim")],
        ...wrapText(note.text, width).map((text): Line => [span(text)]),
        [],
      ],
      copy: note.text,
    })),
    { note: notes.length === 0 ? "" : String(notes.length), empty: "no notes yet: n writes one" },
  );
};

function paragraphs(title: string, texts: readonly string[], width: number, empty: string): PaneView {
  return blocksPane(
    title,
    texts.map((text) => ({
      lines: wrapText(text, width - 2).map((line, at): Line => [span(at === 0 ? "• " : "  ", "accent"), span(line)]),
      copy: text,
    })),
    { empty },
  );
}

function itemText(item: GuideItem): string {
  if (item.kind === "heading") return item.text;
  return item.kind === "step" ? item.step.text : (item.pivot.query ?? item.pivot.label);
}

function itemLines(item: GuideItem, state: State, width: number): readonly Line[] {
  if (item.kind === "heading") return [[], [span(item.text, "title")]];
  if (item.kind === "pivot")
    return pivotLines(item.pivot, state.finding.counts.get(item.pivot.id), width, item.step !== null);
  const { step } = item;
  const shown = (step.state === "open") !== state.finding.toggled.has(step.number);
  const folded = !shown && step.pivots.length > 0 ? ` (${counted(step.pivots.length, "pivot")})` : "";
  return [...stepLines(step, width, folded), ...(shown ? detailLines(step, width) : [])];
}

function stepLines(step: StepView, width: number, more: string): readonly Line[] {
  const indent = "  ".repeat(Math.min(3, step.level));
  const room = Math.max(8, width - 7 - indent.length);
  const closed = step.state !== "open";
  const text = wrapText(step.text, room).map((line, at): Line =>
    at === 0
      ? [
          span(indent),
          BOX[step.state],
          span(`${String(step.number)}. `.padEnd(3), "dim"),
          span(line, closed ? "dim" : "strong"),
        ]
      : [span(`${indent}       `), span(line, closed ? "dim" : "strong")],
  );
  const last = text.at(-1);
  if (last !== undefined && more !== "") text[text.length - 1] = [...last, span(more, "dim")];
  const by =
    closed && step.analyst !== null
      ? [[span(`${indent}       ${step.state} by ${step.analyst}, ${step.at ?? ""}`, "dim")]]
      : [];
  const note =
    step.note === null
      ? []
      : wrapText(step.note, room).map((line): Line => [span(`${indent}       ✎ `, "accent"), span(line)]);
  return [...text, ...by, ...note];
}

/** What the guide says below a step. */
function detailLines(step: StepView, width: number): readonly Line[] {
  return step.details.flatMap((detail) => {
    const indent = " ".repeat(5 + 2 * Math.min(3, detail.level));
    const lines = wrapText(detail.text, Math.max(8, width - indent.length - 2));
    return lines.map((text, at): Line => [
      span(indent),
      span(detail.code ? "  " : at === 0 ? "- " : "  ", "dim"),
      span(text, detail.code ? "value" : "plain"),
    ]);
  });
}

function pivotLines(pivot: Pivot, count: PivotCount | undefined, width: number, inStep: boolean): readonly Line[] {
  const indent = inStep ? "       " : " ";
  if (pivot.unavailable !== null || (pivot.query === null && pivot.opens === "events")) {
    const text = `${pivot.label}: ${pivot.unavailable ?? "not in this evidence"}`;
    return wrapText(text, Math.max(8, width - indent.length - 2)).map((line, at): Line => [
      span(`${indent}${at === 0 ? "× " : "  "}`, "dim"),
      span(line, "dim"),
    ]);
  }
  const shown = countSpan(pivot, count);
  const room = Math.max(6, width - indent.length - 3 - shown.text.length);
  return [[span(`${indent}→ `, "accent"), span(safeCell(pivot.label, room)), span(" "), shown]];
}

function countSpan(pivot: Pivot, count: PivotCount | undefined): Span {
  if (pivot.opens !== "events") return span(pivot.opens, "dim");
  if (count === undefined) return span("…", "dim");
  if (count.capped) return span(`${formatCount(count.count)}+`, "strong");
  return span(formatCount(count.count), count.count === 0 ? "dim" : "strong");
}
