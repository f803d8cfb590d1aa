import { Argument, Command } from "commander";
import { VERDICTS } from "../../triage/types.ts";
import { type CaseOptions, withAnalyst, withCaseBook } from "../case-command.ts";
import { offerChoices } from "../choices.ts";
import type { CliIo } from "../io.ts";
import { parseChoice, parseIds } from "../values.ts";

/** `eqlite verdict FINDING V [--why TEXT]` */
export function verdictCommand(io: CliIo): Command {
  return withAnalyst(
    new Command("verdict")
      .description("give findings a verdict")
      .argument("<findings>", "numbers, e.g. 12 or 3,5,8-11")
      .addArgument(offerChoices(new Argument("<verdict>", "what it is"), VERDICTS))
      .option("--why <text>", "the reason"),
  ).action(async (findings: string, text: string, options: CaseOptions & { why?: string }) => {
    const verdict = parseChoice("verdict", text, VERDICTS);
    const ids = parseIds(findings);
    await withCaseBook(io, options, "write", (book) => book.setVerdict(ids, verdict, options.why));
    io.stderr.write(`${ids.length === 1 ? `finding ${String(ids[0])}` : `${ids.length} findings`}: ${verdict}\n`);
  });
}
