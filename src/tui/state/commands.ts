/** Every command and what it does. */
import { commandOf, type CommandId } from "../keymap.ts";
import { step, tell, type Step } from "./action.ts";
import { ASK } from "./commands/ask.ts";
import { CASE } from "./commands/case.ts";
import type { Handlers } from "./commands/handler.ts";
import { JUDGE } from "./commands/judge.ts";
import { LOOK } from "./commands/look.ts";
import { MOVE } from "./commands/move.ts";
import type { State } from "./state.ts";

const HANDLERS: Handlers<CommandId> = { ...MOVE, ...LOOK, ...JUDGE, ...ASK, ...CASE };

/** Runs a command; those that change the case are refused when it is open for reading only. */
export function runCommand(state: State, id: CommandId, arg = ""): Step {
  if (state.readonly && commandOf(id).writes === true)
    return step(tell(state, "This case is open for reading only.", "error"));
  return HANDLERS[id](state, arg);
}
