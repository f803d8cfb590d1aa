import path from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Where a module is that a process or a thread starts with.
 * @param from `import.meta.url` of a module beside it; its extension is `.ts` when run from source, `.js` when built
 * @param name of the module's file, without extension
 */
export function moduleBeside(from: string, name: string): URL {
  return new URL(`./${name}${path.extname(fileURLToPath(from))}`, from);
}
