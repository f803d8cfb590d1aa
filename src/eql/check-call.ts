import type { Call, Expression } from "./ast.ts";
import type { CheckContext } from "./check-context.ts";
import { FUNCTIONS, isFunctionName, type FunctionSignature, type Parameter, signatureOf } from "./functions.ts";
import { cidrRanges } from "./ip-address.ts";
import { suggest } from "./suggest.ts";
import { ACCEPTED, PARAMETER_NAMES, TYPE_NAMES, type ValueType } from "./types.ts";

/** Functions of the language's older dialect, and what is written instead. */
const REPLACEMENTS: Readonly<Record<string, string>> = {
  match: "use the operator `regex`",
  matchlite: "use the operator `regex`",
  wildcard: "use the operator `:` or `like`",
  safe: "leave it out: a condition on a missing field is false",
  arraycontains: "a field is a set of values: `field == value` holds if any is equal",
  arraysearch: "a field is a set of values: a condition holds if any value fulfils it",
  arraycount: "values of a field are not counted",
};

const RESULTS = { string: "keyword", number: "double", integer: "long", boolean: "boolean" } as const;

/** Checks the name, the number and the types of the arguments; the type of the result. */
export function checkCall(call: Call, context: CheckContext): ValueType {
  const { name, nameSpan } = call;
  const types = call.arguments.map((argument) => context.checkExpression(argument));
  if (!isFunctionName(name)) {
    const replacement = REPLACEMENTS[name.toLowerCase()] ?? null;
    context.report("unknown-function", nameSpan, {
      name,
      replacement,
      suggestions: suggest(name, Object.keys(FUNCTIONS)),
    });
    return "any";
  }
  const signature = signatureOf(name);
  if (call.caseInsensitive && signature.tilde !== true) {
    const having = Object.keys(FUNCTIONS).filter((other) => isFunctionName(other) && signatureOf(other).tilde === true);
    context.report("no-tilde-variant", nameSpan, { name, having });
  }
  const most = signature.repeated === true ? null : signature.parameters.length;
  if (types.length < signature.required || (most !== null && types.length > most)) {
    context.report("argument-count", call.span, { name, least: signature.required, most, found: types.length });
  } else {
    call.arguments.forEach((argument, index) => {
      checkArgument(name, index, argument, types[index] ?? "any", signature, context);
    });
  }
  return name === "number" || signature.result !== "number" ? RESULTS[signature.result] : arithmeticResult(types);
}

function arithmeticResult(types: readonly ValueType[]): ValueType {
  if (types.includes("any")) return "any";
  return types.includes("double") ? "double" : "long";
}

function checkArgument(
  name: string,
  index: number,
  argument: Expression,
  type: ValueType,
  signature: FunctionSignature,
  context: CheckContext,
): void {
  const parameter: Parameter | undefined = signature.parameters[index] ?? signature.parameters.at(-1);
  if (parameter === undefined) return;
  const position = index + 1;
  const literal = argument.kind === "literal";
  if (parameter.constant === true && !literal) {
    context.report("argument-not-constant", argument.span, { name, position });
    return;
  }
  const accepted: readonly ValueType[] = ACCEPTED[parameter.type];
  const addressText = parameter.type === "ip" && literal && type === "keyword";
  if (type !== "any" && type !== "null" && !accepted.includes(type) && !addressText) {
    context.report("argument-type", argument.span, {
      name,
      position,
      expected: PARAMETER_NAMES[parameter.type],
      found: TYPE_NAMES[type],
    });
  } else if (name === "cidrMatch" && index > 0 && literal && typeof argument.value === "string") {
    if (cidrRanges(argument.value) === null) {
      context.report("invalid-cidr", argument.span, { block: argument.value });
    }
  }
}
