import { type Command, Help, type Option } from "commander";

/** What the value of an option or argument is. */
export type ValueShape =
  | { readonly kind: "choices"; readonly choices: readonly string[] }
  | { readonly kind: "file" }
  | { readonly kind: "folder" }
  | { readonly kind: "text" };

export interface OptionShape {
  /** As typed: the long one last, e.g. `-h`, `--help`. */
  readonly flags: readonly string[];
  /** As the help shows it, e.g. `--rules <path...>`. */
  readonly usage: string;
  readonly description: string;
  /** Null for a switch. */
  readonly value: ValueShape | null;
  /** It may be followed by several values. */
  readonly variadic: boolean;
  /** The value without it, as the help shows it; null when there is none to show. */
  readonly fallback: string | null;
}

export interface ArgumentShape {
  /** As the usage shows it, e.g. `<path...>`. */
  readonly usage: string;
  readonly description: string;
  readonly value: ValueShape;
  readonly variadic: boolean;
}

/** A command as plain data: what the completion scripts and the manual page are made from. */
export interface CommandShape {
  /** The words that lead to it, without the program's name: `["evidence", "show"]`; empty for the program. */
  readonly path: readonly string[];
  readonly description: string;
  readonly options: readonly OptionShape[];
  readonly args: readonly ArgumentShape[];
  readonly commands: readonly CommandShape[];
}

/** The shape of a program and of all its visible commands, in the order of the help. */
export function programShape(command: Command, path: readonly string[] = []): CommandShape {
  const help = new Help();
  const children = help.visibleCommands(command);
  const names = children.map((child) => child.name());
  return {
    path,
    description: command.description(),
    options: help.visibleOptions(command).map(optionShape),
    args: command.registeredArguments.map((argument) => ({
      usage: bracketed(argument.name(), argument.required, argument.variadic),
      description: argument.description,
      value: valueShape(argument.name(), argument.argChoices),
      variadic: argument.variadic,
    })),
    commands: children.map((child) => {
      const shape = programShape(child, [...path, child.name()]);
      return child.name() === "help"
        ? { ...shape, args: shape.args.map((argument) => naming(argument, names)) }
        : shape;
    }),
  };
}

/** The argument of `help` is one of the commands beside it. */
function naming(argument: ArgumentShape, names: readonly string[]): ArgumentShape {
  return { ...argument, value: { kind: "choices", choices: names.filter((name) => name !== "help") } };
}

/** A command and all below it, the command itself first. */
export function allCommands(shape: CommandShape): CommandShape[] {
  return [shape, ...shape.commands.flatMap(allCommands)];
}

function optionShape(option: Option): OptionShape {
  const takesValue = option.required || option.optional;
  const name = /[<[]([^>\]]+?)(?:\.\.\.)?[>\]]/.exec(option.flags)?.[1] ?? "";
  const shown: unknown = option.defaultValue;
  return {
    flags: [option.short, option.long].filter((flag) => flag !== undefined),
    usage: option.flags,
    description: option.description,
    value: takesValue ? valueShape(name, option.argChoices) : null,
    variadic: option.variadic,
    fallback: takesValue && typeof shown === "string" ? shown : null,
  };
}

function bracketed(name: string, required: boolean, variadic: boolean): string {
  const inner = variadic ? `${name}...` : name;
  return required ? `<${inner}>` : `[${inner}]`;
}

/** The names `file`, `path` and `folder` of a value mean what they say. */
function valueShape(name: string, choices: readonly string[] | undefined): ValueShape {
  if (choices !== undefined) return { kind: "choices", choices };
  if (name === "file" || name === "path") return { kind: "file" };
  if (name === "folder") return { kind: "folder" };
  return { kind: "text" };
}
