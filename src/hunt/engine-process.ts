/**
 * The engine in a process of its own. SQLite cannot be interrupted from JavaScript: what has to be cancelled, or has to
 * end in time, runs here and is killed. Started by `engine-client.ts`; argument: the case.
 */
import process from "node:process";
import { errorMessage, UserError } from "../base/errors.ts";
import { Engine } from "./engine.ts";
import type { EngineReply, EngineRequest } from "./engine-protocol.ts";
import { runRule } from "./run-rule.ts";

const casePath = process.argv[2] ?? "";
let engine: Promise<Engine> | null = null;

process.on("message", (request: EngineRequest) => void answer(request));
process.on("disconnect", () => process.exit(0));
// Ctrl-C reaches every process of the terminal; the program decides what ends.
process.on("SIGINT", () => undefined);

async function answer(request: EngineRequest): Promise<void> {
  try {
    engine ??= Engine.open(casePath);
    const opened = await engine;
    const { id, kind } = request;
    if (kind === "open") return send({ id, ok: true, kind });
    const run = runRule(opened, request.task, request.options);
    send({ id, ok: true, kind, run });
  } catch (error) {
    const known = error instanceof UserError;
    send({
      id: request.id,
      ok: false,
      code: known ? error.code : "internal",
      message: errorMessage(error),
      hint: known ? (error.hint ?? null) : null,
    });
  }
}

function send(reply: EngineReply): void {
  process.send?.(reply);
}
