import { buffer } from "node:stream/consumers";
import { Command } from "commander";
import { EXIT, UserError } from "../../base/errors.ts";
import { safeText } from "../../base/safe-text.ts";
import { counted } from "../../base/counted.ts";
import { isoTime } from "../../base/time-text.ts";
import type { ExceptionView } from "../../triage/types.ts";
import { type CaseOptions, withAnalyst, withCase, withCaseBook, withTriage } from "../case-command.ts";
import { type CliIo, readInput, resolvePath, writeFileOrOut, writeOut } from "../io.ts";
import { jsonText } from "../json-out.ts";
import { renderTable } from "../table.ts";
import { collect, parseCount, parseTime } from "../values.ts";

interface AddOptions extends CaseOptions {
  readonly name?: string;
  readonly rule?: string[];
  readonly expires?: string;
  readonly stage?: string;
  readonly dryRun?: boolean;
}

/** `eqlite exceptions list|show|add|delete|suggest|import|values|export`. */
export function exceptionsCommand(io: CliIo): Command {
  const command = new Command("exceptions").description("what stops rules from producing findings");
  command.addCommand(listCommand(io), { isDefault: true });
  command.addCommand(showCommand(io));
  command.addCommand(addCommand(io));
  command.addCommand(deleteCommand(io));
  command.addCommand(suggestCommand(io));
  command.addCommand(importCommand(io));
  command.addCommand(valuesCommand(io));
  command.addCommand(exportCommand(io));
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
                { title: "does nothing", shrinkTo: 12 },
              ],
              rows.map((row) => [
                String(row.id),
                row.name,
                row.condition,
                rulesText(row),
                String(row.hides),
                row.analyst,
                row.expiresAt ?? "",
                row.idle ?? "",
              ]),
              io.columns,
            );
      await writeOut(io.stdout, text);
    });
}

function rulesText({ rules, list, stage }: ExceptionView): string {
  const of = rules.length > 0 ? rules.join(", ") : list === null ? "all" : `those of list ${list}`;
  return stage === null ? of : `${of}; stage ${stage}`;
}

function showCommand(io: CliIo): Command {
  return withCase(new Command("show").description("all that is known of an exception"))
    .argument("<exception>", "its number")
    .option("--json", "as JSON")
    .action(async (exception: string, options: CaseOptions & { json?: boolean }) => {
      const id = parseCount("exception", exception, 1);
      const rows = await withTriage(io, options, (service) => service.exceptions());
      const row = rows.find((each) => each.id === id);
      if (row === undefined) {
        throw new UserError("unknown-exception", `there is no exception ${id}`, {
          hint: "eqlite exceptions lists them",
          exitCode: EXIT.usage,
        });
      }
      await writeOut(io.stdout, options.json === true ? jsonText(row) : renderException(row));
    });
}

function renderException(row: ExceptionView): string {
  const facts: [string, string][] = [
    ["name", row.name],
    ["condition", row.condition],
    ["rules", rulesText(row)],
    ["list", row.list ?? ""],
    ["systems", row.osTypes.join(", ")],
    ["expires", row.expiresAt ?? ""],
    ["hides", `${row.hides} findings`],
    ["does nothing", row.idle ?? ""],
    ["by", `${row.analyst}, ${row.at}`],
    ...row.comments.map(({ comment, by, at }): [string, string] => [
      "comment",
      [comment, [by, at].filter((part) => part !== null).join(", ")].filter((part) => part !== "").join(" -- "),
    ]),
  ];
  return facts
    .filter(([, text]) => text !== "")
    .map(([name, text]) => `${name.padEnd(12)}  ${safeText(text)}\n`)
    .join("");
}

function addCommand(io: CliIo): Command {
  return withAnalyst(new Command("add").description("hide findings with an event that satisfies a condition"))
    .argument("<condition>", 'EQL, what follows where, e.g. \'process.name == "nc" and user.name == "ci"\'')
    .option("--name <text>", "a name (default: the condition)")
    .option("--rule <id>", "only of this rule (repeatable)", collect)
    .option("--stage <n>", "only when the event of this stage of a sequence satisfies it, 1 being the first")
    .option("--expires <time>", "not after this time")
    .option("--dry-run", "only say what it would hide")
    .action(async (condition: string, options: AddOptions) => {
      const rules = options.rule ?? [];
      const expires = options.expires === undefined ? null : isoTime(parseTime(options.expires));
      const stage = options.stage === undefined ? null : parseCount("stage", options.stage, 1);
      const dry = options.dryRun === true;
      const blast = await withTriage(
        io,
        options,
        async (service) => {
          const found = await service.blastRadius(condition, rules, undefined, stage);
          if (!dry) await service.saveException(options.name ?? condition, condition, rules, expires, stage);
          return found;
        },
        dry ? "read" : "write",
      );
      io.stderr.write(
        `${dry ? "would hide" : "hides"} ${counted(blast.findings, "finding")} of ${counted(blast.rules, "rule")}, ${blast.truePositives} of them marked true positive\n`,
      );
      if (blast.undecided > 0) {
        io.stderr.write(`${counted(blast.undecided, "large group")} to be judged at the next hunt\n`);
      }
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

function importCommand(io: CliIo): Command {
  return withAnalyst(new Command("import").description("store the exceptions of a Kibana export without hunting"))
    .argument("<path...>", "exported exception lists, or rules with theirs")
    .action(async (paths: string[], options: CaseOptions) => {
      const { readPack } = await import("../../rules/read-pack.ts");
      const pack = readPack(paths.map((path) => resolvePath(io, path)));
      const wrong = pack.problems.filter(({ severity }) => severity === "error");
      for (const { path, message } of wrong) io.stderr.write(`eqlite: ${safeText(path)}: ${safeText(message)}\n`);
      const { added, changed, unused } = await withCaseBook(io, options, "write", async (book) => {
        const { importExceptions } = await import("../../hunt/rule-exceptions.ts");
        const items = { items: pack.exceptionItems, lists: pack.exceptionLists };
        return importExceptions(book.file, book.actor(), items, pack.rules);
      });
      const unusedText = unused === 0 ? "" : `; ${unused} of lists that no rule of the export refers to`;
      io.stderr.write(`${added} exceptions added, ${changed} replaced${unusedText}\n`);
      if (wrong.length > 0) io.exitCode = EXIT.incomplete;
    });
}

function valuesCommand(io: CliIo): Command {
  return withAnalyst(new Command("values").description("give a value list, to which exceptions refer, its values"))
    .argument("<list>", "its id, as the exceptions name it")
    .argument("<file>", "Kibana's export of the list: a value a line; - for standard input")
    .option("--type <type>", "keyword, ip, ip_range, ... (default: as the exceptions that refer to it say)")
    .action(async (list: string, path: string, options: CaseOptions & { type?: string }) => {
      const bytes = path === "-" ? await buffer(io.stdin) : readInput(io, path);
      const { count, type, users } = await withCaseBook(io, options, "write", async (book) => {
        const { importValueList } = await import("../../triage/import-value-list.ts");
        return importValueList(book.file, book.actor(), { id: list, type: options.type ?? null, bytes, path });
      });
      io.stderr.write(`value list ${safeText(list)}: ${count} values of type ${type}, used by ${users} exceptions\n`);
    });
}

function exportCommand(io: CliIo): Command {
  return withCase(new Command("export").description("the exceptions of a case as Kibana imports them (NDJSON)"))
    .option("--output <file>", "where to write (default: standard output)", "-")
    .action(async (options: CaseOptions & { output: string }) => {
      const [{ exportableExceptions }, { printExceptions }] = await Promise.all([
        import("../../triage/exchange-exceptions.ts"),
        import("../../rules/print-exception.ts"),
      ]);
      const found = await withCaseBook(io, options, "read", (book) => exportableExceptions(book.file));
      await writeFileOrOut(io, options.output, printExceptions(found.lists, found.items));
      for (const sentence of found.leftOut) io.stderr.write(`eqlite: ${safeText(sentence)}\n`);
      io.stderr.write(`${found.items.length} exceptions in ${found.lists.length} lists\n`);
      if (found.leftOut.length > 0) io.exitCode = EXIT.incomplete;
    });
}
