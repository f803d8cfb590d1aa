/**
 * The engine in a process of its own. SQLite cannot be interrupted from JavaScript: what has to be cancelled, or has to
 * end in time, runs here and is killed. Started by `engine-client.ts`; argument: the case.
 */
import process from "node:process";
import { errorMessage, UserError } from "../base/errors.ts";
import { Engine } from "./engine.ts";
import type { SeenEvidence } from "../store/seen-evidence.ts";
import { type EngineReply, type EngineRequest, MATCHES_PER_MESSAGE } from "./engine-protocol.ts";
import { fieldsWithoutTable } from "./fields-without-table.ts";
import { makeSideTables } from "./query-engine.ts";
import { toUserError } from "../store/store-errors.ts";
import type { RuleMatch, RuleTask } from "./rule-task.ts";
import { runRule } from "./run-rule.ts";

const casePath = process.argv[2] ?? "";
let engine: Promise<Engine> | null = null;
/** Matches of the last rule that were not sent yet. */
let rest: readonly RuleMatch[] = [];
let sent = 0;

process.on("message", (request: EngineRequest) => void answer(request));
process.on("disconnect", () => process.exit(0));
// Ctrl-C reaches every process of the terminal; the program decides what ends.
process.on("SIGINT", () => undefined);

async function answer(request: EngineRequest): Promise<void> {
  const { id } = request;
  try {
    switch (request.kind) {
      case "open":
        await openEngine(request.seen);
        return send({ id, ok: true, kind: "open" });
      case "fields":
        await makeTables(request.tasks, request.seen, (done) => send({ id, ok: true, kind: "progress", done }));
        return send({ id, ok: true, kind: "fields" });
      case "rule": {
        const run = runRule(await openEngine(request.seen), request.task, request.options);
        rest = run.matches;
        sent = 0;
        const matches = nextMatches();
        return send({ id, ok: true, kind: "rule", run: { ...run, matches }, more: rest.length - sent });
      }
      case "more": {
        const matches = nextMatches();
        return send({ id, ok: true, kind: "more", matches, more: rest.length - sent });
      }
    }
  } catch (thrown) {
    const error = toUserError(casePath, thrown);
    const known = error instanceof UserError;
    send({
      id,
      ok: false,
      code: known ? error.code : "internal",
      message: errorMessage(error),
      hint: known ? (error.hint ?? null) : null,
    });
  }
}

function openEngine(seen: SeenEvidence | null): Promise<Engine> {
  engine ??= Engine.open(casePath, seen);
  return engine;
}

/** Fields that the rules read and that have no column get their tables, in one pass over the originals. */
async function makeTables(
  tasks: readonly RuleTask[],
  seen: SeenEvidence | null,
  onProgress: (done: number) => void,
): Promise<void> {
  const paths = await fieldsWithoutTable(casePath, tasks, seen);
  if (paths.length > 0) await makeSideTables(casePath, paths, onProgress);
}

function nextMatches(): readonly RuleMatch[] {
  const next = rest.slice(sent, sent + MATCHES_PER_MESSAGE);
  sent += next.length;
  if (sent === rest.length) {
    rest = [];
    sent = 0;
  }
  return next;
}

function send(reply: EngineReply): void {
  process.send?.(reply);
}
