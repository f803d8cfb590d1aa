import { numberText, parseExactJson } from "../base/exact-json.ts";
import { forEachLeaf } from "../ecs/normalise.ts";
import type { LeafValue } from "../ecs/field-value.ts";
import { unwrapHit } from "./formats/hit.ts";

/**
 * Whether two JSON documents become the same fields with the same values, whatever their wrapper, white space and order
 * of keys. Documents that are no JSON are the same only when their bytes are.
 */
export function sameContent(a: Uint8Array, b: Uint8Array): boolean {
  const one = canonical(a);
  return one !== null && one === canonical(b);
}

function canonical(bytes: Uint8Array): string | null {
  const parsed = parseExactJson(new TextDecoder().decode(Uint8Array.from(bytes)));
  if (!parsed.ok || typeof parsed.value !== "object" || parsed.value === null || Array.isArray(parsed.value))
    return null;
  const leaves: string[] = [];
  const document = unwrapHit({ ...parsed.value }).document;
  forEachLeaf(document, (path, value) => leaves.push(JSON.stringify([path, ...tagged(value)])));
  return leaves.sort().join("\n");
}

function tagged(value: LeafValue): [string, string] {
  if (typeof value === "string") return ["s", value];
  if (typeof value === "boolean") return ["b", String(value)];
  return ["n", numberText(value)];
}
