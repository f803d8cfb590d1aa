import { hash } from "node:crypto";
import type { MemberFacts } from "../format.ts";
import type { Document } from "../formats/dialect.ts";
import { derive } from "./table.ts";

/** Folders below the root of a Linux or Windows host in which logs lie, as collectors keep them. */
const LOG_FOLDERS =
  /(?:^|\/)(?:\[?root\]?\/)?(?:(?:var|private)\/.*|etc\/.*|run\/log\/.*|opt\/.*|home\/.*|c\/windows\/.*|windows\/.*)?[^/]*$/i;

/**
 * A stable `host.id` for evidence that names none, marked as derived: the same for the same host name; without a name
 * the same for all members that lie in the same place above `var/log/...`, so that the logs of one host meet.
 */
export function deriveHostId(out: Document, member: MemberFacts): void {
  const name = out["host.name"];
  const key = typeof name === "string" ? `name:${name.toLowerCase()}` : `place:${placeOf(member.name)}`;
  derive(out, { "host.id": derivedId(`host:${key}`) });
}

/** The last folder of a path above the folders that every host has; empty when there is none. */
export function placeOf(name: string): string {
  const above = name.replace(LOG_FOLDERS, "");
  return above.replace(/\/+$/, "").replace(/^.*\//, "");
}

/** The ids made last: most events are of few hosts and processes. */
const made = new Map<string, string>();
const MAX_MADE = 20_000;

/** 32 hexadecimal digits that stand for a text. */
export function derivedId(of: string): string {
  const known = made.get(of);
  if (known !== undefined) return known;
  const id = hash("sha256", of, "hex").slice(0, 32);
  if (made.size >= MAX_MADE) made.clear();
  made.set(of, id);
  return id;
}
