/** The one store: holds the state, feeds actions to the reducer and effects to the runner, tells listeners. */
import type { Action, Effect } from "./state/action.ts";
import type { State } from "./state/state.ts";
import { update } from "./state/update.ts";

export interface Store {
  readonly getState: () => State;
  readonly dispatch: (action: Action) => void;
  /** Returns what ends the subscription. */
  readonly subscribe: (listener: () => void) => () => void;
}

/** A store; effects are handed to `perform` after the state that asked for them is in place. */
export function createStore(initial: State, perform: (effect: Effect) => void): Store {
  let state = initial;
  let depth = 0;
  const listeners = new Set<() => void>();
  const dispatch = (action: Action): void => {
    const before = state;
    const [next, effects] = update(state, action);
    state = next;
    depth += 1;
    try {
      // Effects may dispatch at once (work started): listeners are told once, when all is said.
      for (const effect of effects) perform(effect);
    } finally {
      depth -= 1;
    }
    if (depth === 0 && state !== before) for (const listener of listeners) listener();
  };
  return {
    getState: () => state,
    dispatch,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
