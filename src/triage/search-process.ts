/**
 * The searches of the triage in a process of their own: SQLite cannot be interrupted from JavaScript, and the screen must
 * not wait. Started by `search-client.ts`, which kills it to cancel; arguments: the case, and how
 * urgent its answers are.
 */
import { constants, setPriority } from "node:os";
import process from "node:process";
import { errorMessage, UserError } from "../base/errors.ts";
import { toUserError } from "../store/store-errors.ts";
import { CaseSearch } from "./case-search.ts";
import type { SearchMessage, SearchReply } from "./search-protocol.ts";

if (process.argv[3] === "background") setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
const casePath = process.argv[2] ?? "";
const search = new CaseSearch(casePath);

process.on("message", (message: SearchMessage) => void answer(message));
process.on("disconnect", () => process.exit(0));
// Ctrl-C reaches every process of the terminal; the program decides what ends.
process.on("SIGINT", () => undefined);

async function answer({ id, kind, ask }: SearchMessage): Promise<void> {
  try {
    send({ id, ok: true, answer: await search.answer(kind, ask) });
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

function send(reply: SearchReply): void {
  process.send?.(reply);
}
