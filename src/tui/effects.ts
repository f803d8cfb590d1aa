/**
 * What the state asks of the world, done: calls of the service, each in a slot of work. New work in a slot cancels the old,
 * and what was cancelled is never heard of again. Nothing here blocks and nothing throws: failures become messages.
 */
import { assertNever, errorMessage, UserError } from "../base/errors.ts";
import type { Pivot, QueryOptions, TriageService } from "../triage/types.ts";
import { counted, formatCount } from "../base/counted.ts";
import { VERDICT_LABEL } from "./format.ts";
import type { Action, Asked, Effect } from "./state/action.ts";
import { PAGE } from "./state/events.ts";

export interface EffectHost {
  readonly service: TriageService;
  dispatch(action: Action): void;
  /** Puts text on the clipboard; false when it is too long. */
  copy(text: string): boolean;
  redraw(): void;
  suspend(): void;
  quit(): void;
}

export interface EffectRunner {
  readonly run: (effect: Effect) => void;
  /** Cancels the work of a slot, or all of it. */
  readonly cancel: (slot: string | null) => void;
  /** Resolves when every change of the case that was asked for is made. */
  readonly written: () => Promise<void>;
  /** Resolves when nothing at all is under way. */
  readonly settled: () => Promise<void>;
}

/** Work that takes longer than this is shown with a spinner. */
const ANNOUNCE_AFTER_MS = 120;

interface Running {
  readonly controller: AbortController;
  announced: boolean;
  timer: NodeJS.Timeout | undefined;
}

type Work = (signal: AbortSignal) => Promise<Action | readonly Action[] | null>;

/** A runner for one screen. */
export function effectRunner(host: EffectHost): EffectRunner {
  const slots = new Map<string, Running>();
  const pending = new Set<Promise<void>>();
  /** Writes go one after the other, in the order of the keys. */
  let writes: Promise<void> = Promise.resolve();

  const end = (slot: string, running: Running): void => {
    clearTimeout(running.timer);
    if (slots.get(slot) === running) slots.delete(slot);
    if (running.announced) host.dispatch({ type: "ended", slot });
  };

  const cancel = (slot: string | null): void => {
    for (const [name, running] of [...slots]) {
      if (slot !== null && slot !== name) continue;
      running.controller.abort();
      end(name, running);
    }
  };

  const work = (slot: string, label: string, task: Work): void => {
    cancel(slot);
    const running: Running = { controller: new AbortController(), announced: false, timer: undefined };
    slots.set(slot, running);
    const announce = (): void => {
      running.announced = true;
      host.dispatch({ type: "started", slot, label });
    };
    // What is over in a blink needs no spinner; a query is announced at once, so that no second one is asked meanwhile,
    // and an export, so that nobody quits while it goes on.
    if (slot === "query" || slot === "export") announce();
    else running.timer = setTimeout(announce, ANNOUNCE_AFTER_MS);
    const done = async (): Promise<void> => {
      let actions: Action | readonly Action[] | null;
      try {
        actions = await task(running.controller.signal);
      } catch (error) {
        actions = { type: "failed", message: failureText(error) };
      }
      if (slots.get(slot) !== running) return;
      for (const action of [actions ?? []].flat()) host.dispatch(action);
      end(slot, running);
    };
    track(done());
  };

  const write = (label: string, task: () => Promise<Action | readonly Action[] | null>): void => {
    const turn = writes.then(async () => {
      try {
        for (const action of [(await task()) ?? []].flat()) host.dispatch(action);
      } catch (error) {
        host.dispatch({ type: "failed", message: `${label}: ${failureText(error)}` });
        host.dispatch({ type: "case-changed" });
      }
    });
    writes = turn;
    track(turn);
  };

  const track = (promise: Promise<void>): void => {
    pending.add(promise);
    void promise.finally(() => pending.delete(promise));
  };

  /** Pivots that still want a count, the most wanted first. */
  let wanted: Pivot[] = [];
  /** Counts one pivot after the other, so that moving away stops after the one under way. */
  const countAll = async (signal: AbortSignal): Promise<null> => {
    for (let pivot = wanted.shift(); pivot !== undefined && !signal.aborted; pivot = wanted.shift()) {
      const count = await host.service.countPivot(pivot, signal);
      if (!signal.aborted) host.dispatch({ type: "pivot-counted", pivot: pivot.id, count });
    }
    return null;
  };

  const run = (effect: Effect): void => {
    const { service } = host;
    switch (effect.kind) {
      case "load-overview":
        work("overview", "overview", async (signal) => ({
          type: "overview",
          overview: await service.overview(signal),
        }));
        return;
      case "load-findings":
        work("findings", "findings", async () => ({
          type: "findings",
          rows: await service.findings({ suppressed: effect.suppressed }),
        }));
        return;
      case "load-finding":
        work("finding", "finding", async () => ({
          type: "finding",
          detail: await service.finding(effect.id, { reasons: false }),
        }));
        return;
      case "load-reasons":
        work("reasons", "why it matched", async (signal) => ({
          type: "reasons",
          finding: effect.id,
          reasons: await service.why(effect.id, signal),
        }));
        return;
      case "load-suggestions":
        work("suggestions", "exceptions", async () => ({
          type: "suggestions",
          finding: effect.id,
          suggestions: await service.suggestExceptions(effect.id),
        }));
        return;
      case "load-document":
        work("document", "document", async () => ({
          type: "document",
          event: effect.event,
          json: await service.document(effect.event),
        }));
        return;
      case "load-log":
        work("log", "journal", async () => [
          { type: "exceptions", exceptions: await service.exceptions() },
          { type: "hunts", hunts: await service.hunts() },
          { type: "ledger", ledger: await service.ledger() },
          { type: "journal", journal: await service.journal(1_000) },
        ]);
        return;
      case "count-pivots":
        // Another order of the same work stops nothing that is under way.
        wanted = [...effect.pivots];
        if (!slots.has("pivots")) work("pivots", "counting", (signal) => countAll(signal));
        return;
      case "query":
        work("query", "query", async (signal) => {
          const result = await service.query(effect.eql, { ...optionsOf(effect), at: effect.at }, signal);
          return { type: "events", at: effect.at, result };
        });
        return;
      case "count-events":
        work("total", "counting the events", async (signal) => ({
          type: "counted",
          total: await service.countAll(effect.eql, optionsOf(effect), signal),
        }));
        return;
      case "find":
        work("query", `looking for "${effect.text}"`, async (signal) => {
          const { text, beyond, backward } = effect;
          const found = await service.findText(effect.eql, { ...optionsOf(effect), text, beyond, backward }, signal);
          return { type: "found", text, found };
        });
        return;
      case "around":
        work("query", "events around", async (signal) => ({
          type: "around",
          result: await service.around(effect.event, effect.spanNs, signal),
        }));
        return;
      case "facet":
        work("facet", "top values", async (signal) => ({
          type: "facet",
          field: effect.field,
          values: await service.facet(effect.eql, effect.field, { ...optionsOf(effect), limit: 50 }, signal),
        }));
        return;
      case "tree":
        work("tree", "process tree", async (signal) => ({
          type: "tree",
          entity: effect.entity,
          root: await service.tree(effect.entity, signal),
        }));
        return;
      case "timeline":
        work("timeline", "timeline", async (signal) => ({
          type: "timeline",
          scope: effect.scope,
          entries: await service.timeline(effect.scope, signal),
        }));
        return;
      case "blast":
        work("blast", "what it hides", async (signal) => ({
          type: "blast",
          draft: effect.draft,
          blast: await service.blastRadius(effect.draft.condition, effect.draft.rules, signal, effect.draft.stage),
        }));
        return;
      case "complete":
        work("complete", "completion", async () => ({
          type: "completions",
          text: effect.text,
          caret: effect.caret,
          words: await service.complete(effect.text, effect.caret),
        }));
        return;
      case "verdict":
        write(VERDICT_LABEL[effect.verdict], async () => {
          await service.setVerdict(effect.ids, effect.verdict, effect.why);
          return effect.why === undefined ? null : { type: "case-changed" };
        });
        return;
      case "note":
        write("note", async () => {
          await service.addNote(effect.finding, effect.text);
          return [{ type: "told", message: "noted" }, { type: "case-changed" }];
        });
        return;
      case "step":
        write("step", async () => {
          await service.setStep(effect.finding, effect.list, effect.step, effect.state, effect.note);
          return { type: "finding", detail: await service.finding(effect.finding, { reasons: false }) };
        });
        return;
      case "undo":
      case "redo":
        write(effect.kind, async () => {
          const what = effect.kind === "undo" ? await service.undo() : await service.redo();
          const told = what ?? `nothing to ${effect.kind}`;
          return [{ type: "told", message: told }, { type: "case-changed" }];
        });
        return;
      case "save-exception":
        write("exception", async () => {
          const { condition, name, rules, stage } = effect.draft;
          await service.saveException(name, condition, rules, null, stage);
          return [{ type: "told", message: `exception saved: ${name}` }, { type: "case-changed" }];
        });
        return;
      case "delete-exception":
        write("exception", async () => {
          await service.deleteException(effect.id);
          return [{ type: "told", message: "exception deleted" }, { type: "case-changed" }];
        });
        return;
      case "export":
        work("export", `exporting as ${effect.format}`, async (signal) => {
          // With the verdicts that were just given.
          await writes;
          const { path, findings, leftOut } = await service.export(effect.format, effect.words, signal);
          const rest = leftOut === 0 ? "" : ` (${formatCount(leftOut)} of the case left out)`;
          return { type: "told", message: `${counted(findings, "finding")} written to ${path}${rest}` };
        });
        return;
      case "copy":
        host.dispatch(
          host.copy(effect.text)
            ? { type: "told", message: `copied ${effect.what}` }
            : { type: "failed", message: `${effect.what} is too long for the clipboard of a terminal` },
        );
        return;
      case "cancel":
        cancel(effect.slot);
        return;
      case "redraw":
        host.redraw();
        return;
      case "suspend":
        host.suspend();
        return;
      case "quit":
        host.quit();
        return;
      default:
        assertNever(effect);
    }
  };

  const settled = async (): Promise<void> => {
    while (pending.size > 0) await Promise.all(pending);
  };
  return { run, cancel, written: () => writes, settled };
}

function optionsOf({ from, to, columns }: Asked): QueryOptions {
  return {
    limit: PAGE,
    ...(from === null ? {} : { from }),
    ...(to === null ? {} : { to }),
    ...(columns === null ? {} : { columns }),
  };
}

function failureText(error: unknown): string {
  if (error instanceof UserError) return error.hint === undefined ? error.message : `${error.message} (${error.hint})`;
  return errorMessage(error);
}
