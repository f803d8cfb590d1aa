import { safeText, truncateText } from "../base/safe-text.ts";
import type { CliIo } from "./io.ts";

const REFRESH_MS = 80;

/** One line of progress on stderr, only where that is a terminal. */
export class StatusLine {
  readonly #io: CliIo;
  #shownAt = 0;
  #visible = false;

  constructor(io: CliIo) {
    this.#io = io;
  }

  /** Shows the text instead of the last one; too frequent calls are left out. */
  show(text: string): void {
    if (!this.#io.isTTY.stderr) return;
    const now = this.#io.now().getTime();
    if (this.#visible && now - this.#shownAt < REFRESH_MS) return;
    this.#shownAt = now;
    this.#visible = true;
    this.#io.stderr.write(`\r\u001b[2K${truncateText(safeText(text), (this.#io.columns ?? 80) - 1)}`);
  }

  /** Takes the line away. */
  clear(): void {
    if (!this.#visible) return;
    this.#visible = false;
    this.#io.stderr.write("\r\u001b[2K");
  }
}
