import { type ChildProcess, fork, type ForkOptions } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Runs a module of the program in a process of its own: messages are structured clones, and its stderr is this program's.
 * @param from `import.meta.url` of a module beside it; its extension is `.ts` when run from source, `.js` when built
 * @param name of the module's file, without extension
 */
export function forkModule(
  from: string,
  name: string,
  args: readonly string[],
  options: Pick<ForkOptions, "signal" | "killSignal"> = {},
): ChildProcess {
  return fork(new URL(`./${name}${path.extname(fileURLToPath(from))}`, from), [...args], {
    serialization: "advanced",
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    execArgv: ["--disable-warning=ExperimentalWarning"],
    ...options,
  });
}
