import { printField, printLiteral } from "../eql/printer.ts";
import type { FindingDetail } from "./types.ts";

export interface SuggestedException {
  readonly name: string;
  readonly condition: string;
  readonly rules: readonly string[];
}

/** Fields whose values together tell this finding from others, most specific first. */
const COMBINATIONS: readonly (readonly string[])[] = [
  ["host.name", "process.executable", "process.command_line"],
  ["process.executable", "process.command_line"],
  ["process.executable", "process.parent.executable"],
  ["process.hash.sha256"],
  ["container.image.name", "process.name"],
  ["process.executable", "user.name"],
  ["process.executable"],
  ["process.name", "container.name"],
  ["destination.ip"],
  ["user.name", "host.name"],
];

/** Exceptions that would hide a finding, most specific first; each for its rule alone. */
export function suggestExceptions(detail: FindingDetail): SuggestedException[] {
  const suggestions = new Map<string, SuggestedException>();
  for (const fields of COMBINATIONS) {
    const event = detail.events.find((part) => fields.every((field) => part.event?.values[field]?.length === 1))?.event;
    if (event === undefined || event === null) continue;
    const values = fields.map((field) => [field, event.values[field]?.[0] ?? ""] as const);
    const condition = values.map(([field, value]) => `${fieldText(field)} == ${printLiteral(value)}`).join(" and ");
    const name = `${detail.rule.name}: ${values.map(([, value]) => value).join(", ")}`;
    suggestions.set(condition, { name, condition, rules: [detail.rule.id] });
  }
  return [...suggestions.values()];
}

function fieldText(name: string): string {
  return printField({ kind: "field", name, optional: false, span: { start: 0, end: 0 } });
}
