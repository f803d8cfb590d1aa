import { Command } from "commander";
import { withCase } from "../case-command.ts";
import { caseOf, type CliIo } from "../io.ts";

/** `eqlite upgrade`: brings a case of an older eqlite to the schema of this one. What it did is told as for any command. */
export function upgradeCommand(io: CliIo): Command {
  return withCase(
    new Command("upgrade").description("bring a case of an older eqlite to the current schema; a copy is kept"),
  ).action(async (options: { readonly case?: string }) => {
    const path = caseOf(io, options.case);
    const [{ openCase }, { SCHEMA_VERSION }] = await Promise.all([
      import("../../store/case-file.ts"),
      import("../../store/migrations.ts"),
    ]);
    (await openCase(path, "write")).close();
    io.stderr.write(`the case has schema ${SCHEMA_VERSION}, the current one\n`);
  });
}
