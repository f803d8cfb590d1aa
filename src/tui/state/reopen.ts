/** The screen where it was left, once the findings are there. */
import { step, type Step } from "./action.ts";
import { ask } from "./commands/ask.ts";
import { openFinding } from "./commands/open.ts";
import { moveTo, showScreen } from "./move.ts";
import type { Kept, State } from "./state.ts";

/** The same finding under the cursor, the same finding open, the same query asked; what is gone is left out. */
export function reopen(state: State, kept: Kept): Step {
  const { rows, items } = state.findings;
  const index = items.findIndex((item) => item.kind === "finding" && item.row.id === kept.selected);
  const placed = index === -1 ? state : moveTo(state, "findings", index);
  if (kept.screen === "finding" && kept.finding !== null && rows?.some((row) => row.id === kept.finding) === true)
    return openFinding(placed, kept.finding);
  if (kept.screen === "events" && kept.query !== "") return ask(placed, kept.query, null, null);
  return step(kept.screen === "overview" || kept.screen === "log" ? showScreen(placed, kept.screen) : placed);
}
