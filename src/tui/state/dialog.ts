/** Keys while a dialog is open. */
import { step, tell, type Step } from "./action.ts";
import { saveQuestion, withNextStage } from "./exception.ts";
import type { Dialog, State } from "./state.ts";

/** Help scrolls and closes; a question wants y or n, or, before an exception of a sequence is saved, s for another stage. */
export function dialogKey(state: State, dialog: Dialog, key: string): Step {
  const closed: State = { ...state, dialog: null };
  if (dialog.kind === "help") {
    const by: Readonly<Record<string, number>> = {
      j: 1,
      down: 1,
      k: -1,
      up: -1,
      "ctrl-d": 10,
      pagedown: 10,
      "ctrl-u": -10,
      pageup: -10,
      space: 10,
      g: -10_000,
      G: 10_000,
    };
    const moved = by[key];
    if (moved === undefined) return step(closed);
    return step({ ...state, dialog: { ...dialog, top: Math.max(0, dialog.top + moved) } });
  }
  if (key === "y" || key === "enter") return isCounting(dialog) ? step(state) : confirmed(closed, dialog);
  const { action } = dialog;
  if (key === "s" && action.kind === "save-exception" && action.draft.stages.length > 0) {
    const draft = withNextStage(action.draft);
    return step({ ...state, dialog: saveQuestion(draft, null) }, { kind: "blast", draft });
  }
  return key === "n" || key === "esc" || key === "q" || key === "ctrl-c"
    ? step(closed, { kind: "cancel", slot: "blast" })
    : step(state);
}

/** Nobody agrees to what is not known yet. */
function isCounting({ action }: Extract<Dialog, { kind: "confirm" }>): boolean {
  return action.kind === "save-exception" && action.blast === null;
}

function confirmed(state: State, dialog: Extract<Dialog, { kind: "confirm" }>): Step {
  const { action } = dialog;
  if (state.readonly) return step(tell(state, "This case is open for reading only.", "error"));
  return step(
    state,
    action.kind === "delete-exception"
      ? { kind: "delete-exception", id: action.id }
      : { kind: "save-exception", draft: action.draft },
  );
}
