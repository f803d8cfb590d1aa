import { Command } from "commander";
import { EXIT, UserError } from "../../base/errors.ts";
import { type CaseOptions, withCase } from "../case-command.ts";
import { readInfo } from "../info-data.ts";
import { renderInfo } from "../info-text.ts";
import { caseOf, type CliIo, resolvePath, writeOut } from "../io.ts";
import { jsonText } from "../json-out.ts";

/** `eqlite info`: what is in a case, which rules each source can feed, and where the evidence has gaps. */
export function infoCommand(io: CliIo): Command {
  return withCase(new Command("info").description("what a case holds: sources, hosts, times, gaps, fields"))
    .option(
      "--rules <path...>",
      "count these rules per source: files, folders, zip or tar files (default: the built-in rules)",
    )
    .option("--json", "as JSON")
    .action(async (options: CaseOptions & { readonly rules?: readonly string[]; readonly json?: boolean }) => {
      const [{ openCase }, { builtinPack, readPack }] = await Promise.all([
        import("../../store/case-file.ts"),
        import("../../rules/read-pack.ts"),
      ]);
      const given = options.rules?.map((path) => resolvePath(io, path));
      const { rules, problems } = given === undefined ? builtinPack() : readPack(given);
      if (given !== undefined && rules.length === 0) {
        throw new UserError("no-rules", problems[0]?.message ?? `there is no rule in ${given.join(", ")}`, {
          exitCode: EXIT.usage,
        });
      }
      const file = await openCase(caseOf(io, options.case), "read");
      try {
        const info = await readInfo(file, rules);
        await writeOut(io.stdout, options.json === true ? jsonText(info) : renderInfo(info, io.columns));
      } finally {
        file.close();
      }
    });
}
