import { safeText } from "../base/safe-text.ts";
import type { CliIo } from "./io.ts";

/**
 * Says on stderr which files of the case were not loaded to their end: what searches the case saw only a part of them.
 * @returns whether there are any
 */
export async function warnUnfinished(io: CliIo, casePath: string): Promise<boolean> {
  const [{ openCase }, { listSources }] = await Promise.all([
    import("../store/case-file.ts"),
    import("../store/sources.ts"),
  ]);
  const file = await openCase(casePath, "read");
  try {
    const unfinished = listSources(file).filter(({ status }) => status === "loading");
    for (const { path, events } of unfinished) {
      io.stderr.write(`eqlite: only a part of ${safeText(path)} is loaded so far: ${events} events were searched\n`);
    }
    if (unfinished.length > 0) io.stderr.write("  load it again: the load goes on where it was interrupted\n");
    return unfinished.length > 0;
  } finally {
    file.close();
  }
}
