import { EXIT, UserError } from "../base/errors.ts";
import type { CliIo } from "./io.ts";

/** The prompt for EQL. Not on a pipe: there a query has to be given. */
export async function queryPrompt(io: CliIo, _casePath: string): Promise<void> {
  if (!io.isTTY.stdin || !io.isTTY.stdout) {
    throw new UserError("no-query", "no query was given", {
      hint: "eqlite query EQL --case FILE",
      exitCode: EXIT.usage,
    });
  }
}
