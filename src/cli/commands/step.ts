import { Argument, Command } from "commander";
import { STEP_STATES } from "../../triage/types.ts";
import { type CaseOptions, withAnalyst, withCaseBook } from "../case-command.ts";
import { offerChoices } from "../choices.ts";
import type { CliIo } from "../io.ts";
import { parseChoice, parseCount } from "../values.ts";

interface StepOptions extends CaseOptions {
  readonly note?: string;
  readonly response?: boolean;
}

/** `eqlite step FINDING N done|skipped|open [--note TEXT] [--response]` */
export function stepCommand(io: CliIo): Command {
  return withAnalyst(
    new Command("step")
      .description("say how far a step of a finding's guide is")
      .argument("<finding>", "its number")
      .argument("<step>", "number of the step: eqlite findings FINDING lists them")
      .addArgument(offerChoices(new Argument("<state>", "how far it is"), STEP_STATES))
      .option("--note <text>", "what was found")
      .option("--response", "a step of the response, not of the triage"),
  ).action(async (finding: string, step: string, state: string, options: StepOptions) => {
    const id = parseCount("finding", finding, 1);
    const number = parseCount("step", step, 1);
    const to = parseChoice("state", state, STEP_STATES);
    const list = options.response === true ? "response" : "step";
    await withCaseBook(io, options, "write", (book) => book.setStep(id, list, number, to, options.note));
    io.stderr.write(`finding ${id}, ${list} ${number}: ${to}\n`);
  });
}
