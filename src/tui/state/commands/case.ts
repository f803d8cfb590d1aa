/** Commands about the case as a whole: copy, export, prompt, refresh, cancel, quit. */
import { EXPORT_FORMAT_NAMES } from "../../../triage/export-formats.ts";
import { boxOf, PANE_EDGE } from "../../layout.ts";
import { lineText } from "../../line.ts";
import { paneView } from "../../panes.ts";
import { step, tell, type Step } from "../action.ts";
import { filterOf } from "../findings.ts";
import { openPrompt } from "../prompt.ts";
import { cursorOf, focusedPane, type State } from "../state.ts";
import type { Handler } from "./handler.ts";
import { rearrange } from "./look.ts";
import { back } from "./move.ts";
import { enter } from "./open.ts";

function copyItem(state: State): Step {
  const pane = focusedPane(state);
  const view = paneView(state, pane, (boxOf(state, pane)?.width ?? state.columns) - PANE_EDGE);
  const text = view.copy(cursorOf(state, pane).index);
  return text === null || text === ""
    ? step(tell(state, "There is nothing under the cursor to copy."))
    : step(state, { kind: "copy", text, what: "the value" });
}

function copyWhole(state: State): Step {
  const pane = focusedPane(state);
  const document = state.document.tree?.text;
  if (document !== undefined && (pane === "document" || pane === "story"))
    return step(state, { kind: "copy", text: document, what: "the document" });
  const view = paneView(state, pane, 2_000);
  const lines = view.block(cursorOf(state, pane).index).map(lineText);
  const text = lines
    .map((line) => line.trim().replace(/ {2,}/g, "  "))
    .join("\n")
    .trim();
  return text === ""
    ? step(tell(state, "There is nothing under the cursor to copy."))
    : step(state, { kind: "copy", text, what: "the line" });
}

const exportCommand: Handler = (state, arg) => {
  if (arg === "")
    return step({
      ...state,
      prompt: openPrompt("command", ":", { text: "export csv ", history: state.history["command"] }),
    });
  const [, format = "", words = ""] = /^(\S*)\s*(.*)$/s.exec(arg.trim()) ?? [];
  const shown = (state.findings.rows ?? []).filter(filterOf(state.findings.filter)).map(({ id }) => id);
  if (SHOWN.test(words) && shown.length === 0)
    return step(tell(state, "The list shows no finding to export.", "error"));
  return step(state, { kind: "export", format, words: words.replace(SHOWN, `$1--finding ${shown.join(",")}`) });
};

/** An export's option that stands for the findings of the list as it is filtered. */
const SHOWN = /(^|\s)--shown(?=\s|$)/;

/** The screen does not leave an export half-done without a word. */
function quit(state: State): Step {
  if (!("export" in state.running)) return step(state, { kind: "quit" });
  return step(tell(state, "The export is still being written: Ctrl-C ends it, then quit again.", "error"));
}

export const CASE = {
  enter: (state) => enter(state),
  back: (state) => step(back(state) ?? (state.findings.filter === "" ? state : rearrange(state, { filter: "" }))),
  leave: (state) => {
    const next = back(state);
    return next === null ? quit(state) : step(next);
  },
  copy: copyItem,
  "copy-document": copyWhole,
  export: exportCommand,
  prompt: (state) => step({ ...state, prompt: openPrompt("command", ":", { history: state.history["command"] }) }),
  refresh: (state) =>
    step(
      { ...state, overview: null, log: { exceptions: null, hunts: null, ledger: null, journal: null } },
      { kind: "redraw" },
      { kind: "load-findings", suppressed: state.findings.suppressed },
      ...(state.finding.id === null ? [] : [{ kind: "load-finding", id: state.finding.id } as const]),
    ),
  cancel: (state) => {
    if (Object.keys(state.running).length > 0) return step(tell(state, "cancelled"), { kind: "cancel", slot: null });
    return state.quitting
      ? step(state, { kind: "quit" })
      : step({ ...tell(state, "Ctrl-C again quits."), quitting: true });
  },
  suspend: (state) => step(state, { kind: "suspend" }),
  quit: (state) => quit(state),
} satisfies Record<string, Handler>;

/** Options that may follow the format of an export. */
const EXPORT_OPTIONS = [
  "--shown",
  "--verdict",
  "--severity",
  "--rule",
  "--host",
  "--container",
  "--user",
  "--incident",
  "--state",
  "--finding",
  "--marked",
  "--from",
  "--to",
  "--suppressed",
] as const;

/** Words that may follow a command and its first `given` arguments, for its completion; empty where it takes free text. */
export function argumentWords(name: string, given: number): readonly string[] {
  if (name !== "export") return [];
  return given === 0 ? EXPORT_FORMAT_NAMES : EXPORT_OPTIONS;
}
