import { exactJsonText } from "../base/exact-json.ts";
import { toAlert } from "./alert.ts";
import type { ExportedFinding } from "./exported-finding.ts";
import { type ExportHeader, scopeText } from "./export-header.ts";

/** One alert document a line. */
export function* ndjsonExport(findings: Iterable<ExportedFinding>, header: ExportHeader): Generator<string> {
  const scope = scopeText(header);
  for (const finding of findings) yield `${exactJsonText(toAlert(finding, scope))}\n`;
}

/** One JSON text: `{"export":{...},"alerts":[...]}`, in pieces. */
export function* jsonExport(findings: Iterable<ExportedFinding>, header: ExportHeader): Generator<string> {
  yield `{"export":${JSON.stringify(header)},\n"alerts":[`;
  const scope = scopeText(header);
  let separator = "\n";
  for (const finding of findings) {
    yield `${separator}${exactJsonText(toAlert(finding, scope))}`;
    separator = ",\n";
  }
  yield "\n]}\n";
}
