import { safeText } from "../base/safe-text.ts";
import type { TriedSource } from "../ingest/dry-run.ts";
import type { LoadReport, SourceReport } from "../ingest/load-types.ts";
import { renderTable } from "./table.ts";

/** What became of the given files, for people: one line each, then the accounts, then what they should know. */
export function renderLoad(report: LoadReport, width: number | null): string {
  const numbers = ["events", "duplicates", "rejected", "blank", "documents"] as const;
  const table = renderTable(
    [
      { title: "file", shrinkTo: 20 },
      { title: "format" },
      { title: "status" },
      ...numbers.map((title) => ({ title, align: "right" as const })),
      { title: "seconds", align: "right" },
    ],
    report.sources.map((source) => [
      source.path,
      source.format ?? "",
      source.status,
      ...numbers.map((name) => (source.status === "failed" ? "" : source[name].toLocaleString("en"))),
      source.seconds.toFixed(1),
    ]),
    width,
  );
  return table + report.sources.flatMap(notes).join("");
}

function notes(source: SourceReport): string[] {
  const lines = source.warnings.map((warning) => `${safeText(source.path)}: ${warning}\n`);
  if (source.sha256 !== null) lines.push(`${safeText(source.path)}: sha256 ${source.sha256}\n`);
  return lines;
}

/** What would become of the given files. */
export function renderDryRun(tried: readonly TriedSource[]): string {
  return tried.map(renderTried).join("\n");
}

function renderTried({ report, first, rejected }: TriedSource): string {
  const lines = [safeText(report.path)];
  if (report.error !== null) lines.push(`  not loadable: ${safeText(report.error.message)}`);
  else {
    lines.push(`  format: ${report.format ?? ""}`);
    lines.push(
      `  ${count(report.documents, "document")}: ${count(report.events, "event")}, ${count(report.duplicates, "duplicate")}, ${report.rejected} rejected, ${report.blank} blank`,
    );
    lines.push(...report.warnings.map((warning) => `  ${warning}`));
    if (first !== null) lines.push(`  first event (line ${first.line}): ${safeText(first.json)}`);
    lines.push(...rejected.map(({ line, code, reason }) => `  rejected line ${line}: ${code}: ${safeText(reason)}`));
    const more = report.rejected - rejected.length;
    if (more > 0) lines.push(`  ... and ${more} more`);
  }
  return `${lines.join("\n")}\n`;
}

function count(n: number, noun: string): string {
  return `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
}
