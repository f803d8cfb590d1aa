import { type Command, Option } from "commander";
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
