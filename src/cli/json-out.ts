/** Data as one JSON text and a line break, for `--json`: bigint times become ISO 8601 text. */
import { isoTime } from "../base/time-text.ts";

export function jsonText(data: unknown): string {
  return `${JSON.stringify(data, (_key, value: unknown) => (typeof value === "bigint" ? isoTime(value) : value), 2)}\n`;
}

/** `jsonText` of a list, piece by piece: it may be longer than a string can be. */
export function* jsonList(items: Iterable<unknown>): Generator<string> {
  let before = "[";
  for (const item of items) {
    yield `${before}\n  ${jsonText(item).trimEnd().replaceAll("\n", "\n  ")}`;
    before = ",";
  }
  yield before === "[" ? "[]\n" : "\n]\n";
}
