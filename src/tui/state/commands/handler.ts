/** What a command does: the next state and the effects. `arg` is what followed its name at the `:` prompt, else empty. */
import type { CommandId } from "../../keymap.ts";
import type { Step } from "../action.ts";
import type { State } from "../state.ts";

export type Handler = (state: State, arg: string) => Step;
export type Handlers<Id extends CommandId> = Readonly<Record<Id, Handler>>;
