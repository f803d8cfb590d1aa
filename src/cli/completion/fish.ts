import { allCommands, type CommandShape, type OptionShape, type ValueShape } from "./program-shape.ts";

/** The completion script for fish. */
export function fishCompletion(program: CommandShape): string {
  const commands = allCommands(program);
  const names = commands.filter(({ path }) => path.length > 0).map(({ path }) => quoted(path.join(" ")));
  const taking = (one: boolean): string =>
    commands
      .flatMap((command) =>
        command.options
          .filter(({ value, variadic }) => value !== null && variadic !== one)
          .flatMap(({ flags }) => flags.map((flag) => quoted(`${command.path.join(" ")} ${flag}`.trim()))),
      )
      .join(" ");
  return `# fish completion for eqlite. Made by: eqlite completion fish

# The command that the line names so far, the number of its arguments, and the option that goes on taking values.
function __eqlite_state
    set -l command ''
    set -l count 0
    set -l skip 0
    set -l many ''
    for word in (commandline -opc)[2..-1]
        set -l longer (string trim -- "$command $word")
        if test $skip = 1
            set skip 0
        else if string match -q -- '-?*' $word
            set many ''
            contains -- $longer ${taking(true)}; and set skip 1
            contains -- $longer ${taking(false)}; and set many $longer
        else if test -n "$many"
            continue
        else if test $count = 0; and contains -- $longer ${names.join(" ")}
            set command $longer
        else
            set count (math $count + 1)
        end
    end
    echo $command
    echo $count
    echo $many
end

function __eqlite_is
    set -l state (__eqlite_state)
    test "$state[1]" = "$argv[1]"
end

# The argument at the cursor is the one of this number, or a later one.
function __eqlite_argument
    set -l state (__eqlite_state)
    test "$state[1]" = "$argv[1]"; and test $state[2] $argv[2] $argv[3]; and test -z "$state[3]"
end

# Values of this option go on.
function __eqlite_many
    set -l state (__eqlite_state)
    test "$state[3]" = "$argv[1]"
end

complete -c eqlite -f
${commands.flatMap(commandLines).join("\n")}
`;
}

function commandLines(command: CommandShape): string[] {
  const words = quoted(command.path.join(" "));
  const is = (condition: string): string => `complete -c eqlite -n ${doubleQuoted(condition)}`;
  return [
    ...command.commands.map(
      ({ path, description }) =>
        `${is(`__eqlite_argument ${words} -eq 0`)} -a ${path.at(-1) ?? ""} -d ${quoted(description)}`,
    ),
    ...command.options.map(
      (option) => `${is(`__eqlite_is ${words}`)} ${optionPart(option)} -d ${quoted(option.description)}`,
    ),
    ...command.options.flatMap(({ flags, value, variadic }) => {
      const part = value === null || !variadic ? null : argumentPart(value);
      return part === null
        ? []
        : flags.map((flag) => `${is(`__eqlite_many ${quoted(`${command.path.join(" ")} ${flag}`)}`)} ${part}`);
    }),
    ...command.args.flatMap(({ value, variadic }, at) => {
      const part = argumentPart(value);
      return part === null ? [] : [`${is(`__eqlite_argument ${words} ${variadic ? "-ge" : "-eq"} ${at}`)} ${part}`];
    }),
  ];
}

function optionPart({ flags, value }: OptionShape): string {
  const names = flags.map((flag) => (flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`)).join(" ");
  switch (value?.kind) {
    case undefined:
      return names;
    case "choices":
      return `${names} -x -a ${quoted(value.choices.join(" "))}`;
    case "file":
      return `${names} -r -F`;
    case "folder":
      return `${names} -x -a '(__fish_complete_directories)'`;
    case "text":
      return `${names} -x`;
  }
}

function argumentPart(value: ValueShape): string | null {
  switch (value.kind) {
    case "choices":
      return `-f -a ${quoted(value.choices.join(" "))}`;
    case "file":
      return "-F";
    case "folder":
      return "-f -a '(__fish_complete_directories)'";
    case "text":
      return null;
  }
}

const quoted = (text: string): string => `'${text.replace(/[\\']/g, "\\$&")}'`;

const doubleQuoted = (text: string): string => `"${text.replace(/[\\"$]/g, "\\$&")}"`;
