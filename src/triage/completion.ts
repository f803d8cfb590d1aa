import { foldAscii } from "../base/fold-ascii.ts";
import { FUNCTIONS } from "../eql/functions.ts";
import { printField, printLiteral, printName } from "../eql/printer.ts";
import { KEYWORDS } from "../eql/tokens.ts";
import type { Engine } from "../hunt/engine.ts";

const MAX_WORDS = 50;

/**
 * What may stand where the caret is, best first: values after a comparison of a field (with their quotes), else
 * categories, fields that the evidence has, functions, keywords.
 */
export function completions(engine: Engine, text: string, caret: number): string[] {
  const head = text.slice(0, caret);
  const compared =
    /([\w.@`-]+)\s*(?:==|!=|:|<=?|>=?|\b(?:like~?|in~?|regex~?)\s*\(?)\s*(?:"[^"]*"\s*,\s*)*("(?:[^"\\]|\\.)*)?$/.exec(
      head,
    );
  if (compared?.[1] !== undefined && (compared[2] !== undefined || /[=:(,<>]\s*$/.test(head))) {
    return valuesOf(engine, compared[1].replaceAll("`", ""), compared[2]?.slice(1) ?? "");
  }
  const word = /[\w.@*?-]*$/.exec(head)?.[0] ?? "";
  return namesFor(engine, head.slice(0, head.length - word.length), word);
}

function valuesOf(engine: Engine, path: string, prefix: string): string[] {
  const field = engine.evidence.field(path);
  if (field?.type === "boolean") return ["true", "false"].filter((word) => word.startsWith(prefix));
  if (field?.values !== "dictionary" || !field.column) return [];
  const folded = foldAscii(prefix);
  const rows = engine.file.rows({
    sql: `SELECT coalesce(v.text, v.folded) FROM value v
          WHERE v.family = ? AND v.folded >= ? AND v.folded < ? AND v.odd IS NULL ORDER BY v.folded LIMIT ${MAX_WORDS}`,
    parameters: [BigInt(field.familyId ?? 0), folded, `${folded}\u{10ffff}`],
  });
  return rows.map(([value]) => printLiteral(value as string));
}

function namesFor(engine: Engine, before: string, word: string): string[] {
  const wanted = word.toLowerCase();
  const rank = (name: string): number => (name.toLowerCase().startsWith(wanted) ? 0 : 1);
  const pick = (names: readonly string[]): string[] =>
    names.filter((name) => name.toLowerCase().includes(wanted)).sort((a, b) => rank(a) - rank(b));
  const atStart = /(^|\[)\s*$/.test(before);
  if (atStart) return pick(["any", ...categories(engine), "sequence", "sample"]).slice(0, MAX_WORDS);
  const fields = [...engine.evidence.fields()]
    .sort((a, b) => b.documents - a.documents)
    .map((field) => printField({ kind: "field", name: field.path, optional: false, span: { start: 0, end: 0 } }));
  return [...pick(fields), ...pick(Object.keys(FUNCTIONS)), ...pick([...KEYWORDS])].slice(0, MAX_WORDS);
}

function categories(engine: Engine): string[] {
  const field = engine.evidence.field("event.category");
  if (field?.familyId === null || field === undefined) return [];
  return engine.file
    .rows({
      sql: "SELECT coalesce(text, folded) FROM value WHERE family = ? AND folded IS NOT NULL AND odd IS NULL ORDER BY 1 LIMIT 50",
      parameters: [BigInt(field.familyId)],
    })
    .map(([name]) => printName(name as string));
}
