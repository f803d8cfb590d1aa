import { printField, printLiteral } from "../eql/printer.ts";
import type { Evidence } from "../hunt/evidence.ts";

/**
 * The condition, in EQL, that a text stands in a value of one of these fields, in any case of letters; null where it can
 * stand in none of them. Numbers and addresses are looked at as they are written.
 */
export function textCondition(evidence: Evidence, paths: readonly string[], text: string): string | null {
  const literal = printLiteral(text);
  const parts = paths.flatMap((path) => {
    if (!evidence.hasField(path) || path === "@timestamp") return [];
    const name = printField({ kind: "field", name: path, optional: false, span: { start: 0, end: 0 } });
    const type = evidence.typeOf(path);
    if (type === "keyword") return [`stringContains~(${name}, ${literal})`];
    // Every number would have to be written out to find no letter in it.
    const isWritten =
      type === "ip" ? /^[\da-f.:]+$/i : type === "long" || type === "double" ? /^[\d.-]+$/ : /^[\w.:-]+$/;
    return isWritten.test(text) ? [`stringContains~(string(${name}), ${literal})`] : [];
  });
  return parts.length === 0 ? null : parts.join(" or ");
}
