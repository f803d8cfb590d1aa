import { allCommands, type CommandShape, type OptionShape, type ValueShape } from "./program-shape.ts";

/**
 * The completion script for bash (3.2 and newer): commands, options, choices, files. It knows the program as it is now, and
 * starts nothing.
 */
export function bashCompletion(program: CommandShape): string {
  const commands = allCommands(program);
  return `# bash completion for eqlite. Made by: eqlite completion bash

_eqlite_words() { COMPREPLY=($(compgen -W "$1" -- "$2")); }

_eqlite_paths() {
  compopt -o filenames 2>/dev/null
  local name
  while IFS= read -r name; do COMPREPLY+=("$name"); done < <(compgen "$1" -- "$2")
}

# The commands below a command.
_eqlite_commands() {
  case "$1" in
${commands.flatMap(commandCase).join("\n")}
  esac
}

# The options of a command.
_eqlite_options() {
  case "$1" in
${commands.map((command) => `    ${key(command)}) echo ${quoted(command.options.flatMap(({ flags }) => flags).join(" "))} ;;`).join("\n")}
  esac
}

# What follows an option: "one" or "many", and the kind of value. Nothing for a switch.
_eqlite_option_value() {
  case "$1 $2" in
${commands.flatMap((command) => command.options.flatMap((option) => optionCase(command, option))).join("\n")}
  esac
}

# The kind of value of an argument, counted from 0.
_eqlite_argument_value() {
  case "$1 $2" in
${commands.flatMap(argumentCases).join("\n")}
  esac
}

_eqlite_value() {
  case "$1" in
    file) _eqlite_paths -f "$2" ;;
    folder) _eqlite_paths -d "$2" ;;
    words:*) _eqlite_words "\${1#words:}" "$2" ;;
  esac
}

_eqlite() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" command="" option="" value="" args=0 literal="" i word
  COMPREPLY=()
  [ "$cur" = "=" ] && cur=""
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    if [ "$word" = "=" ]; then continue; fi
    if [ -z "$literal" ] && [[ "$word" == -* ]] && [ "$word" != "-" ]; then
      if [ "$word" = "--" ]; then literal=1 option=""; continue; fi
      option="$word"
      value="$(_eqlite_option_value "$command" "$option")"
      [ -z "$value" ] && option=""
    elif [ -n "$option" ]; then
      [[ "$value" == many* ]] || option=""
    elif [ $args -eq 0 ] && [[ " $(_eqlite_commands "$command") " == *" $word "* ]]; then
      command="\${command:+$command }$word"
    else
      args=$((args + 1))
    fi
  done
  if [ -z "$literal" ] && [[ "$cur" == -* ]] && [[ -z "$option" || "$value" == many* ]]; then
    _eqlite_words "$(_eqlite_options "$command")" "$cur"
    return
  fi
  if [ -n "$option" ]; then
    _eqlite_value "\${value#* }" "$cur"
    return
  fi
  local below=""
  [ $args -eq 0 ] && below="$(_eqlite_commands "$command")"
  if [ -n "$below" ]; then
    _eqlite_words "$below" "$cur"
  else
    _eqlite_value "$(_eqlite_argument_value "$command" "$args")" "$cur"
  fi
}

complete -F _eqlite eqlite
`;
}

const quoted = (text: string): string => `"${text}"`;

const key = (command: CommandShape): string => quoted(command.path.join(" "));

function commandCase(command: CommandShape): string[] {
  if (command.commands.length === 0) return [];
  return [`    ${key(command)}) echo ${quoted(command.commands.map(({ path }) => path.at(-1) ?? "").join(" "))} ;;`];
}

function optionCase(command: CommandShape, option: OptionShape): string[] {
  if (option.value === null) return [];
  const many = option.variadic ? "many" : "one";
  const patterns = option.flags.map((flag) => quoted(`${command.path.join(" ")} ${flag}`)).join(" | ");
  return [`    ${patterns}) echo ${quoted(`${many} ${kind(option.value)}`)} ;;`];
}

function argumentCases(command: CommandShape): string[] {
  return command.args.map(({ value, variadic }, at) => {
    const words = command.path.join(" ");
    const pattern = variadic ? `"${words} "*` : quoted(`${words} ${at}`);
    return `    ${pattern}) echo ${quoted(kind(value))} ;;`;
  });
}

function kind(value: ValueShape): string {
  return value.kind === "choices" ? `words:${value.choices.join(" ")}` : value.kind;
}
