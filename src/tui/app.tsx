/**
 * Ink's part: raw mode, keys, pastes, sizes, suspension. It draws nothing, because its renderer takes longer than a key
 * may; see `canvas.ts`.
 */
import { render, type RenderOptions, useApp, useInput, usePaste, useWindowSize } from "ink";
import { useEffect, type ReactNode } from "react";
import { keysOf } from "./keys.ts";
import type { Store } from "./store.ts";

/** How to leave, and how to lend the terminal to others; there once the app is mounted. */
export interface TerminalControl {
  readonly exit: () => void;
  readonly suspend: (meanwhile: () => Promise<void>) => Promise<void>;
}

interface AppProps {
  readonly store: Store;
  readonly onControl: (control: TerminalControl) => void;
}

function App({ store, onControl }: AppProps): ReactNode {
  const { exit, suspendTerminal } = useApp();
  const { columns, rows } = useWindowSize();
  useEffect(() => {
    onControl({
      exit: () => {
        exit();
      },
      suspend: suspendTerminal,
    });
  }, [onControl, exit, suspendTerminal]);
  useEffect(() => {
    store.dispatch({ type: "resize", columns, rows });
  }, [store, columns, rows]);
  useInput((input, key) => {
    for (const name of keysOf(input, key)) store.dispatch({ type: "key", key: name });
  });
  usePaste((text) => {
    store.dispatch({ type: "paste", text });
  });
  return null;
}

export interface Mounted {
  /** Resolves when the app has been left. */
  readonly left: Promise<unknown>;
  readonly unmount: () => void;
}

/** Takes the keys of a terminal to a store until the app is left. */
export function mountApp(props: AppProps, streams: Pick<RenderOptions, "stdin" | "stdout">): Mounted {
  const instance = render(<App {...props} />, {
    ...streams,
    interactive: true,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  return {
    left: instance.waitUntilExit(),
    unmount: () => {
      instance.unmount();
    },
  };
}
