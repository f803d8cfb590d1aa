import { Command, Option } from "commander";
import { EXIT, UserError } from "../../base/errors.ts";
import { safeText } from "../../base/safe-text.ts";
import type { CheckedRule } from "../../hunt/check-rules.ts";
import type { Engine } from "../../hunt/engine.ts";
import type { Pack } from "../../rules/pack-content.ts";
import { withCaseBook } from "../case-command.ts";
import { type CliIo, resolvePath, writeFileOrOut, writeOut } from "../io.ts";
import { jsonText } from "../json-out.ts";
import { renderChecks, renderCoverage, renderRule, renderRules, renderTests } from "../rules-output.ts";

interface PackOptions {
  readonly rules?: readonly string[];
  readonly case?: string;
  readonly json?: boolean;
}

/** `eqlite rules list|show|check|test|coverage|export`. */
export function rulesCommand(io: CliIo): Command {
  const command = new Command("rules").description("what is in a rule pack, and whether it can be run");
  for (const each of [listCommand, showCommand, checkCommand, testCommand, coverageCommand, exportCommand]) {
    command.addCommand(each(io));
  }
  return command;
}

function listCommand(io: CliIo): Command {
  return withPack(new Command("list").description("list the rules of a pack")).action(async (options: PackOptions) => {
    const { rules } = await readRules(io, options.rules);
    const { toRuleView } = await import("../../triage/rule-view.ts");
    const rows = rules.map((rule) => ({ type: rule.type, ...toRuleView(rule) }));
    await writeOut(io.stdout, options.json === true ? jsonText(rows) : renderRules(rules, io.columns));
  });
}

function showCommand(io: CliIo): Command {
  return withPack(new Command("show").description("show a rule: what it looks for and its guide"))
    .argument("<id>", "its id, or its name")
    .action(async (id: string, options: PackOptions) => {
      const { rules } = await readRules(io, options.rules);
      const found = rules.filter((rule) => rule.id === id || rule.name.toLowerCase() === id.toLowerCase());
      if (found.length === 0) {
        throw new UserError("unknown-rule", `there is no rule ${JSON.stringify(id)} in the pack`, {
          hint: "eqlite rules list shows them",
          exitCode: EXIT.usage,
        });
      }
      const text = options.json === true ? jsonText(found) : found.map((rule) => renderRule(rule)).join("\n");
      await writeOut(io.stdout, text);
    });
}

function checkCommand(io: CliIo): Command {
  return withCaseOption(new Command("check").description("say what is wrong with rules; never stops at the first"))
    .argument("[path...]", "rule files, folders or archives (default: the built-in rules)")
    .option("--json", "as JSON")
    .action(async (paths: string[], options: PackOptions) => {
      const pack = await readRules(io, paths);
      const [{ checkRules }, { Evidence }] = await Promise.all([
        import("../../hunt/check-rules.ts"),
        import("../../hunt/evidence.ts"),
      ]);
      const checked = await withEngine(io, options, (engine) =>
        checkRules(pack.rules, pack.problems, engine?.evidence ?? Evidence.blank(), engine !== null),
      );
      await writeOut(io.stdout, options.json === true ? jsonText(checked) : renderChecks(checked));
      conclude(io, checked);
    });
}

function testCommand(io: CliIo): Command {
  return new Command("test")
    .description(
      "make events that each rule in EQL or KQL must find, and mutants that it must not, and run it over them",
    )
    .argument("[path...]", "rule files, folders or archives (default: the built-in rules)")
    .option("--json", "as JSON")
    .action(async (paths: string[], options: PackOptions) => {
      const { rules } = await readRules(io, paths);
      const { testRules } = await import("../rule-tests.ts");
      const tested = await testRules(rules);
      await writeOut(io.stdout, options.json === true ? jsonText(tested) : renderTests(tested));
      const bad = tested.filter(({ ok }) => !ok).length;
      if (bad === 0) return;
      io.stderr.write(`eqlite: ${bad} of ${tested.length} rules did not pass\n`);
      io.exitCode = EXIT.incomplete;
    });
}

function coverageCommand(io: CliIo): Command {
  return withCaseOption(withPack(new Command("coverage").description("the ATT&CK matrix of a pack"))).action(
    async (options: PackOptions) => {
      const { rules } = await readRules(io, options.rules);
      const { attackCoverage, canLook } = await import("../../hunt/attack-coverage.ts");
      const tactics = await withEngine(io, options, (engine) =>
        attackCoverage(rules, engine === null ? null : (rule) => canLook(engine, rule)),
      );
      await writeOut(io.stdout, options.json === true ? jsonText(tactics) : renderCoverage(tactics, io.columns));
    },
  );
}

interface ExportOptions extends PackOptions {
  readonly output: string;
}

function exportCommand(io: CliIo): Command {
  return withPack(new Command("export").description("the rules of a pack, with their exceptions, for another program"))
    .addOption(
      new Option("--format <format>", "kibana: NDJSON as Kibana imports it").choices(["kibana"]).default("kibana"),
    )
    .option("--case <file>", "also the exceptions of this case")
    .option("--output <file>", "where to write (default: standard output)", "-")
    .action(async (options: ExportOptions) => {
      const pack = await readRules(io, options.rules);
      const [{ printRules }, { withCaseExceptions }] = await Promise.all([
        import("../../rules/print-rule.ts"),
        import("../../triage/exchange-exceptions.ts"),
      ]);
      const whole =
        options.case === undefined
          ? { ...pack, leftOut: [] }
          : await withCaseBook(io, options, "read", (book) => withCaseExceptions(pack, book.file));
      await writeFileOrOut(io, options.output, printRules(whole.rules, whole.exceptionLists, whole.exceptionItems));
      const wrong = pack.problems.filter(({ severity }) => severity === "error");
      for (const { path, message } of wrong) io.stderr.write(`eqlite: ${safeText(path)}: ${safeText(message)}\n`);
      for (const sentence of whole.leftOut) io.stderr.write(`eqlite: ${safeText(sentence)}\n`);
      io.stderr.write(`${whole.rules.length} rules, ${whole.exceptionItems.length} exceptions\n`);
      if (wrong.length > 0 || whole.leftOut.length > 0) io.exitCode = EXIT.incomplete;
    });
}

function withPack(command: Command): Command {
  return command
    .option("--rules <path...>", "rule files, folders or archives (default: the built-in rules)")
    .option("--json", "as JSON");
}

function withCaseOption(command: Command): Command {
  return command.option("--case <file>", "say also what this case lets the rules see");
}

/** @throws UserError `no-rules` when there is neither a rule nor a problem */
async function readRules(io: CliIo, paths: readonly string[] | undefined): Promise<Pack> {
  const { builtinPack, readPack } = await import("../../rules/read-pack.ts");
  if (paths === undefined || paths.length === 0) return builtinPack();
  const pack = readPack(paths.map((path) => resolvePath(io, path)));
  if (pack.rules.length === 0 && pack.problems.length === 0) {
    throw new UserError("no-rules", `there is no rule in ${paths.join(", ")}`, {
      hint: "rule files end in .toml, .json or .ndjson; archives in .zip, .tar or .tar.gz",
      exitCode: EXIT.usage,
    });
  }
  return pack;
}

/** Hands over an engine of the case, or null when none is named. */
async function withEngine<T>(io: CliIo, options: PackOptions, work: (engine: Engine | null) => T): Promise<T> {
  if (options.case === undefined) return work(null);
  const opened = await import("../../hunt/engine.ts");
  const engine = await opened.Engine.open(resolvePath(io, options.case));
  try {
    return work(engine);
  } finally {
    engine.close();
  }
}

function conclude(io: CliIo, checked: readonly CheckedRule[]): void {
  const bad = checked.filter(({ ok }) => !ok).length;
  if (bad === 0) return;
  io.stderr.write(`eqlite: ${bad} of ${checked.length} rules cannot be run\n`);
  io.exitCode = EXIT.incomplete;
}
