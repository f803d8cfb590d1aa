/** Draws the state of a store on a canvas: once for all that one input brings, and again and again while something runs. */
import type { Canvas } from "./canvas.ts";
import { frameRows } from "./frame.ts";
import type { Store } from "./store.ts";
import type { Theme } from "./theme.ts";

export interface Painter {
  /** Writes the screen anew, whatever is believed to stand on it. */
  readonly redraw: () => void;
  readonly stop: () => void;
}

const SPINNER = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] as const;
const SPIN_MS = 100;

/** A painter that follows the store from now on; the first frame is drawn at once. */
export function startPainter(store: Store, canvas: Canvas, theme: Theme): Painter {
  let isPlanned = false;
  let isStopped = false;
  let turn = 0;
  let spinner: NodeJS.Timeout | undefined;

  const draw = (): void => {
    isPlanned = false;
    if (isStopped) return;
    const state = store.getState();
    canvas.draw(frameRows(state, theme, SPINNER[turn % SPINNER.length] ?? ""));
    clearTimeout(spinner);
    if (Object.keys(state.running).length === 0) return;
    spinner = setTimeout(() => {
      turn += 1;
      draw();
    }, SPIN_MS);
  };
  const unsubscribe = store.subscribe(() => {
    if (isPlanned) return;
    isPlanned = true;
    // After all keys of the chunk that is being read.
    queueMicrotask(draw);
  });
  draw();
  return {
    redraw: () => {
      canvas.forget();
      draw();
    },
    stop: () => {
      isStopped = true;
      clearTimeout(spinner);
      unsubscribe();
    },
  };
}
