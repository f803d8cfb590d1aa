/** The screen without a terminal: a small stdout with a size, and the last frame as text. */
import { PassThrough, Writable } from "node:stream";
import { render } from "ink";
import { App } from "../../src/tui/app.tsx";
import { effectRunner } from "../../src/tui/effects.ts";
import { initialState, type State } from "../../src/tui/state/state.ts";
import { createStore } from "../../src/tui/store.ts";
import { THEMES, type ThemeName } from "../../src/tui/theme.ts";
import { fakeService, type FakeOptions, type FakeService } from "./fake-service.ts";

class FakeStdout extends Writable {
  readonly isTTY = true;
  readonly columns: number;
  readonly rows: number;
  frame = "";
  constructor(columns: number, rows: number) {
    super({ decodeStrings: false });
    this.columns = columns;
    this.rows = rows;
  }
  override _write(chunk: string, _encoding: string, done: () => void): void {
    // With `debug` every write is a whole frame.
    if (chunk !== "") this.frame = chunk;
    done();
  }
}

class FakeStdin extends PassThrough {
  readonly isTTY = true;
  readonly isRaw = false;
  setRawMode(): this {
    return this;
  }
  ref(): void {}
  unref(): void {}
}

export interface Screen {
  readonly service: FakeService;
  state(): State;
  /** Names of keys (or `:command line`), one after the other, each with all it causes. */
  press(...keys: readonly string[]): Promise<void>;
  /** Every character as a key. */
  type(text: string): Promise<void>;
  /** The frame as plain text, right-trimmed lines. */
  text(): string;
  lines(): readonly string[];
  /** The frame as it goes to the terminal. */
  raw(): string;
  copied(): readonly string[];
  quits(): number;
  settled(): Promise<void>;
  close(): void;
}

export interface ScreenOptions extends FakeOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly theme?: ThemeName;
  readonly service?: FakeService;
}

/** A screen with its findings loaded. */
export async function openScreen(options: ScreenOptions = {}): Promise<Screen> {
  const { columns = 120, rows = 40, theme = "dark" } = options;
  const service = options.service ?? fakeService(options);
  const stdout = new FakeStdout(columns, rows);
  const stdin = new FakeStdin();
  const copied: string[] = [];
  let quits = 0;
  const runner = effectRunner({
    service,
    dispatch: (action) => {
      store.dispatch(action);
    },
    copy: (text) => {
      copied.push(text);
      return true;
    },
    redraw: () => undefined,
    suspend: () => undefined,
    quit: () => {
      quits += 1;
    },
  });
  const store = createStore(
    initialState({ casePath: "/cases/web.case", analyst: service.analyst, readonly: service.readonly, columns, rows }),
    (effect) => {
      runner.run(effect);
    },
  );
  store.dispatch({ type: "findings", rows: await service.findings() });
  const instance = render(<App store={store} theme={THEMES[theme]} onControl={() => undefined} />, {
    stdout,
    stdin,
    debug: true,
    interactive: true,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  const settled = async (): Promise<void> => {
    if (options.stuck !== true) await runner.settled();
    await instance.waitUntilRenderFlush();
  };
  await settled();
  const text = (): string => stripSgr(stdout.frame);
  return {
    service,
    state: store.getState,
    press: async (...keys) => {
      for (const key of keys) {
        // A whole line of the `:` prompt at once.
        const line =
          key.length > 1 && key.startsWith(":")
            ? [":", ...[...key.slice(1)].map((one) => (one === " " ? "space" : one)), "enter"]
            : [key];
        for (const one of line) store.dispatch({ type: "key", key: one });
        await settled();
      }
    },
    type: async (typed) => {
      stdin.write(typed);
      await settled();
    },
    text,
    lines: () => text().split("\n"),
    raw: () => stdout.frame,
    copied: () => copied,
    quits: () => quits,
    settled,
    close: () => {
      instance.unmount();
    },
  };
}

/** Text without the colours that the program itself sets. */
export function stripSgr(text: string): string {
  return text.replace(/\x1b\[[\d;]*m/g, "");
}
