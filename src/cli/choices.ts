import type { Argument, Option } from "commander";

/**
 * Names the values of an option or argument, for the help, the completion of shells and the manual. The command itself
 * reads them with `parseChoice`, which is lenient about capitals and hyphens and says what was meant.
 */
export function offerChoices<T extends Option | Argument>(taker: T, choices: readonly string[]): T {
  taker.argChoices = [...choices];
  return taker;
}
