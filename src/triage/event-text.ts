import type { EventRow } from "./types.ts";

/** Columns that `eventText` reads. */
export const EVENT_TEXT_COLUMNS: readonly string[] = [
  "event.category",
  "event.action",
  "process.name",
  "process.command_line",
  "process.args",
  "file.path",
  "destination.ip",
  "destination.port",
  "destination.domain",
  "dns.question.name",
  "user.name",
];

/** An event on one line: what happened, by which process, to what. */
export function eventText({ values }: EventRow): string {
  const value = (path: string): string => values[path]?.join(" ") ?? "";
  const what = value("event.action") || value("event.category") || "event";
  const process = value("process.command_line") || value("process.args") || value("process.name");
  const port = value("destination.port");
  const address = value("destination.ip") || value("destination.domain") || value("dns.question.name");
  const target = value("file.path") || (address === "" ? "" : port === "" ? address : `${address} port ${port}`);
  const user = value("user.name");
  const parts = [what, process, target === "" ? "" : `-> ${target}`, user === "" ? "" : `(${user})`];
  return parts.filter((part) => part !== "").join(" ");
}
