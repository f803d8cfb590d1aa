/**
 * An export of the triage screen in a process of its own, so that the screen goes on and can end it. Started by
 * `export-apart.ts`; takes one request, answers it, and ends.
 */
import process from "node:process";
import { errorMessage, UserError } from "../base/errors.ts";
import { toUserError } from "../store/store-errors.ts";
import { CaseBook } from "../triage/case-book.ts";
import type { ExportReply, ExportRequestApart } from "./export-apart.ts";
import { exportForTriage } from "./export-for-triage.ts";

process.once("message", (request: ExportRequestApart) => void answer(request));
// Ctrl-C reaches every process of the terminal; the program decides what ends.
process.on("SIGINT", () => undefined);

async function answer(request: ExportRequestApart): Promise<void> {
  const { casePath, readonly, analyst, format, target, filter } = request;
  let reply: ExportReply;
  try {
    const book = await CaseBook.open(casePath, { readonly, analyst, now: () => new Date() });
    try {
      reply = { ok: true, ...(await exportForTriage(book, format, target, filter)) };
    } finally {
      book.close();
    }
  } catch (thrown) {
    const error = toUserError(casePath, thrown);
    const known = error instanceof UserError;
    const hint = known ? (error.hint ?? null) : null;
    reply = { ok: false, code: known ? error.code : "internal", message: errorMessage(error), hint };
  }
  process.send?.(reply, () => process.disconnect());
}
