import { invariant } from "../base/errors.ts";
import type { Format } from "./format.ts";
import { formatById } from "./formats/registry.ts";
import type { UserMap } from "./mappings/user-map.ts";

/** Finds the format of an id that was found by detection before, perhaps by the user's mapping. */
export function knownFormats(map: UserMap | undefined): (id: string) => Format {
  return (id) => {
    const format = formatById(id, map);
    invariant(format !== null, `there is a format ${id}`);
    return format;
  };
}
