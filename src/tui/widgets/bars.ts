/** The lines around the panes: title, message or prompt, hints, completions. */
import { takeColumns, textWidth, safeText } from "../../base/safe-text.ts";
import type { FindingRow } from "../../triage/types.ts";
import { formatCount } from "../../base/counted.ts";
import { type Command, commandsOf, keyLabel, SCREEN_TITLE, SCREENS } from "../keymap.ts";
import { COMPLETION_LINES, isSlotShown } from "../layout.ts";
import { type Line, type Span, span } from "../line.ts";
import { completionStart, type PromptState } from "../state/prompt.ts";
import { focusedPane, type PaneId, SLOTS, type State } from "../state/state.ts";
import { hasStages } from "./dialog-lines.ts";

/** Screens by number, and how far the triage is. */
export function titleLine(state: State): Line {
  const wide = state.columns >= 100;
  const tabs = SCREENS.flatMap((screen, at): Span[] => {
    const here = screen === state.screen;
    const label = wide || here ? `${String(at + 1)} ${SCREEN_TITLE[screen]}` : String(at + 1);
    return [here ? span(`[${label}]`, "title") : span(` ${label} `, "dim")];
  });
  const right = progressText(state);
  const used = tabs.reduce((sum, part) => sum + part.text.length, 0) + 8;
  const gap = state.columns - used - textWidth(safeText(right)) - 1;
  return [span(" eqlite ", "strong"), ...tabs, ...(gap < 1 ? [] : [span(" ".repeat(gap)), span(right, "dim")])];
}

const openCounts = new WeakMap<readonly FindingRow[], number>();

/** How many findings have no verdict yet: counted once per list, not once per frame. */
function openCount(rows: readonly FindingRow[]): number {
  const known = openCounts.get(rows);
  if (known !== undefined) return known;
  const open = rows.filter((row) => row.verdict === "undetermined").length;
  openCounts.set(rows, open);
  return open;
}

function progressText(state: State): string {
  const rows = state.findings.rows ?? [];
  const open = openCount(rows);
  const parts = [
    ...(state.columns >= 120 ? [state.casePath.split(/[\\/]/).at(-1) ?? ""] : []),
    ...(state.columns >= 100 ? [state.readonly ? "read only" : state.analyst] : state.readonly ? ["read only"] : []),
    ...(state.findings.rows === null ? [] : [`${formatCount(rows.length - open)}/${formatCount(rows.length)} judged`]),
  ];
  return parts.join(" · ");
}

/** The prompt while one is open, else the last message, else what is running. */
export function statusLine(state: State, spinner: string): Line {
  if (state.prompt !== null) return promptLine(state.prompt, state.columns);
  const running = Object.entries(state.running).filter(([slot]) => slot !== "complete");
  const busy: Line =
    running.length === 0
      ? []
      : [span(` ${spinner} ${running.map(([, label]) => label).join(", ")}… Ctrl-C cancels`, "accent")];
  if (state.message !== null) {
    const error = state.message.kind === "error";
    return [
      span(error ? " ! " : " ", error ? "critical" : "plain"),
      span(state.message.text, error ? "bad" : "good"),
      ...busy,
    ];
  }
  if (state.search !== null && running.length === 0)
    return [span(` /${state.search}`, "match"), span("  n next, N previous, Esc ends", "dim")];
  return busy;
}

function promptLine(prompt: PromptState, columns: number): Line {
  const label = prompt.kind === "command" || prompt.kind === "search" ? prompt.label : `${prompt.label}: `;
  const before = safeText(prompt.text.slice(0, prompt.caret));
  const at = prompt.text.slice(prompt.caret);
  const first = [...new Intl.Segmenter("en").segment(at)][0]?.segment ?? "";
  // The caret stays in sight: a long text loses its beginning.
  const room = Math.max(4, columns - textWidth(safeText(label)) - 3);
  return [
    span(` ${label}`, "key"),
    span(tail(before, room)),
    span(first === "" ? " " : first, "found"),
    span(at.slice(first.length)),
  ];
}

function tail(safe: string, room: number): string {
  const width = textWidth(safe);
  if (width <= room) return safe;
  const cut = takeColumns(safe, width - room + 1).text;
  return `…${safe.slice(cut.length)}`;
}

/** Keys of the screen with one or two words each, as many as fit. */
export function hintLine(state: State): Line {
  if (state.dialog?.kind === "confirm")
    return [
      span(" y ", "key"),
      span("yes  ", "dim"),
      span("n ", "key"),
      span("no", "dim"),
      ...(hasStages(state.dialog) ? [span("  s ", "key"), span("another stage", "dim")] : []),
    ];
  if (state.dialog !== null)
    return [span(" j k ", "key"), span("scroll  ", "dim"), span("any other key ", "key"), span("closes", "dim")];
  if (state.prompt !== null)
    return [
      span(" Enter ", "key"),
      span("does it  ", "dim"),
      span("Esc ", "key"),
      span("leaves  ", "dim"),
      span("Tab ", "key"),
      span("completes  ", "dim"),
      span("↑ ↓ ", "key"),
      span("history", "dim"),
    ];
  const hints: Span[] = [];
  let used = 1;
  const commands = commandsOf(state.screen).filter((command) => command.hint !== undefined && isOfUse(state, command));
  const own = commands.filter((command) => command.screens !== undefined);
  const common = commands.filter((command) => command.screens === undefined);
  const help = common.filter((command) => command.id === "help");
  const judging = own.filter((command) => command.group === "judge");
  const others = own.filter((command) => command.group !== "judge");
  for (const command of [...help, ...judging, ...others, ...common.filter((one) => one.id !== "help")]) {
    const key = keyLabel(command.keys[0] ?? "");
    const hint = command.hint ?? "";
    const width = textWidth(key) + 1 + hint.length + 2;
    if (used + width > state.columns) break;
    hints.push(span(` ${key}`, "key"), span(` ${hint} `, "dim"));
    used += width;
  }
  return hints;
}

/** Panes with nothing to open. */
const CLOSED_PANES: ReadonlySet<PaneId> = new Set([
  "rule",
  "facts",
  "response",
  "benign",
  "notes",
  "exceptions",
  "journal",
]);

/** Whether a key does something where the cursor stands: a hint that leads nowhere takes the place of one that helps. */
function isOfUse(state: State, { id: command, writes }: Command): boolean {
  if (writes === true && state.readonly) return false;
  const slots = SLOTS[state.screen];
  const pane = focusedPane(state);
  if (command === "enter") return !CLOSED_PANES.has(pane);
  if (command === "step-done" || command === "step-skip") return pane === "guide" || pane === "response";
  if (command === "delete") return pane === "exceptions" && (state.log.exceptions ?? []).length > 0;
  if (command === "next-pane") return slots.filter((_, slot) => isSlotShown(state, slot)).length > 1;
  if (command === "next-tab") return (slots[state.focus[state.screen]]?.length ?? 1) > 1;
  if (command === "tree-here") return state.screen !== "overview" && state.screen !== "log";
  return command !== "back" || state.screen !== "findings" || state.findings.filter !== "" || state.search !== null;
}

/** Completions above the prompt, the chosen one marked. */
export function completionList(state: State): readonly { readonly line: Line; readonly chosen: boolean }[] {
  const { prompt } = state;
  if (prompt === null) return [];
  const { completions, chosen } = prompt;
  const first = Math.max(0, Math.min(chosen - COMPLETION_LINES + 1, completions.length - COMPLETION_LINES));
  const indent = " ".repeat(
    Math.min(state.columns - 20, textWidth(safeText(prompt.label)) + 1 + completionStart(prompt.text, prompt.caret)),
  );
  return completions.slice(first, first + COMPLETION_LINES).map((word, at) => ({
    line: [
      span(indent),
      span(first + at === chosen ? "▸ " : "  ", "accent"),
      span(word, first + at === chosen ? "found" : "plain"),
    ],
    chosen: first + at === chosen,
  }));
}
