/** The triage screen from start to end: terminal, store, service, settings. */
import "./no-fetch.ts";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { render } from "ink";
import { errorMessage } from "../base/errors.ts";
import type { TriageService } from "../triage/types.ts";
import { App, type TerminalControl } from "./app.tsx";
import { clipboardSequence } from "./clipboard.ts";
import { effectRunner } from "./effects.ts";
import { SETTINGS_KEY, settingsText, withSettings } from "./settings.ts";
import type { Action } from "./state/action.ts";
import { initialState } from "./state/state.ts";
import { createStore, type Store } from "./store.ts";
import { themeFrom } from "./theme.ts";

export interface TriageOptions {
  readonly casePath: string;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** How often another process's writes are looked for, and how long after a change the settings are kept. */
const POLL_MS = 2_000;
const KEEP_AFTER_MS = 1_500;

/**
 * Shows the screen until the analyst quits. The terminal is as it was afterwards, whatever happens. Does not close the service.
 * @throws what crashed the screen
 */
export async function runTriage(service: TriageService, options: TriageOptions): Promise<void> {
  const { stdout, stdin, env, casePath } = options;
  let control: TerminalControl | undefined;
  const onControl = (given: TerminalControl): void => {
    control = given;
  };
  const begin = initialState({
    casePath,
    analyst: service.analyst,
    readonly: service.readonly,
    columns: stdout.columns,
    rows: stdout.rows,
  });
  const { state: restored, kept } = withSettings(begin, await service.getSetting(SETTINGS_KEY));

  const host = {
    service,
    dispatch: (action: Action): void => {
      store.dispatch(action);
    },
    copy: (text: string): boolean => {
      const sequence = clipboardSequence(text, env);
      if (sequence !== null) stdout.write(sequence);
      return sequence !== null;
    },
    redraw: (): void => {
      instance.clear();
    },
    suspend: (): void => {
      void control?.suspend(suspendProcess);
    },
    quit: (): void => control?.exit(),
  };
  const runner = effectRunner(host);
  const store = createStore(restored, (effect) => {
    runner.run(effect);
  });

  // Ink needs a moment to start: the findings are read meanwhile.
  const findings = service.findings({ suppressed: restored.findings.suppressed });
  const crash = (error: unknown): void => {
    instance.unmount();
    failure ??= error instanceof Error ? error : new Error(errorMessage(error));
  };
  let failure: Error | undefined;
  store.dispatch({ type: "findings", rows: await findings });
  store.dispatch({ type: "reopen", kept });
  // Before the first frame: what is typed meanwhile must not be echoed into it.
  stdin.setRawMode(true);
  const instance = render(<App store={store} theme={themeFrom(env)} onControl={onControl} />, {
    stdin,
    stdout,
    exitOnCtrlC: false,
    alternateScreen: true,
    incrementalRendering: true,
    patchConsole: false,
    maxFps: 120,
  });
  process.on("uncaughtException", crash);
  process.on("unhandledRejection", crash);
  const stop = watch(service, store, runner.written);
  try {
    await instance.waitUntilExit();
  } finally {
    process.off("uncaughtException", crash);
    process.off("unhandledRejection", crash);
    stdin.setRawMode(false);
    stop();
    runner.cancel(null);
    await runner.written();
    if (!service.readonly) await service.setSetting(SETTINGS_KEY, settingsText(store.getState()));
  }
  if (failure !== undefined) throw failure;
}

/** Looks for another process's writes and keeps the settings; returns what stops it. */
function watch(service: TriageService, store: Store, written: () => Promise<void>): () => void {
  let revision: number | null = null;
  let polling = false;
  const poll = async (): Promise<void> => {
    if (polling) return;
    polling = true;
    try {
      const now = await service.revision();
      if (revision !== null && now !== revision) store.dispatch({ type: "case-changed" });
      revision = now;
    } catch (error) {
      store.dispatch({ type: "failed", message: errorMessage(error) });
    }
    polling = false;
  };
  const poller = setInterval(() => void poll(), POLL_MS);
  let keeper: NodeJS.Timeout | undefined;
  let keptText = settingsText(store.getState());
  const unsubscribe = store.subscribe(() => {
    if (service.readonly || keeper !== undefined) return;
    keeper = setTimeout(() => {
      keeper = undefined;
      const text = settingsText(store.getState());
      if (text === keptText) return;
      keptText = text;
      written()
        .then(() => service.setSetting(SETTINGS_KEY, text))
        .catch((error: unknown) => {
          store.dispatch({ type: "failed", message: errorMessage(error) });
        });
    }, KEEP_AFTER_MS);
  });
  return () => {
    clearInterval(poller);
    clearTimeout(keeper);
    unsubscribe();
  };
}

/** How long a stop may take to arrive; a process group with nobody to continue it is never stopped. */
const STOP_WITHIN_MS = 250;

/** Stops this process group as Ctrl-Z does outside raw mode; returns when it goes on. */
async function suspendProcess(): Promise<void> {
  const waiting = new AbortController();
  const continued = once(process, "SIGCONT", { signal: waiting.signal });
  process.kill(0, "SIGTSTP");
  try {
    await Promise.race([continued, wait(STOP_WITHIN_MS, undefined, { signal: waiting.signal })]);
  } finally {
    waiting.abort();
    await Promise.allSettled([continued]);
  }
}
