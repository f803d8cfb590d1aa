/** Data as one JSON text and a line break, for `--json`: bigint times become ISO 8601 text. */
import { isoTime } from "../base/time-text.ts";

export function jsonText(data: unknown): string {
  return `${JSON.stringify(data, (_key, value: unknown) => (typeof value === "bigint" ? isoTime(value) : value), 2)}\n`;
}
