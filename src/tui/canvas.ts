/**
 * What stands on the terminal, row by row. A frame is a list of painted rows, and only rows that changed are written. Ink's
 * own renderer makes an object of every cell of every frame: at 200x50 that alone takes twice as long as the whole way from
 * key to frame may.
 */

export interface Canvas {
  /** Puts a frame on the screen: one painted text per row, from the top. */
  draw(rows: readonly string[]): void;
  /** Somebody else wrote on the screen: the next frame is written in full. */
  forget(): void;
}

/** The terminal shows all of a frame at once. */
const BEGIN_TOGETHER = "\x1b[?2026h";
const END_TOGETHER = "\x1b[?2026l";
/** A row that the terminal finds wider than we do is cut by it, and does not run into the next one. */
const NO_WRAP = "\x1b[?7l";
const WRAP = "\x1b[?7h";
const ALTERNATE_SCREEN = "\x1b[?1049h";
const PRIMARY_SCREEN = "\x1b[?1049l";
const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";
const ERASE_ALL = "\x1b[H\x1b[J";
const ERASE_ROW = "\x1b[2K";

/** A canvas over the whole of a terminal, on its alternate screen. */
export interface TerminalCanvas extends Canvas {
  readonly enter: () => void;
  /** Gives the terminal back as it was; nothing is drawn until it is entered again. */
  readonly leave: () => void;
}

/** A canvas that is not entered yet. */
export function terminalCanvas(stdout: { write(text: string): unknown }): TerminalCanvas {
  let shown: readonly string[] | null = null;
  let isEntered = false;
  return {
    enter: () => {
      if (!isEntered) stdout.write(ALTERNATE_SCREEN + HIDE_CURSOR);
      isEntered = true;
      shown = null;
    },
    leave: () => {
      if (isEntered) stdout.write(SHOW_CURSOR + PRIMARY_SCREEN);
      isEntered = false;
    },
    draw: (rows) => {
      if (!isEntered) return;
      const before = shown?.length === rows.length ? shown : null;
      const changed = rows.flatMap((row, at) =>
        before?.[at] === row ? [] : [`\x1b[${String(at + 1)};1H${before === null ? "" : ERASE_ROW}${row}`],
      );
      shown = rows;
      if (changed.length === 0) return;
      const erase = before === null ? ERASE_ALL : "";
      stdout.write(`${BEGIN_TOGETHER}${NO_WRAP}${erase}${changed.join("")}${WRAP}${END_TOGETHER}`);
    },
    forget: () => {
      shown = null;
    },
  };
}
