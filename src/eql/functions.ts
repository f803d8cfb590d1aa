/**
 * The functions of EQL (semantics 9), as a table: argument types by position, result, whether a `~` variant exists.
 * What they compute is in `function-values.ts`.
 */

/** What an argument may be. `any` takes every type; `integer` excludes decimals. */
export type ParameterType = "string" | "number" | "integer" | "boolean" | "ip" | "any";

export interface Parameter {
  readonly type: ParameterType;
  /** Only a literal (or what folds to one). */
  readonly constant?: true;
}

export interface FunctionSignature {
  readonly parameters: readonly Parameter[];
  /** How many of the parameters must be given. */
  readonly required: number;
  /** The last parameter may be repeated. */
  readonly repeated?: true;
  readonly result: "string" | "number" | "integer" | "boolean";
  /** Has a case-insensitive `~` variant. */
  readonly tilde?: true;
}

const STRING = { type: "string" } as const;
const NUMBER = { type: "number" } as const;
const INTEGER = { type: "integer" } as const;
const ARITHMETIC = { parameters: [NUMBER, NUMBER], required: 2, result: "number" } as const;
const STRING_TEST = { parameters: [STRING, STRING], required: 2, result: "boolean", tilde: true } as const;

export const FUNCTIONS = {
  add: ARITHMETIC,
  between: {
    parameters: [STRING, STRING, STRING, { type: "boolean" }],
    required: 3,
    result: "string",
    tilde: true,
  },
  cidrMatch: {
    parameters: [{ type: "ip" }, { type: "string", constant: true }],
    required: 2,
    repeated: true,
    result: "boolean",
  },
  concat: { parameters: [{ type: "any" }], required: 1, repeated: true, result: "string" },
  divide: ARITHMETIC,
  endsWith: STRING_TEST,
  indexOf: { parameters: [STRING, STRING, INTEGER], required: 2, result: "integer", tilde: true },
  length: { parameters: [STRING], required: 1, result: "integer" },
  modulo: ARITHMETIC,
  multiply: ARITHMETIC,
  number: { parameters: [STRING, INTEGER], required: 1, result: "number" },
  startsWith: STRING_TEST,
  string: { parameters: [{ type: "any" }], required: 1, result: "string" },
  stringContains: STRING_TEST,
  substring: { parameters: [STRING, INTEGER, INTEGER], required: 2, result: "string" },
  subtract: ARITHMETIC,
} as const satisfies Record<string, FunctionSignature>;

export type FunctionName = keyof typeof FUNCTIONS;

const BY_LOWER_CASE: ReadonlyMap<string, FunctionName> = new Map(
  Object.keys(FUNCTIONS)
    .filter(isFunctionName)
    .map((name) => [name.toLowerCase(), name]),
);

/** Whether `name` is the canonical spelling of a function. */
export function isFunctionName(name: string): name is FunctionName {
  return Object.hasOwn(FUNCTIONS, name);
}

/** The canonical name of a function in any case, without `~`; undefined when there is none. */
export function canonicalFunctionName(name: string): FunctionName | undefined {
  return BY_LOWER_CASE.get(name.toLowerCase());
}

/** The signature of a canonical name, under the wider type. */
export function signatureOf(name: FunctionName): FunctionSignature {
  return FUNCTIONS[name];
}
