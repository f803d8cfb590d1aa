/** A terminal for tests: node-pty runs the program, xterm draws what it writes. Waits for text, never for time. */
import process from "node:process";
import xterm from "@xterm/headless";
import type * as NodePty from "node-pty";

/** Null where the optional node-pty could not be built: tests are then skipped. */
export async function loadPty(): Promise<typeof NodePty | null> {
  try {
    return await import("node-pty");
  } catch {
    return null;
  }
}

export interface TerminalOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** How long a text may take to appear on a busy machine. */
const PATIENCE_MS = 40_000;

export class TestTerminal {
  readonly #pty: NodePty.IPty;
  readonly #screen: InstanceType<typeof xterm.Terminal>;
  readonly #waiting = new Set<() => void>();
  /** Decoded contents of OSC 52 sequences. */
  readonly clipboard: string[] = [];
  readonly exited: Promise<number>;
  hasExited = false;
  /** When the program last wrote, by `performance.now()`. */
  #wroteAt = 0;

  constructor(pty: typeof NodePty, file: string, args: readonly string[], options: TerminalOptions = {}) {
    const { columns = 120, rows = 40 } = options;
    // Ink draws nothing before it exits when it believes that it runs in CI.
    const { CI: _ci, NO_COLOR: _noColor, TMUX: _tmux, ...inherited } = process.env;
    this.#pty = pty.spawn(file, [...args], {
      name: "xterm-256color",
      cols: columns,
      rows,
      cwd: options.cwd ?? process.cwd(),
      env: { ...inherited, TERM: "xterm-256color", NODE_ENV: "production", ...options.env },
    });
    this.#screen = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
    this.#screen.parser.registerOscHandler(52, (data) => {
      this.clipboard.push(Buffer.from(data.split(";")[1] ?? "", "base64").toString("utf8"));
      return true;
    });
    this.#pty.onData((data) => {
      const at = performance.now();
      this.#screen.write(data, () => {
        this.#wroteAt = at;
        for (const check of [...this.#waiting]) check();
      });
    });
    this.exited = new Promise((resolve) => {
      this.#pty.onExit(({ exitCode }) => {
        this.hasExited = true;
        this.#screen.write("", () => {
          for (const check of [...this.#waiting]) check();
          resolve(exitCode);
        });
      });
    });
  }

  get pid(): number {
    return this.#pty.pid;
  }

  /** The visible lines, right-trimmed. */
  lines(): readonly string[] {
    const buffer = this.#screen.buffer.active;
    return Array.from(
      { length: this.#screen.rows },
      (_, at) => buffer.getLine(buffer.viewportY + at)?.translateToString(true) ?? "",
    );
  }

  text(): string {
    return this.lines().join("\n");
  }

  get isAlternate(): boolean {
    return this.#screen.buffer.active.type === "alternate";
  }

  write(data: string): void {
    this.#pty.write(data);
  }

  resize(columns: number, rows: number): void {
    this.#screen.resize(columns, rows);
    this.#pty.resize(columns, rows);
  }

  kill(signal: string): void {
    this.#pty.kill(signal);
  }

  /** The screen as the emulator has it, for pictures. */
  get buffer(): InstanceType<typeof xterm.Terminal>["buffer"] {
    return this.#screen.buffer;
  }

  /** Resolves when the screen shows the text, or the condition holds. */
  async until(wanted: string | RegExp | (() => boolean)): Promise<void> {
    const holds = (): boolean => {
      if (typeof wanted === "function") return wanted();
      return typeof wanted === "string" ? this.text().includes(wanted) : wanted.test(this.text());
    };
    if (holds()) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        reject(new Error(`never seen: ${String(wanted)}\n${this.text()}`));
      }, PATIENCE_MS);
      const check = (): void => {
        if (!holds()) return;
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
    });
  }

  /** Sends keys; resolves with the milliseconds until the write of the program that showed what is wanted. */
  async time(keys: string, wanted: string | RegExp | (() => boolean)): Promise<number> {
    const from = performance.now();
    await this.press(keys, wanted);
    return this.#wroteAt - from;
  }

  /** Sends keys and waits for what they show. */
  async press(keys: string, wanted: string | RegExp | (() => boolean)): Promise<void> {
    this.write(keys);
    await this.until(wanted);
  }
}
