import { type Document, isDocument, newDocument } from "../formats/dialect.ts";

/**
 * The original document with the ECS fields beside its own. Where both have the same path, however its keys are split,
 * the ECS field stands alone: two values would make a list of what is no list. Neither input is changed.
 */
export function merge(original: Document, ecs: Document): Document {
  const document = without(original, "", new Set(Object.keys(ecs)));
  return Object.assign(document, ecs);
}

function without(value: Document, prefix: string, taken: ReadonlySet<string>): Document {
  const kept = newDocument();
  for (const [key, item] of Object.entries(value)) {
    const path = prefix + key;
    if (taken.has(path)) continue;
    kept[key] = isDocument(item) ? without(item, `${path}.`, taken) : item;
  }
  return kept;
}
