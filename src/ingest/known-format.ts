import { invariant } from "../base/errors.ts";
import type { Format } from "./format.ts";
import { formatById } from "./formats/registry.ts";

/** The format of an id that was found by detection before. */
export function knownFormat(id: string): Format {
  const format = formatById(id);
  invariant(format !== null, `there is a format ${id}`);
  return format;
}
