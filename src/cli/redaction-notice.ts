import { existsSync } from "node:fs";
import type { Command } from "commander";
import { safeText } from "../base/safe-text.ts";
import { caseOfCommand } from "./case-command.ts";
import type { CliIo } from "./io.ts";

/** Commands that say themselves what a case withholds, or write another one. */
const SILENT: ReadonlySet<string> = new Set(["load", "verify", "bundle"]);

/** Says on stderr that the case a command works on withholds values, where it does. */
export async function noticeRedaction(io: CliIo, command: Command): Promise<void> {
  if (SILENT.has(command.name())) return;
  const path = caseOfCommand(io, command);
  if (path === null || !existsSync(path)) return;
  const [{ openCase }, { readRedaction, redactionText }] = await Promise.all([
    import("../store/case-file.ts"),
    import("../store/redaction.ts"),
  ]);
  // What cannot be opened is reported by the command itself.
  const file = await openCase(path, "read").catch(() => null);
  if (file === null) return;
  try {
    const redaction = readRedaction(file);
    if (redaction !== null) io.stderr.write(`eqlite: ${safeText(redactionText(redaction))}\n`);
  } finally {
    file.close();
  }
}
