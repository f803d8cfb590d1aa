/** The screen without a terminal: the store with its effects, and the last frame as text. */
import { effectRunner } from "../../src/tui/effects.ts";
import { startPainter } from "../../src/tui/painter.ts";
import { initialState, type State } from "../../src/tui/state/state.ts";
import { createStore } from "../../src/tui/store.ts";
import { THEMES, type ThemeName } from "../../src/tui/theme.ts";
import { fakeService, type FakeOptions, type FakeService } from "./fake-service.ts";

export interface Screen {
  readonly service: FakeService;
  state(): State;
  /** Names of keys (or `:command line`), one after the other, each with all it causes. */
  press(...keys: readonly string[]): Promise<void>;
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
  let frame: readonly string[] = [];
  const canvas = {
    draw: (drawn: readonly string[]): void => {
      frame = drawn;
    },
    forget: () => undefined,
  };
  const painter = startPainter(store, canvas, THEMES[theme]);
  const settled = async (): Promise<void> => {
    if (options.stuck !== true) await runner.settled();
    // The painter draws after what is under way.
    await Promise.resolve();
  };
  await settled();
  const text = (): string => stripControls(frame.join("\n"));
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
    text,
    lines: () => text().split("\n"),
    raw: () => frame.join("\n"),
    copied: () => copied,
    quits: () => quits,
    settled,
    close: () => {
      painter.stop();
    },
  };
}

/** Text without the colours and columns that the program itself sets. */
function stripControls(text: string): string {
  return text.replace(/\x1b\[[\d;]*[mG]/g, "").replace(/ +$/gm, "");
}
