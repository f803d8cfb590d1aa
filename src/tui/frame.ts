/** The whole screen as painted rows: a pure function of the state. */
import { completionLines, layoutOf } from "./layout.ts";
import { paintLine } from "./line.ts";
import type { State } from "./state/state.ts";
import type { Theme } from "./theme.ts";
import { completionList, hintLine, statusLine, titleLine } from "./widgets/bars.ts";
import { dialogLines } from "./widgets/dialog-lines.ts";
import { paneRows } from "./widgets/pane-rows.ts";

/** `state.rows` rows of `state.columns` columns. `spinner` is the sign beside what is running. */
export function frameRows(state: State, theme: Theme, spinner: string): readonly string[] {
  const { columns, rows } = state;
  const frame = [
    paintLine(titleLine(state), columns, theme),
    ...bodyRows(state, theme),
    ...completionList(state).map(({ line }) => paintLine(line, columns, theme)),
    paintLine(statusLine(state, spinner), columns, theme),
    paintLine(hintLine(state), columns, theme),
  ];
  return frame.slice(0, rows);
}

function bodyRows(state: State, theme: Theme): readonly string[] {
  if (state.dialog !== null) {
    const height = Math.max(4, state.rows - 3 - completionLines(state));
    return dialogLines(state, state.dialog, state.columns, height, theme);
  }
  const { direction, boxes } = layoutOf(state);
  let left = 0;
  const panes = boxes.map((box) => {
    const painted = paneRows(state, box, left, theme);
    if (direction === "row") left += box.width;
    return painted;
  });
  if (direction === "column") return panes.flat();
  return (panes[0] ?? []).map((_, at) => panes.map((pane) => pane[at] ?? "").join(""));
}
