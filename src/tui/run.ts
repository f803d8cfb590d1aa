/** The triage screen from start to end: terminal, store, service, settings. */
import "./no-fetch.ts";
import { once } from "node:events";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { errorMessage } from "../base/errors.ts";
import type { TriageService } from "../triage/types.ts";
import type { Mounted, TerminalControl } from "./app.tsx";
import { terminalCanvas } from "./canvas.ts";
import { clipboardSequence } from "./clipboard.ts";
import { effectRunner, type EffectRunner } from "./effects.ts";
import { startPainter } from "./painter.ts";
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

/** Signals that end the screen: what was asked for is written first. */
const ENDING = ["SIGTERM", "SIGHUP"] as const;

/**
 * Shows the screen until the analyst quits or a signal asks for the end; resolves with that signal, else null. The terminal
 * is as it was afterwards, whatever happens. Does not close the service.
 * @throws what crashed the screen
 */
export async function runTriage(service: TriageService, options: TriageOptions): Promise<NodeJS.Signals | null> {
  const { stdout, stdin, env } = options;
  const canvas = terminalCanvas(stdout);
  const { store, runner, control } = await openStore(service, options, {
    copy: (text) => {
      const sequence = clipboardSequence(text, env);
      if (sequence !== null) stdout.write(sequence);
      return sequence !== null;
    },
    redraw: () => {
      painter.redraw();
    },
    suspend: () => {
      const meanwhile = async (): Promise<void> => {
        canvas.leave();
        await suspendProcess();
        canvas.enter();
      };
      void control.terminal?.suspend(meanwhile).then(() => {
        painter.redraw();
      });
    },
  });

  let mounted: Mounted | null = null;
  const ended: { by: NodeJS.Signals | null; failure: Error | null } = { by: null, failure: null };
  const end = (signal: NodeJS.Signals): void => {
    ended.by = signal;
    control.quit();
  };
  const crash = (error: unknown): void => {
    ended.failure ??= error instanceof Error ? error : new Error(errorMessage(error));
    mounted?.unmount();
  };
  // A terminal that is gone is told of by its streams, some of it only after the last write: these stay to the end.
  const gone = (): void => {
    end("SIGHUP");
  };
  stdout.on("error", gone);
  stdin.on("error", gone);
  for (const signal of ENDING) process.on(signal, end);
  process.on("uncaughtException", crash);
  process.on("unhandledRejection", crash);

  // Before the first frame: what is typed meanwhile must not be echoed into it. Ink, which reads it, takes longer to load.
  stdin.setRawMode(true);
  canvas.enter();
  const painter = startPainter(store, canvas, themeFrom(env));
  let stop = (): void => undefined;
  try {
    const { mountApp } = await import("./app.tsx");
    const onControl = (given: TerminalControl): void => {
      control.mounted(given);
      painter.redraw();
    };
    mounted = mountApp({ store, onControl }, { stdin, stdout });
    stop = watch(service, store, runner.written);
    service.warm();
    await mounted.left;
  } finally {
    painter.stop();
    canvas.leave();
    stdin.setRawMode(false);
    stop();
    runner.cancel(null);
    await runner.written();
    if (!service.readonly) await service.setSetting(SETTINGS_KEY, settingsText(store.getState()));
    for (const signal of ENDING) process.off(signal, end);
    process.off("uncaughtException", crash);
    process.off("unhandledRejection", crash);
  }
  if (ended.failure !== null) throw ended.failure;
  return ended.by;
}

/** The app's hold on the terminal, which is there some time after the first frame. */
interface Control {
  terminal: TerminalControl | null;
  readonly mounted: (terminal: TerminalControl) => void;
  readonly quit: () => void;
}

function controlOf(): Control {
  let quitting = false;
  const control: Control = {
    terminal: null,
    mounted: (terminal) => {
      control.terminal = terminal;
      if (quitting) terminal.exit();
    },
    quit: () => {
      quitting = true;
      control.terminal?.exit();
    },
  };
  return control;
}

/** What effects do to the terminal. */
interface TerminalActs {
  readonly copy: (text: string) => boolean;
  readonly redraw: () => void;
  readonly suspend: () => void;
}

/** A store with the findings in it, where it was left. */
async function openStore(
  service: TriageService,
  { casePath, stdout }: TriageOptions,
  acts: TerminalActs,
): Promise<{ readonly store: Store; readonly runner: EffectRunner; readonly control: Control }> {
  const control = controlOf();
  const begin = initialState({
    casePath,
    analyst: service.analyst,
    readonly: service.readonly,
    columns: stdout.columns,
    rows: stdout.rows,
  });
  const { state: restored, kept } = withSettings(begin, await service.getSetting(SETTINGS_KEY));
  const runner = effectRunner({
    service,
    ...acts,
    dispatch: (action: Action): void => {
      store.dispatch(action);
    },
    quit: control.quit,
  });
  const store = createStore(restored, (effect) => {
    runner.run(effect);
  });
  const rows = await service.findings({ suppressed: restored.findings.suppressed });
  store.dispatch({ type: "findings", rows });
  store.dispatch({ type: "reopen", kept });
  return { store, runner, control };
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
