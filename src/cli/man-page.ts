import { VERSION } from "../base/version.ts";
import { allCommands, type CommandShape, type OptionShape } from "./completion/program-shape.ts";

/** What no command knows: table of `man` sections that follow the commands. Keys are shown bold. */
const SECTIONS: readonly { readonly title: string; readonly entries: readonly (readonly [string, string])[] }[] = [
  {
    title: "EXIT STATUS",
    entries: [
      ["0", "done; also without findings, and with rules that were blind or skipped"],
      ["1", "failed; some sources could not be opened (the others are loaded); verify found something"],
      ["2", "wrong usage or wrong input"],
      ["3", "done but incomplete: rejected input, rules that ended in an error or are not supported"],
      ["130", "interrupted"],
    ],
  },
  {
    title: "ENVIRONMENT",
    entries: [
      ["EQLITE_CASE", "the case, where --case is not given"],
      ["EQLITE_ANALYST", "who acts, where --analyst is not given"],
      ["EQLITE_THEME", "colours of the triage screen: dark, light or mono"],
      ["NO_COLOR", "no colours"],
      ["XDG_STATE_HOME", "where the queries typed at the prompt are remembered, in eqlite/query-history"],
    ],
  },
];

/** The manual page of a program, in the man macros of roff. */
export function manPage(program: CommandShape): string {
  const [, ...commands] = allCommands(program);
  const parts = [
    `.TH EQLITE 1 "" ${argument(`eqlite ${VERSION}`)} "User Commands"`,
    ".SH NAME",
    "eqlite \\- forensic triage for the terminal",
    ".SH SYNOPSIS",
    ".B eqlite",
    text("[options] command [arguments]"),
    ".SH DESCRIPTION",
    text(program.description),
    ...program.options.flatMap(option),
    ".SH COMMANDS",
    ...commands.filter(({ path, commands: below }) => below.length === 0 && path.at(-1) !== "help").flatMap(command),
    ...SECTIONS.flatMap(({ title, entries }) => [
      `.SH ${title}`,
      ...entries.flatMap(([name, about]) => [".TP", `.B ${text(name)}`, text(about)]),
    ]),
    ".SH SEE ALSO",
    text("The folder docs of the package: guide.md to begin with, eql.md for the language, scripting.md for programs."),
  ];
  return `${parts.join("\n")}\n`;
}

function command(shape: CommandShape): string[] {
  const words = shape.path.join(" ");
  const takes = [...shape.args.map(({ usage }) => usage), "[options]"].join(" ");
  return [
    `.SS ${argument(`eqlite ${words} ${takes}`)}`,
    text(shape.description),
    ...shape.args.flatMap(({ usage, description, value }) =>
      item(usage, description, value.kind === "choices" ? value.choices : [], null),
    ),
    ...shape.options.filter(({ flags }) => !flags.includes("--help")).flatMap(option),
  ];
}

function option({ usage, description, value, fallback }: OptionShape): string[] {
  return item(usage, description, value?.kind === "choices" ? value.choices : [], fallback);
}

function item(name: string, description: string, choices: readonly string[], fallback: string | null): string[] {
  return [
    ".TP",
    `.B ${text(name)}`,
    text(description),
    ...(choices.length === 0 ? [] : [text(`(one of: ${choices.join(", ")})`)]),
    ...(fallback === null ? [] : [text(`(default: ${fallback})`)]),
  ];
}

/** Text of a page: hyphens as typed, and no line that begins like a request. */
function text(plain: string): string {
  return plain.replaceAll("\\", "\\e").replaceAll("-", "\\-").replace(/^[.']/, "\\&$&");
}

/** One argument of a request, quoted. */
function argument(plain: string): string {
  return `"${text(plain).replaceAll('"', '""')}"`;
}
