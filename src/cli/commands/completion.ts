import { Argument, Command } from "commander";
import { offerChoices } from "../choices.ts";
import { type CliIo, writeOut } from "../io.ts";
import { parseChoice } from "../values.ts";

const SHELLS = ["bash", "zsh", "fish"] as const;

/**
 * `eqlite completion SHELL`: the script that lets a shell complete commands, options and values.
 * @param program the whole program, whose commands the script knows
 */
export function completionCommand(io: CliIo, program: () => Command): Command {
  return new Command("completion")
    .description("print the script that lets a shell complete eqlite's command lines")
    .addArgument(offerChoices(new Argument("<shell>", "which shell"), SHELLS))
    .action(async (text: string) => {
      const shell = parseChoice("shell", text, SHELLS);
      const { completionScript } = await import("../completion/scripts.ts");
      await writeOut(io.stdout, completionScript(shell, program()));
    });
}
