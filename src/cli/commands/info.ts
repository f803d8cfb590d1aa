import { Command } from "commander";
import { type CaseOptions, withCase } from "../case-command.ts";
import { readInfo } from "../info-data.ts";
import { renderInfo } from "../info-text.ts";
import { caseOf, type CliIo, writeOut } from "../io.ts";
import { jsonText } from "../json-out.ts";

/** `eqlite info`: what is in a case, and where the evidence has gaps. */
export function infoCommand(io: CliIo): Command {
  return withCase(new Command("info").description("what a case holds: sources, hosts, times, gaps, fields"))
    .option("--json", "as JSON")
    .action(async (options: CaseOptions & { readonly json?: boolean }) => {
      const { openCase } = await import("../../store/case-file.ts");
      const file = await openCase(caseOf(io, options.case), "read");
      try {
        const info = await readInfo(file);
        await writeOut(io.stdout, options.json === true ? jsonText(info) : renderInfo(info, io.columns));
      } finally {
        file.close();
      }
    });
}
