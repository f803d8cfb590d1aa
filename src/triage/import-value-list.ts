import { EXIT, UserError } from "../base/errors.ts";
import { sha256Hex } from "../base/sha256.ts";
import { knownExceptions } from "../hunt/rule-exceptions.ts";
import type { ExceptionEntry } from "../rules/exception.ts";
import type { CaseFile } from "../store/case-file.ts";
import type { Actor } from "../store/journal.ts";
import { saveValueList } from "../store/value-lists.ts";

/**
 * Stores Kibana's export of a value list: a text with a value on each line. Its type is what the exceptions that refer
 * to it say, where none is given.
 * @returns distinct values, the type, and how many exceptions refer to the list
 * @throws UserError `empty-value-list`
 */
export function importValueList(
  file: CaseFile,
  actor: Actor,
  given: { readonly id: string; readonly type: string | null; readonly bytes: Uint8Array; readonly path: string },
): { readonly count: number; readonly type: string; readonly users: number } {
  const lines = new TextDecoder().decode(given.bytes).split(/\r?\n/);
  const values = [...new Set(lines.filter((line) => line !== ""))];
  if (values.length === 0) {
    throw new UserError("empty-value-list", `there is no value in ${given.path}`, {
      hint: "Kibana exports a value list as a text with a value on each line",
      exitCode: EXIT.usage,
    });
  }
  const references = knownExceptions(file).map(({ document }) => referencesTo(given.id, document.item?.entries ?? []));
  const type = given.type ?? references.flat()[0] ?? "keyword";
  saveValueList(file, actor, { id: given.id, type, values }, { path: given.path, sha256: sha256Hex(given.bytes) });
  return { count: values.length, type, users: references.filter((types) => types.length > 0).length };
}

/** The types that entries say a list has. */
function referencesTo(list: string, entries: readonly ExceptionEntry[]): string[] {
  return entries.flatMap((entry) => (entry.type === "list" && entry.list.id === list ? [entry.list.type] : []));
}
