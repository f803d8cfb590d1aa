/** The names of the export formats, in the order of the help; what they are is in `export/formats.ts`. */
export const EXPORT_FORMAT_NAMES = [
  "csv",
  "json",
  "ndjson",
  "markdown",
  "html",
  "navigator",
  "navigator-coverage",
  "timesketch",
  "timesketch-jsonl",
  "mermaid",
  "dot",
] as const;

export type ExportFormatName = (typeof EXPORT_FORMAT_NAMES)[number];
