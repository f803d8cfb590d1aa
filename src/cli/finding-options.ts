import { Command, CommanderError, Option } from "commander";
import { EXIT, UserError } from "../base/errors.ts";
import type { FindingFilter } from "../triage/finding-filter.ts";
import { SEVERITIES } from "../rules/rule.ts";
import { VERDICTS } from "../triage/types.ts";
import { offerChoices } from "./choices.ts";
import { collect, parseChoice, parseCount, parseIds, parseTime } from "./values.ts";

/** What commander collects for `addFindingOptions`. */
export interface FindingOptions {
  readonly finding?: string;
  readonly verdict?: string[];
  readonly rule?: string[];
  readonly severity?: string[];
  readonly host?: string[];
  readonly container?: string[];
  readonly user?: string[];
  readonly incident?: string[];
  readonly state?: string[];
  readonly marked?: boolean;
  readonly from?: string;
  readonly to?: string;
  readonly suppressed?: boolean;
}

const STATES = ["new", "unchanged", "gone"] as const;

/** The options that say which findings are meant: of `findings` and of `export`. */
export function addFindingOptions(command: Command): Command {
  const list = (flags: string, text: string): Option => new Option(flags, text).argParser(collect);
  return command
    .option("--finding <numbers>", "only these, e.g. 3,5,8-11")
    .addOption(offerChoices(list("--verdict <verdict>", "only this verdict (repeatable)"), VERDICTS))
    .addOption(list("--rule <rule>", "only this rule: id, or part of the name (repeatable)"))
    .addOption(offerChoices(list("--severity <severity>", "only this severity (repeatable)"), SEVERITIES))
    .addOption(list("--host <name>", "only this host (repeatable)"))
    .addOption(list("--container <name>", "only this container (repeatable)"))
    .addOption(list("--user <name>", "only this user (repeatable)"))
    .addOption(list("--incident <number>", "only this incident (repeatable)"))
    .addOption(offerChoices(list("--state <state>", "only this state (repeatable)"), STATES))
    .option("--marked", "only marked ones")
    .option("--from <time>", "only from this time on")
    .option("--to <time>", "only before this time")
    .option("--suppressed", "also those that an exception hides");
}

/** @throws UserError for a value that is none */
export function toFindingFilter(options: FindingOptions): FindingFilter {
  return {
    ...(options.finding === undefined ? {} : { ids: parseIds(options.finding) }),
    verdicts: (options.verdict ?? []).map((text) => parseChoice("verdict", text, VERDICTS)),
    rules: options.rule ?? [],
    severities: (options.severity ?? []).map((text) => parseChoice("severity", text, SEVERITIES)),
    hosts: options.host ?? [],
    containers: options.container ?? [],
    users: options.user ?? [],
    incidents: (options.incident ?? []).map((text) => parseCount("incident", text, 1)),
    states: (options.state ?? []).map((text) => parseChoice("state", text, STATES)),
    ...(options.marked === true ? { marked: true } : {}),
    ...(options.from === undefined ? {} : { from: parseTime(options.from) }),
    ...(options.to === undefined ? {} : { to: parseTime(options.to) }),
    suppressed: options.suppressed === true,
  };
}

/** A word: quotes keep blanks, and may stand anywhere in it; one that is not closed is a character. */
const WORD = /(?:"[^"]*"|'[^']*'|\S)+/g;

/**
 * The options of `addFindingOptions` out of a line as a person types it, and the rest of the line without them: a path,
 * which may hold blanks.
 * @throws UserError `bad-filter`, and for a value that is none
 */
export function parseFindingWords(line: string): { readonly filter: FindingFilter; readonly rest: string } {
  const words = (line.match(WORD) ?? []).map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, "$1$2"));
  const silent = { writeOut: () => undefined, writeErr: () => undefined };
  const command = addFindingOptions(new Command("export").argument("[rest...]"));
  command.exitOverride().configureOutput(silent).helpOption(false);
  try {
    command.parse(words, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const message = error.message.replace(/^error: /, "").replaceAll("\n", " ");
    throw new UserError("bad-filter", message, {
      hint: "eqlite export --help lists the filters",
      exitCode: EXIT.usage,
    });
  }
  return { filter: toFindingFilter(command.opts<FindingOptions>()), rest: command.args.join(" ") };
}
