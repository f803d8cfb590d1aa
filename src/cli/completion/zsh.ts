import { allCommands, type CommandShape, type OptionShape, type ValueShape } from "./program-shape.ts";

/** The completion script for zsh, to be autoloaded as `_eqlite` from a folder of `fpath`, or sourced. */
export function zshCompletion(program: CommandShape): string {
  return `#compdef eqlite
# zsh completion for eqlite. Made by: eqlite completion zsh

${allCommands(program).map(commandFunction).join("\n")}
if [ "$funcstack[1]" = "_eqlite" ]; then
  _eqlite "$@"
else
  compdef _eqlite eqlite
fi
`;
}

function commandFunction(command: CommandShape): string {
  const options = command.options.map(optionSpec);
  if (command.commands.length > 0) return groupFunction(command, options);
  const specs = [...options, ...argumentSpecs(command)];
  return `${functionName(command)}() {\n  _arguments -s ${specs.map((spec) => `\\\n    ${spec}`).join(" ")}\n}\n`;
}

function groupFunction(command: CommandShape, options: readonly string[]): string {
  const names = command.commands.map(({ path, description }) =>
    singleQuoted(`${path.at(-1) ?? ""}:${description.replaceAll(":", "\\:")}`),
  );
  const calls = command.commands.map((child) => `        ${child.path.at(-1) ?? ""}) ${functionName(child)} ;;`);
  return `${functionName(command)}() {
  local curcontext="$curcontext" state line
  typeset -A opt_args
  local -a commands
  _arguments -C ${options.map((spec) => `\\\n    ${spec}`).join(" ")} \\
    '1: :->command' '*:: :->rest'
  case "$state" in
    command)
      commands=(
${names.map((name) => `        ${name}`).join("\n")}
      )
      _describe command commands
      ;;
    rest)
      case "$words[1]" in
${calls.join("\n")}
      esac
      ;;
  esac
}
`;
}

const functionName = (command: CommandShape): string => ["_eqlite", ...command.path].join("_");

/** Options with a value may be given again; switches are offered once. */
function optionSpec(option: OptionShape): string {
  const text = `[${option.description.replace(/[[\]\\:]/g, "\\$&")}]`;
  const { flags, value } = option;
  if (value === null) {
    return flags.length === 1
      ? singleQuoted(`${flags.join("")}${text}`)
      : `'(${flags.join(" ")})'{${flags.join(",")}}${singleQuoted(text)}`;
  }
  return flags.map((flag) => singleQuoted(`*${flag}=${text}:value:${action(value)}`)).join(" ");
}

/** Values of an option that takes many are words like arguments, which zsh cannot tell apart: all of them are offered. */
function argumentSpecs({ args, options }: CommandShape): string[] {
  if (args.length > 0) {
    return args.map(({ usage, value, variadic }, at) =>
      singleQuoted(`${variadic ? "*" : String(at + 1)}:${usage.replace(/[<>[\].]/g, "")}:${action(value)}`),
    );
  }
  return options
    .filter(({ variadic }) => variadic)
    .slice(0, 1)
    .map(({ value }) => singleQuoted(`*:value:${action(value ?? { kind: "text" })}`));
}

function action(value: ValueShape): string {
  switch (value.kind) {
    case "choices":
      return `(${value.choices.join(" ")})`;
    case "file":
      return "_files";
    case "folder":
      return "_files -/";
    case "text":
      return " ";
  }
}

const singleQuoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
