import { type ChildProcess, fork, type ForkOptions } from "node:child_process";
import { moduleBeside } from "./module-beside.ts";

/**
 * Runs a module of the program in a process of its own: messages are structured clones, and its stderr is this program's.
 * @param from and `name`: see `moduleBeside`
 */
export function forkModule(
  from: string,
  name: string,
  args: readonly string[],
  options: Pick<ForkOptions, "signal" | "killSignal"> = {},
): ChildProcess {
  return fork(moduleBeside(from, name), [...args], {
    serialization: "advanced",
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    execArgv: ["--disable-warning=ExperimentalWarning"],
    ...options,
  });
}
