/** The screen: a few boxes of ready-made lines. Ink lays out panes, not cells, so that a key is a frame. */
import { Box, Text, useAnimation, useApp, useInput, usePaste, useWindowSize } from "ink";
import { memo, useEffect, useSyncExternalStore, type ReactNode } from "react";
import { keysOf } from "./keys.ts";
import { completionLines, layoutOf, type PaneBox } from "./layout.ts";
import { paintLine } from "./line.ts";
import type { State } from "./state/state.ts";
import type { Store } from "./store.ts";
import type { Theme } from "./theme.ts";
import { completionList, hintLine, statusLine, titleLine } from "./widgets/bars.ts";
import { dialogLines } from "./widgets/dialog-lines.ts";
import { paneParts, type PaneParts } from "./widgets/pane-parts.ts";

/** What the app gives to whoever runs it, once it is mounted: how to leave, and how to lend the terminal to others. */
export interface TerminalControl {
  readonly exit: () => void;
  readonly suspend: (meanwhile: () => Promise<void>) => Promise<void>;
}

interface AppProps {
  readonly store: Store;
  readonly theme: Theme;
  readonly onControl: (control: TerminalControl) => void;
}

/** The whole application. */
export function App({ store, theme, onControl }: AppProps): ReactNode {
  const state = useSyncExternalStore(store.subscribe, store.getState);
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
  return (
    <Box flexDirection="column" width={state.columns} height={state.rows}>
      <Lines text={paintLine(titleLine(state), state.columns, theme)} />
      <Body state={state} theme={theme} />
      {completionLines(state) === 0 ? null : <Lines text={completionText(state, theme)} />}
      <Status state={state} theme={theme} />
      <Lines text={paintLine(hintLine(state), state.columns, theme)} />
    </Box>
  );
}

/** The only place of the program that hands text to Ink; it was painted, and so made safe, before. */
const Lines = memo(function Lines({ text }: { readonly text: string }): ReactNode {
  return <Text wrap="truncate">{text}</Text>;
});

function Body({ state, theme }: { readonly state: State; readonly theme: Theme }): ReactNode {
  const { direction, boxes } = layoutOf(state);
  if (state.dialog !== null) {
    const height = Math.max(4, state.rows - 3 - completionLines(state));
    return <Lines text={dialogLines(state, state.dialog, state.columns, height, theme).join("\n")} />;
  }
  return (
    <Box flexDirection={direction} flexShrink={0}>
      {boxes.map((box) => (
        <Pane key={box.slot} box={box} parts={paneParts(state, box, theme)} />
      ))}
    </Box>
  );
}

function Pane({ box, parts }: { readonly box: PaneBox; readonly parts: PaneParts }): ReactNode {
  return (
    <Box flexDirection="column" width={box.width} height={box.height} flexShrink={0}>
      <Lines text={parts.top} />
      <Box height={box.height - 2} flexShrink={0}>
        <Lines text={parts.left} />
        <Box width={box.width - 3} flexShrink={0}>
          <Lines text={parts.text} />
        </Box>
        <Lines text={parts.right} />
      </Box>
      <Lines text={parts.bottom} />
    </Box>
  );
}

function completionText(state: State, theme: Theme): string {
  return completionList(state)
    .map(({ line }) => paintLine(line, state.columns, theme))
    .join("\n");
}

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] as const;

function Status({ state, theme }: { readonly state: State; readonly theme: Theme }): ReactNode {
  const busy = Object.keys(state.running).length > 0;
  const { frame } = useAnimation({ interval: 100, isActive: busy });
  return <Lines text={paintLine(statusLine(state, FRAMES[frame % FRAMES.length] ?? ""), state.columns, theme)} />;
}
