import { Command } from "commander";
import { isoTime } from "../../base/time-text.ts";
import { type CaseOptions, withAnalyst, withCase, withTriage } from "../case-command.ts";
import { type CliIo, writeOut } from "../io.ts";
import { jsonText } from "../json-out.ts";
import { renderTable } from "../table.ts";
import { collect, parseCount, parseTime } from "../values.ts";

interface AddOptions extends CaseOptions {
  readonly name?: string;
  readonly rule?: string[];
  readonly expires?: string;
  readonly dryRun?: boolean;
}

/** `eqlite exceptions list|add|delete|suggest`. */
export function exceptionsCommand(io: CliIo): Command {
  const command = new Command("exceptions").description("what stops rules from producing findings");
  command.addCommand(listCommand(io), { isDefault: true });
  command.addCommand(addCommand(io));
  command.addCommand(deleteCommand(io));
  command.addCommand(suggestCommand(io));
  return command;
}

function listCommand(io: CliIo): Command {
  return withCase(new Command("list").description("list exceptions and how many findings each hides"))
    .option("--json", "as JSON")
    .action(async (options: CaseOptions & { json?: boolean }) => {
      const rows = await withTriage(io, options, (service) => service.exceptions());
      const text =
        options.json === true
          ? jsonText(rows)
          : renderTable(
              [
                { title: "#", align: "right" },
                { title: "name", shrinkTo: 12 },
                { title: "condition", shrinkTo: 16 },
                { title: "rules", shrinkTo: 8 },
                { title: "hides", align: "right" },
                { title: "by", shrinkTo: 6 },
                { title: "expires" },
              ],
              rows.map((row) => [
                String(row.id),
                row.name,
                row.condition,
                row.rules.length === 0 ? "all" : row.rules.join(", "),
                String(row.hides),
                row.analyst,
                row.expiresAt ?? "",
              ]),
              io.columns,
            );
      await writeOut(io.stdout, text);
    });
}

function addCommand(io: CliIo): Command {
  return withAnalyst(new Command("add").description("hide findings with an event that satisfies a condition"))
    .argument("<condition>", 'EQL, what follows where, e.g. \'process.name == "nc" and user.name == "ci"\'')
    .option("--name <text>", "a name (default: the condition)")
    .option("--rule <id>", "only of this rule (repeatable)", collect)
    .option("--expires <time>", "not after this time")
    .option("--dry-run", "only say what it would hide")
    .action(async (condition: string, options: AddOptions) => {
      const rules = options.rule ?? [];
      const expires = options.expires === undefined ? null : isoTime(parseTime(options.expires));
      const dry = options.dryRun === true;
      const blast = await withTriage(
        io,
        options,
        async (service) => {
          const found = await service.blastRadius(condition, rules);
          if (!dry) await service.saveException(options.name ?? condition, condition, rules, expires);
          return found;
        },
        dry ? "read" : "write",
      );
      io.stderr.write(
        `${dry ? "would hide" : "hides"} ${blast.findings} findings of ${blast.rules} rules, ${blast.truePositives} of them marked true positive\n`,
      );
    });
}

function deleteCommand(io: CliIo): Command {
  return withAnalyst(new Command("delete").description("take an exception back: what it hid is shown again"))
    .argument("<exception>", "its number")
    .action(async (exception: string, options: CaseOptions) => {
      const id = parseCount("exception", exception, 1);
      await withTriage(io, options, (service) => service.deleteException(id), "write");
      io.stderr.write(`exception ${id}: deleted\n`);
    });
}

function suggestCommand(io: CliIo): Command {
  return withCase(new Command("suggest").description("exceptions that would hide a finding, most specific first"))
    .argument("<finding>", "its number")
    .action(async (finding: string, options: CaseOptions) => {
      const id = parseCount("finding", finding, 1);
      const rows = await withTriage(io, options, (service) => service.suggestExceptions(id));
      await writeOut(io.stdout, jsonText(rows));
    });
}
